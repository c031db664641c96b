//! What befalls the fleet: each node's cron starts its program every second, while programs are killed and suspended,
//! nodes are cut off, and the store is restarted.

mod cron;
mod cuts;

use std::collections::BTreeMap;
use std::time::Duration;

use bellwether_testkit::process::Finished;

use super::command;
use super::dice::Dice;
use super::evidence::Evidence;
use super::fleet::Fleet;
use super::programs::Program;
use super::time::{now, sleep_until};
use cron::Cron;

/// The name of the job.
pub(super) const JOB: &str = "job";

/// So much of a line is shown.
const LINE: usize = 200;

/// What a storm left behind.
pub(super) struct Aftermath {
    pub(super) evidence: Evidence,
    /// The seconds, since 1970, in which cron started something.
    pub(super) ticks: Vec<u64>,
    /// What became of what each node's cron had started.
    pub(super) ends: Vec<Vec<Finished>>,
}

impl Aftermath {
    /// How often the programs of each node ended with which status and which last line, each line cut short.
    pub(super) fn said(&self) -> String {
        let mut times = BTreeMap::new();
        for (node, ends) in self.ends.iter().enumerate() {
            for end in ends {
                let stderr = end.stderr_text();
                let last: String = stderr.lines().last().unwrap_or_default().chars().take(LINE).collect();
                *times.entry((node, end.code, last)).or_insert(0) += 1;
            }
        }
        let lines = times.iter().map(|((node, code, last), times)| format!("{times} x n{node} {code:?} {last}\n"));
        lines.collect()
    }
}

/// Lets it rage for so many ticks. `restart_store` is called in the middle.
pub(super) fn rage(fleet: &Fleet, program: &dyn Program, ticks: u64, restart_store: &(dyn Fn() + Sync)) -> Aftermath {
    let seed = u64::try_from(now().as_nanos() % u128::from(u64::MAX)).unwrap();
    println!("seed {seed}");
    let first = now().as_secs() + 2;
    let ticks: Vec<u64> = (0..ticks).map(|tick| first + tick * program.every()).collect();
    let ends = std::thread::scope(|scope| {
        let crons: Vec<_> = fleet
            .nodes()
            .iter()
            .map(|node| {
                let dice = Dice::new(seed, node.number);
                let cron = Cron::new(node, program, fleet.directory(), &ticks, dice);
                scope.spawn(move || node.enter(|| cron.run()))
            })
            .collect();
        if fleet.has_networks() {
            scope.spawn(|| cuts::make(fleet, Dice::new(seed, fleet.nodes().len()), &ticks));
        }
        scope.spawn(|| {
            sleep_until(Duration::from_secs(ticks[ticks.len() / 2]));
            restart_store();
        });
        crons.into_iter().map(|cron| cron.join().expect("a node's cron")).collect()
    });
    Aftermath { evidence: Evidence::read(&command::lines(&fleet.directory())), ticks, ends }
}
