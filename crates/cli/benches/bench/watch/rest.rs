//! Memory and processor time of watchers while nothing happens.

use std::time::Duration;

use nix::unistd::Pid;

use super::watchers::{Watcher, on_instance};
use crate::report::{Requirements, heading, mebibytes, remark, table, times};

const PERIOD: Duration = Duration::from_secs(5);
/// Until a watcher has settled: all are looked up again after some time, the first time after ten seconds or so.
const SETTLES: Duration = Duration::from_secs(30);
const WATCHED: Duration = Duration::from_secs(60);
/// The most memory that ours may have resident, in bytes.
const MOST: f64 = 12.0 * 1_024.0 * 1_024.0;
/// The most processor time that ours may take, in parts of a core.
const BUSIEST: f64 = 0.005;

struct AtRest {
    name: &'static str,
    is_ours: bool,
    /// Resident, in bytes: all of it, and what is not backed by a file.
    resident: f64,
    anonymous: f64,
    /// Processor time of it and of what it has started, in parts of a core.
    busy: f64,
}

pub(super) fn run(requirements: &mut Requirements) {
    heading(&format!("at rest for {} s, asking every {} s", WATCHED.as_secs(), PERIOD.as_secs()));
    remark("Resident memory without the programs they start (nft, iptables); processor time with them.");
    let watchers = [vec![Watcher::WatchImds], Watcher::of_clonesquad()].concat();
    let all: Vec<AtRest> = std::thread::scope(|scope| {
        let measured: Vec<_> = watchers.iter().map(|watcher| scope.spawn(|| measured(watcher))).collect();
        measured.into_iter().map(|thread| thread.join().expect("a measurement")).collect()
    });
    let drop_in = &all[1];
    let row = |it: &AtRest| {
        let shares = [it.resident / drop_in.resident, it.busy / drop_in.busy].map(times);
        let figures = [mebibytes(it.resident), mebibytes(it.anonymous), format!("{:.2} %", it.busy * 100.0)];
        [vec![it.name.to_owned()], figures.to_vec(), shares.to_vec()].concat()
    };
    let heads = ["program", "resident", "not of files", "CPU", "resident/drop-in", "CPU/drop-in"];
    table(&heads, &all.iter().map(row).collect::<Vec<_>>());
    for it in all.iter().filter(|it| it.is_ours) {
        let told = format!("{} (wanted: at most {})", mebibytes(it.resident), mebibytes(MOST));
        requirements.note(it.resident <= MOST, &format!("resident at rest, {}", it.name), &told);
        let told = format!("{:.2} % of a core (wanted: at most {:.1} %)", it.busy * 100.0, BUSIEST * 100.0);
        requirements.note(it.busy <= BUSIEST, &format!("processor time at rest, {}", it.name), &told);
    }
}

fn measured(watcher: &Watcher) -> AtRest {
    on_instance(watcher, PERIOD, |instance| {
        let pid = instance.watcher.pid();
        std::thread::sleep(SETTLES);
        let before = processor_time(pid);
        std::thread::sleep(WATCHED);
        let busy = (processor_time(pid) - before) / WATCHED.as_secs_f64();
        AtRest {
            name: watcher.name(),
            is_ours: !matches!(watcher, Watcher::Old(_)),
            resident: status(pid, "VmRSS:"),
            anonymous: status(pid, "RssAnon:"),
            busy,
        }
    })
}

/// A figure of `/proc/PID/status`, in bytes.
fn status(pid: Pid, name: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process that runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of the status");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") * 1_024.0
}

/// Processor time of a process and of its children that have ended, in seconds: proc_pid_stat(5).
fn processor_time(pid: Pid) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process that runs");
    // The name, in parentheses, may have blanks; utime is the twelfth field behind it.
    let fields = stat.rsplit(')').next().expect("fields").split_whitespace().skip(11).take(4);
    let ticks: f64 = fields.map(|field| field.parse::<f64>().expect("a number")).sum();
    ticks / 100.0
}
