//! A hundred wrappers at once for one tick, as on a host where many users' crontabs name the same job.

use std::time::{Duration, Instant};

use bellwether_testkit::process::Run;
use jiff::{SignedDuration, Timestamp};

use crate::measure::median;
use crate::once::{Disk, daily};
use crate::report::{Requirements, heading, milliseconds, table};

const WRAPPERS: usize = 100;
const ROUNDS: usize = 5;
/// Longer than any of them may take; a busy machine is no failure.
const DEADLINE: Duration = Duration::from_secs(120);

pub(crate) fn run(requirements: &mut Requirements) {
    heading(&format!("{WRAPPERS} wrappers at once for one tick, {ROUNDS} times, each until the last has ended"));
    let disk = Disk::new();
    let started = disk.path().join("started");
    let tick = daily(Timestamp::now() - SignedDuration::from_hours(2));
    let lock = disk.path().join("flock");
    let (mut ours, mut locks, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let mut runs = Vec::new();
    for round in 0..ROUNDS {
        let job = format!("crowd-{round}");
        std::fs::write(&started, "").unwrap();
        let note = format!("echo started >>'{}'", started.display());
        ours.push(crowd(|| disk.wrapper(&job, &tick).args(["sh", "-c", &note]), &[0]));
        runs.push(std::fs::read_to_string(&started).unwrap().lines().count());
        locks.push(crowd(|| disk.run("flock").arg("-n").arg(&lock).args(["sleep", "0.1"]), &[0, 1]));
        bare.push(crowd(|| disk.run("true"), &[0]));
    }
    let rows =
        [("bellwether once", &ours), ("flock -n FILE sleep 0.1", &locks), ("true", &bare)].map(|(name, times)| {
            vec![name.to_owned(), times.len().to_string(), milliseconds(median(times.iter().copied()))]
        });
    table(&["program", "rounds", "wall until all have ended"], &rows);
    requirements.note(
        runs.iter().all(|count| *count == 1),
        "runs of the command for one tick",
        &format!("{runs:?} (wanted: 1 each)"),
    );
}

/// Starts them all before it waits for the first; how long it took, in seconds.
fn crowd(program: impl Fn() -> Run, statuses: &[i32]) -> f64 {
    let begun = Instant::now();
    let running: Vec<_> = (0..WRAPPERS).map(|_| program().deadline(DEADLINE).start()).collect();
    for wrapper in running {
        let done = wrapper.finish();
        let code = done.code.unwrap_or(-1);
        assert!(statuses.contains(&code), "ended with {code}: {}", done.stderr_text());
    }
    begun.elapsed().as_secs_f64()
}
