//! How long it takes until another node runs the command when the one that runs it is struck.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bellwether_testkit::process::Running;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};

use super::command;
use super::evidence::Evidence;
use super::fleet::{Fleet, Node};
use super::programs::{Due, Program};
use super::time::{now, uptime};

/// How long a command is waited for, on a machine that may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the other node gets to see what is going on before the blow falls. Too short a time makes a figure worse,
/// and nothing wrong.
const SETTLED: Duration = Duration::from_millis(1_500);

/// What strikes the node that runs the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blow {
    /// kill -9 of the program, not of its command.
    Kill,
    /// The node is cut off from all others.
    Cut,
    /// The program, not its command, is suspended.
    Stop,
}

/// All of them.
pub(super) const BLOWS: [Blow; 3] = [Blow::Kill, Blow::Cut, Blow::Stop];

/// What a blow led to, time after time.
#[derive(Debug)]
pub(super) struct Takeovers {
    pub(super) blow: Blow,
    /// From the blow to the start of the other node's command, in seconds, in order of their length.
    pub(super) seconds: Vec<f64>,
    pub(super) evidence: Vec<Evidence>,
}

impl Takeovers {
    /// Strikes so many times. None when this blow cannot be dealt or the program has no way to take over.
    pub(super) fn measure(fleet: &Fleet, program: &dyn Program, blow: Blow, times: usize) -> Option<Self> {
        if blow == Blow::Cut && !fleet.has_networks() {
            return None;
        }
        let rounds: Option<Vec<_>> = (0..times).map(|round| Round::new(fleet, blow, round).play(program)).collect();
        let (mut seconds, evidence): (Vec<f64>, Vec<Evidence>) = rounds?.into_iter().unzip();
        seconds.sort_by(f64::total_cmp);
        Some(Self { blow, seconds, evidence })
    }

    pub(super) fn median(&self) -> f64 {
        let middle = self.seconds.len() / 2;
        if self.seconds.len().is_multiple_of(2) {
            f64::midpoint(self.seconds[middle - 1], self.seconds[middle])
        } else {
            self.seconds[middle]
        }
    }

    /// Whether the other node's command ever began while the first one's was alive.
    pub(super) fn beside(&self) -> bool {
        self.evidence.iter().any(|evidence| !evidence.beside().is_empty())
    }
}

impl fmt::Display for Takeovers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.seconds[0], self.seconds[self.seconds.len() - 1]);
        let times = self.seconds.len();
        write!(
            f,
            "takeover after {:?}: {first:.2} / {:.2} / {last:.2} s (min/median/max of {times})",
            self.blow,
            self.median()
        )?;
        if self.beside() { write!(f, ", beside the first") } else { Ok(()) }
    }
}

/// One job, which runs on the first node and is taken over by the last. The clocks of both are right.
struct Round<'a> {
    runner: &'a Node,
    other: &'a Node,
    blow: Blow,
    job: String,
    directory: PathBuf,
    script: String,
}

impl<'a> Round<'a> {
    fn new(fleet: &'a Fleet, blow: Blow, round: usize) -> Self {
        let job = format!("takeover-{blow:?}-{round}").to_lowercase();
        let (runner, other) = (&fleet.nodes()[0], fleet.nodes().last().unwrap());
        let directory = fleet.make_directory(&job);
        Self { runner, other, blow, job, directory, script: command::until_released() }
    }

    /// The seconds it took, and what the commands wrote.
    fn play(&self, program: &dyn Program) -> Option<(f64, Evidence)> {
        let runner = self.start(self.runner, program)?;
        self.wait_for_starts(1, program, &[&runner]);
        let other = self.start(self.other, program)?;
        std::thread::sleep(SETTLED);
        let struck = uptime();
        self.strike(&runner);
        self.wait_for_starts(2, program, &[&runner, &other]);
        command::release(&self.directory);
        self.heal(&runner);
        other.finish();
        let group = runner.pid();
        runner.finish();
        // What a killed program left behind.
        let _ = killpg(group, Signal::SIGKILL);
        let evidence = Evidence::read(&command::lines(&self.directory));
        Some((evidence.runs()[1].started - struck, evidence))
    }

    fn start(&self, node: &Node, program: &dyn Program) -> Option<Running> {
        let directory = self.directory.clone();
        let due = Due { job: &self.job, script: &self.script, directory, second: now().as_secs(), progress: 0.0 };
        let run = program.taking_over(node, &due)?;
        Some(node.enter(|| run.start()))
    }

    fn strike(&self, runner: &Running) {
        match self.blow {
            Blow::Kill => send(runner, Signal::SIGKILL),
            Blow::Cut => self.runner.cut(),
            Blow::Stop => send(runner, Signal::SIGSTOP),
        }
    }

    fn heal(&self, runner: &Running) {
        match self.blow {
            Blow::Kill => {}
            Blow::Cut => self.runner.restore(),
            Blow::Stop => send(runner, Signal::SIGCONT),
        }
    }

    fn wait_for_starts(&self, count: usize, program: &dyn Program, programs: &[&Running]) {
        let since = Instant::now();
        while Evidence::read(&command::lines(&self.directory)).runs().len() < count {
            if since.elapsed() > PATIENCE {
                // The store may be what is gone: history comes last.
                eprintln!("{}", self.said(programs));
                panic!("{}: start {count} is missing; history: {:#?}", self.job, program.history(&self.job));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// All that tells what went on in this round.
    fn said(&self, programs: &[&Running]) -> String {
        let programs: Vec<_> = programs.iter().map(|running| said_by(running)).collect();
        format!(
            "{}, {:.2} s after the boot\nprograms, the struck one first:\n{}\ncommands:\n{}",
            self.job,
            uptime(),
            programs.join("\n"),
            command::lines(&self.directory),
        )
    }
}

/// A runner that came too late to renew its lease, on a machine that stood still, may have ended before it is struck:
/// the other takes over all the same.
fn send(runner: &Running, signal: Signal) {
    match kill(runner.pid(), signal) {
        Ok(()) | Err(Errno::ESRCH) => {}
        Err(error) => panic!("{signal}: {error}"),
    }
}

/// Whether a program is still there, and what it wrote.
fn said_by(running: &Running) -> String {
    let end = if kill(running.pid(), None).is_ok() { "is there" } else { "has ended" };
    format!("{} {end}: {}", running.pid(), String::from_utf8_lossy(&running.stderr_so_far()))
}
