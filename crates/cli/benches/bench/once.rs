//! What `bellwether once` adds to its command, with a store on a real disk, and how soon it knows that a tick is
//! taken.

use std::path::{Path, PathBuf};

use bellwether_testkit::process::{Finished, Run};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use crate::machine::{file_system, sync_time};
use crate::measure::{Program, Series, cpu, in_turns, wall};
use crate::report::{Requirements, heading, medians, milliseconds, table};

const WARM_UP: usize = 5;
const ROUNDS: usize = 250;
/// What a claim may add to a command, in seconds.
const MOST_ADDED: f64 = 0.010;

const BARE: &str = "true";
const NEW_JOB: &str = "once, a job's first tick";
const NEXT_TICK: &str = "once, a job's next tick";
const TAKEN: &str = "once, tick taken";
const FLOCK: &str = "flock -n FILE true";

pub(crate) fn run(requirements: &mut Requirements) {
    let disk = Disk::new();
    heading(&format!(
        "bellwether once JOB -- true: {ROUNDS} rounds in turns, SQLite with synchronous=FULL on {}, where one \
         fdatasync takes {}",
        file_system(disk.path()),
        milliseconds(sync_time(disk.path())),
    ));
    let all = measure(&disk);
    let of = |name: &str| all.iter().find(|series| series.name == name).expect("a measured program");
    let bare = of(BARE);
    let rows: Vec<_> = all.iter().map(|series| row(series, bare)).collect();
    table(&["program", "runs", "wall", "CPU", "max RSS", "added wall", "added CPU"], &rows);
    for name in [NEW_JOB, NEXT_TICK, TAKEN] {
        let added = of(name).added(bare, wall);
        let measured = format!("{} (wanted: under {})", milliseconds(added), milliseconds(MOST_ADDED));
        requirements.note(added < MOST_ADDED, &format!("wall time added by {name}"), &measured);
    }
}

fn row(series: &Series, bare: &Series) -> Vec<String> {
    let mut row = medians(series);
    row.extend([wall, cpu].map(|quantity| milliseconds(series.added(bare, quantity))));
    row
}

fn measure(disk: &Disk) -> Vec<Series> {
    let first = Timestamp::now() - SignedDuration::from_hours(12);
    // Every run of one job has a tick of its own: minutes of the last half day, one after the other.
    let tick = |run: usize| daily(first + SignedDuration::from_mins(i64::try_from(run).unwrap()));
    let once = |job: &str, schedule: &str| disk.once(job, schedule, "true");
    // What the losers find.
    once("taken", &tick(0));
    let lock = disk.path().join("flock");
    in_turns(
        WARM_UP,
        ROUNDS,
        [
            Program::new(BARE, |_| disk.run("true").finish().expect_code(0)),
            Program::new(NEW_JOB, |run| once(&format!("job-{run}"), &tick(run))),
            Program::new(NEXT_TICK, |run| once("job", &tick(run))),
            Program::new(TAKEN, |_| once("taken", &tick(0))),
            Program::new(FLOCK, |_| disk.run("flock").arg("-n").arg(&lock).arg("true").finish().expect_code(0)),
        ],
    )
}

/// The cron pattern, in UTC, whose latest tick is the minute of `at`, for the rest of the day.
pub(crate) fn daily(at: Timestamp) -> String {
    at.strftime("%M %H * * *").to_string()
}

/// A directory on the disk that holds the build, which is hardly ever a file system in memory.
pub(crate) struct Disk(TempDir);

impl Disk {
    pub(crate) fn new() -> Self {
        let place = env!("CARGO_TARGET_TMPDIR");
        std::fs::create_dir_all(place).unwrap();
        let directory = TempDir::with_prefix_in("bench-", place).unwrap();
        let kind = file_system(directory.path());
        assert!(
            !["tmpfs", "ramfs"].contains(&kind.as_str()),
            "{place} is on {kind}, where nothing is durable: set CARGO_TARGET_DIR to a place on a disk"
        );
        Self(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A program with nothing in its environment but `PATH` and a home on this disk.
    pub(crate) fn run(&self, program: impl Into<PathBuf>) -> Run {
        Run::new(program).env("HOME", self.path()).env("XDG_STATE_HOME", self.path())
    }

    /// `bellwether once` for a tick of a job; the command is still to be added.
    pub(crate) fn wrapper(&self, job: &str, schedule: &str) -> Run {
        self.run(crate::bellwether()).args(["--quiet", "once", job, "--schedule", schedule, "--"])
    }

    fn once(&self, job: &str, schedule: &str, command: &str) -> Finished {
        self.wrapper(job, schedule).arg(command).finish().expect_code(0)
    }
}
