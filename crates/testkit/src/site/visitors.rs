//! Visitors, each with a connection of its own, who ask again as soon as they have an answer: wrk.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::process::{Run, Running};

/// How many there are.
pub(super) const VISITORS: u64 = 32;
/// A visitor who waits longer counts as failed.
const PATIENCE: &str = "20s";
/// They stay until they are told to go, but not for ever.
const LONGEST: &str = "300s";

/// Visitors that are there.
#[derive(Debug)]
pub struct Visitors(Running);

/// What visitors have met with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Requests that were answered, well or not.
    pub requests: u64,
    /// Answers that tell of an error, and requests without an answer.
    pub failed: u64,
}

impl Visitors {
    pub(super) fn start(url: &str) -> Self {
        let visitors = VISITORS.to_string();
        let arguments =
            ["--threads", "1", "--connections", &visitors, "--duration", LONGEST, "--timeout", PATIENCE, url];
        Self(Run::new("wrk").args(arguments).deadline(Duration::from_secs(400)).start())
    }

    /// Tells them to go.
    ///
    /// # Panics
    /// When wrk does not tell what they have met with.
    pub fn leave(self) -> Tally {
        self.0.signal(Signal::SIGINT);
        let said = self.0.finish().expect_code(0).stdout_text();
        read(&said).unwrap_or_else(|| panic!("wrk said:\n{said}"))
    }
}

/// Reads the summary of wrk. The lines about failures are there only when there were some.
fn read(summary: &str) -> Option<Tally> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let line = |wanted: &str| summary.lines().map(str::trim).find_map(|line| line.strip_prefix(wanted));
    let (requests, _) = summary.lines().find_map(|line| line.split_once(" requests in "))?;
    let wrong_answers = line("Non-2xx or 3xx responses:").map_or(Some(0), number)?;
    let mut failed = wrong_answers;
    for part in line("Socket errors:").unwrap_or_default().split(',').filter(|part| !part.trim().is_empty()) {
        failed += number(part.trim().split_once(' ')?.1)?;
    }
    Some(Tally { requests: number(requests)?, failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_failed_is_counted() {
        let good =
            "Running 1m test @ http://10.77.0.1:8080/\n  1523 requests in 2.50s, 160.61KB read\nRequests/sec: 609\n";
        assert_eq!(read(good), Some(Tally { requests: 1_523, failed: 0 }));
        let bad = "  1523 requests in 2.50s, 160.61KB read\n  Socket errors: connect 1, read 2, write 30, timeout 4\n  \
                   Non-2xx or 3xx responses: 16\n";
        assert_eq!(read(bad), Some(Tally { requests: 1_523, failed: 53 }));
        assert_eq!(read("unable to connect"), None);
    }
}
