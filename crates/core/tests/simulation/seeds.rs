//! Many seeds on all processors, within a budget. Which seeds are run depends on the budget in ticks alone, and what a
//! seed does on nothing but the seed.

use std::fmt;
use std::io::Write;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::fleet::Fleet;
use crate::plan::Plan;
use crate::totals::Totals;
use crate::violation::{Checked, Violation};

/// How often a long simulation says how far it is.
const PROGRESS: Duration = Duration::from_secs(60);

/// How much to simulate.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Budget {
    Ticks(u64),
    Time(Duration),
}

/// What was simulated.
pub(crate) struct Report {
    totals: Totals,
    seeds: (u64, u64),
    took: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = self.seeds;
        write!(f, "simulation, seeds {first} to {last}, {:.0?}, 0 violations: {}", self.took, self.totals)
    }
}

struct Progress {
    next: u64,
    /// Ticks of the seeds that were given out.
    ticks: u64,
    totals: Totals,
    violation: Option<Box<Violation>>,
    told: Instant,
}

/// Runs one seed.
pub(crate) fn run_one(seed: u64) -> Checked<Report> {
    let begin = Instant::now();
    let totals = Fleet::run(seed, Plan::of(seed))?;
    Ok(Report { totals, seeds: (seed, seed), took: begin.elapsed() })
}

/// Runs seeds from 0 on until the budget is used up or a promise is broken.
///
/// # Errors
/// The violation of the lowest seed that was found.
pub(crate) fn run(budget: Budget) -> Checked<Report> {
    let begin = Instant::now();
    let progress = Mutex::new(Progress { next: 0, ticks: 0, totals: Totals::default(), violation: None, told: begin });
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(seed) = next_seed(&progress, budget, begin) {
                    take_note(&progress, Fleet::run(seed, Plan::of(seed)), begin);
                }
            });
        }
    });
    let progress = progress.into_inner().unwrap();
    match progress.violation {
        Some(violation) => Err(violation),
        None => Ok(report(&progress, begin)),
    }
}

fn report(progress: &Progress, begin: Instant) -> Report {
    Report { totals: progress.totals, seeds: (0, progress.next.saturating_sub(1)), took: begin.elapsed() }
}

fn next_seed(progress: &Mutex<Progress>, budget: Budget, begin: Instant) -> Option<u64> {
    let mut progress = progress.lock().unwrap();
    let left = match budget {
        Budget::Ticks(ticks) => progress.ticks < ticks,
        Budget::Time(time) => begin.elapsed() < time,
    };
    if !left || progress.violation.is_some() {
        return None;
    }
    let seed = progress.next;
    progress.next += 1;
    progress.ticks += Plan::of(seed).ticks;
    Some(seed)
}

fn take_note(progress: &Mutex<Progress>, outcome: Checked<Totals>, begin: Instant) {
    let mut progress = progress.lock().unwrap();
    match outcome {
        Ok(totals) => progress.totals += totals,
        Err(found) => {
            let seed = |violation: &Violation| violation.origin.map(|(seed, _)| seed);
            if progress.violation.as_ref().is_none_or(|known| seed(&found) < seed(known)) {
                progress.violation = Some(found);
            }
        }
    }
    if progress.told.elapsed() >= PROGRESS {
        progress.told = Instant::now();
        tell(&report(&progress, begin));
    }
}

/// Says what was simulated, past the test harness, which keeps the output of tests that pass to itself.
pub(crate) fn tell(report: &Report) {
    // Nobody may be listening.
    let _ = writeln!(std::io::stdout(), "{report}");
}
