//! What is printed of a run, in the words of the old master.

use std::time::Duration;

use bellwether_core::collective::config::LogLevel;
use bellwether_core::collective::message::Reply;
use bellwether_core::collective::round::Summary;

/// An agent is there; the command was sent so long ago.
pub(super) fn present(reply: &Reply, took: Duration) -> String {
    format!("{} time={:.2} ms", reply.hostname, took.as_secs_f64() * 1e3)
}

/// A command has ended, and how grave that is.
pub(super) fn result(reply: &Reply) -> (LogLevel, String) {
    let rc = reply.rc.value();
    (level(rc), format!(">>>>>> {} exit code: ({rc}):\n{}", reply.hostname, reply.output))
}

/// What came of all of it.
pub(super) fn summary(summary: &Summary) -> Vec<(LogLevel, String)> {
    let late = summary.late.iter().map(|host| format!("Timeout in response from: {host}"));
    let missing = summary.missing.iter().map(|host| format!("Host expected but not responding: {host}"));
    let mut lines: Vec<_> = late.chain(missing).map(|line| (LogLevel::Warn, line)).collect();
    let Summary { responses, discovered, expected, status, .. } = summary;
    let total = format!(
        "Got response from {responses} out of {discovered}/{expected} (discovered/expected) - exit code ({status})"
    );
    lines.push((level(*status), total));
    lines
}

fn level(status: i32) -> LogLevel {
    if status == 0 { LogLevel::Info } else { LogLevel::Warn }
}

#[cfg(test)]
mod tests {
    use bellwether_core::collective::message::{Mode, ReturnCode};
    use bellwether_core::collective::names::{HostName, MessageId};
    use bellwether_core::collective::round::Ended;

    use super::*;

    fn reply(rc: i32) -> Reply {
        Reply {
            mode: Mode::Cli,
            output: "slave.example.com\n".to_owned(),
            rc: ReturnCode::Command(rc),
            ts: 0.0,
            msg_id: MessageId::new("1").unwrap(),
            hostname: HostName::new("slave.example.com").unwrap(),
            discovery: false,
        }
    }

    #[test]
    fn answers_are_told_in_the_old_words() {
        assert_eq!(present(&reply(0), Duration::from_micros(12_341)), "slave.example.com time=12.34 ms");
        let told = ">>>>>> slave.example.com exit code: (0):\nslave.example.com\n".to_owned();
        assert_eq!(result(&reply(0)), (LogLevel::Info, told));
        assert_eq!(result(&reply(-9)).0, LogLevel::Warn);
    }

    #[test]
    fn who_is_missing_comes_before_the_total() {
        let host = |name: &str| HostName::new(name).unwrap();
        let ended = Summary {
            mode: Mode::Cli,
            ended: Ended::TimedOut,
            responses: 1,
            discovered: 2,
            expected: 3,
            late: vec![host("a")],
            missing: vec![host("c")],
            status: 1,
        };
        let lines: Vec<_> = summary(&ended).into_iter().map(|(_, line)| line).collect();
        assert_eq!(
            lines,
            [
                "Timeout in response from: a",
                "Host expected but not responding: c",
                "Got response from 1 out of 2/3 (discovered/expected) - exit code (1)",
            ]
        );
    }
}
