//! What a program takes while nothing happens, as `/proc` tells it.

use std::time::Duration;

use nix::unistd::Pid;

use crate::report::{Requirements, mebibytes};

/// The most memory that ours may have resident, in bytes.
const MOST: f64 = 12.0 * 1_024.0 * 1_024.0;
/// The most processor time that ours may take, in parts of a core.
const BUSIEST: f64 = 0.005;

/// A program at rest.
pub(crate) struct AtRest {
    name: String,
    /// Resident, in bytes: all of it, and what is not backed by a file.
    pub(crate) resident: f64,
    anonymous: f64,
    /// Processor time of it and of what it has started, in parts of a core.
    pub(crate) busy: f64,
}

impl AtRest {
    /// What [`AtRest::row`] has.
    pub(crate) const HEADS: [&'static str; 4] = ["program", "resident", "not of files", "CPU"];

    /// Looks at a process for so long, after it has had time to settle.
    pub(crate) fn measured(name: impl Into<String>, pid: Pid, settles: Duration, watched: Duration) -> Self {
        std::thread::sleep(settles);
        let before = processor_time(pid);
        std::thread::sleep(watched);
        let busy = (processor_time(pid) - before) / watched.as_secs_f64();
        Self { name: name.into(), resident: status(pid, "VmRSS:"), anonymous: status(pid, "RssAnon:"), busy }
    }

    pub(crate) fn row(&self) -> Vec<String> {
        let figures = [mebibytes(self.resident), mebibytes(self.anonymous), format!("{:.2} %", self.busy * 100.0)];
        [vec![self.name.clone()], figures.to_vec()].concat()
    }

    /// Notes whether it is as modest as ours must be.
    pub(crate) fn judge(&self, requirements: &mut Requirements) {
        let told = format!("{} (wanted: at most {})", mebibytes(self.resident), mebibytes(MOST));
        requirements.note(self.resident <= MOST, &format!("resident at rest, {}", self.name), &told);
        let told = format!("{:.2} % of a core (wanted: at most {:.1} %)", self.busy * 100.0, BUSIEST * 100.0);
        requirements.note(self.busy <= BUSIEST, &format!("processor time at rest, {}", self.name), &told);
    }
}

/// A figure of `/proc/PID/status`, in bytes.
pub(crate) fn status(pid: Pid, name: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process that runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of the status");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") * 1_024.0
}

/// Processor time of a process and of its children that have ended, in seconds: proc_pid_stat(5).
pub(crate) fn processor_time(pid: Pid) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process that runs");
    // The name, in parentheses, may have blanks; utime is the twelfth field behind it.
    let fields = stat.rsplit(')').next().expect("fields").split_whitespace().skip(11).take(4);
    let ticks: f64 = fields.map(|field| field.parse::<f64>().expect("a number")).sum();
    ticks / 100.0
}
