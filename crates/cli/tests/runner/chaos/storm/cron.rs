//! The cron of one node, and the blows that strike what it has started.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use bellwether_testkit::process::{Finished, Running};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};

use super::JOB;
use crate::chaos::command;
use crate::chaos::dice::Dice;
use crate::chaos::fleet::Node;
use crate::chaos::programs::{Due, Program};
use crate::chaos::time::sleep_until;

/// What is to happen.
enum Event {
    /// The job is due in this second.
    Start(u64),
    /// What was started so many seconds after the first is sent a signal.
    Send(usize, Signal),
}

/// A node's cron.
pub(super) struct Cron<'a> {
    node: &'a Node,
    program: &'a dyn Program,
    directory: PathBuf,
    /// How many there are.
    ticks: usize,
    dice: Dice,
    /// By the time since 1970.
    agenda: BTreeMap<Duration, Vec<Event>>,
    started: Vec<Running>,
}

impl<'a> Cron<'a> {
    /// It starts the program in each of these seconds, as its clock shows them.
    pub(super) fn new(node: &'a Node, program: &'a dyn Program, directory: PathBuf, ticks: &[u64], dice: Dice) -> Self {
        let at = |second: &u64| (Duration::from_secs(*second) + node.lag(), vec![Event::Start(*second)]);
        let agenda = ticks.iter().map(at).collect();
        Self { node, program, directory, ticks: ticks.len(), dice, agenda, started: Vec::new() }
    }

    /// Does all there is to do, and waits for the end of all that was started.
    pub(super) fn run(mut self) -> Vec<Finished> {
        while let Some((at, events)) = self.agenda.pop_first() {
            sleep_until(at);
            for event in events {
                match event {
                    Event::Start(second) => self.start(second, at),
                    Event::Send(index, signal) => send(&self.started[index], signal),
                }
            }
        }
        self.started.into_iter().map(Running::finish).collect()
    }

    fn start(&mut self, second: u64, at: Duration) {
        let progress = self.started.len() as f64 / self.ticks as f64;
        let script = command::short();
        let due = Due { job: JOB, script: &script, directory: self.directory.clone(), second, progress };
        self.started.push(self.program.at_tick(self.node, &due).start());
        if let Some(patience) = self.program.patience() {
            self.plan(at + patience, Signal::SIGTERM);
        }
        self.strike(at);
    }

    /// One in eight is killed and one in eight suspended for up to five seconds, up to 300 ms after its start.
    fn strike(&mut self, started: Duration) {
        let at = started + Duration::from_millis(self.dice.below(300));
        match self.dice.below(8) {
            0 => self.plan(at, Signal::SIGKILL),
            1 => {
                let resumed = at + Duration::from_millis(500 + self.dice.below(4_500));
                self.plan(at, Signal::SIGSTOP);
                self.plan(resumed, Signal::SIGCONT);
            }
            _ => {}
        }
    }

    /// Sends the last one that was started a signal.
    fn plan(&mut self, at: Duration, signal: Signal) {
        let event = Event::Send(self.started.len() - 1, signal);
        self.agenda.entry(at).or_default().push(event);
    }
}

/// What has ended already is out of reach.
fn send(running: &Running, signal: Signal) {
    match kill(running.pid(), signal) {
        Ok(()) | Err(Errno::ESRCH) => {}
        Err(error) => panic!("{signal}: {error}"),
    }
}
