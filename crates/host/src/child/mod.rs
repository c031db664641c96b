//! Commands as child processes.
//!
//! - [`spec`]: what is to be run, and how. [`surroundings`]: where and as whom. [`spawn`]: its start, and why it can fail.
//!   `last_words`: what failed between fork and exec. `interpreter`: what is missing of a program that is there.
//! - [`observer`], [`tail`], `printed`: who sees its output. `pump`, `writer`: how the output is copied.
//! - `process`, `group`: its processes. `termination`: when they must end.
//! - `input`: what it reads, where that is not what we read.
//! - `guard`, `guard_process`: who ends them when we no longer can.

mod group;
mod guard;
mod guard_process;
pub(crate) mod input;
mod interpreter;
mod last_words;
pub mod observer;
pub(crate) mod printed;
mod process;
mod pump;
pub mod spawn;
pub mod spec;
pub mod surroundings;
pub mod tail;
mod termination;
mod writer;

use std::io;
use std::process::Stdio;
use std::time::Duration;

use bellwether_core::time::Mono;
use nix::fcntl::OFlag;
use nix::sys::signal::Signal;
use nix::unistd::pipe2;
use tokio::signal::unix::{self, SignalKind};

pub use observer::{Observer, Stream};
pub use process::How;
pub use spawn::SpawnError;
pub use spec::{CommandSpec, OutputMode};
pub use surroundings::Surroundings;
pub use tail::Tail;

use crate::alarm::Alarm;
use crate::clock;
use process::Process;
use pump::Pump;
use termination::{Deadline, Order, Termination};

/// How soon, and then how often, it is looked whether a group whose leader has ended is empty.
const FIRST_LOOK: Duration = Duration::from_millis(5);
const LOOKS: Duration = Duration::from_millis(100);

/// How and why a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// How its leading process ended, whatever asked it to.
    pub how: How,
    /// Whether its timeout had passed before.
    pub timed_out: bool,
}

/// A running command. Its output, timeout and lease are only attended to while [`Child::ended`] is being awaited;
/// a tied command is watched over by its guard besides.
///
/// Dropping it before its end kills a tied command and its group, and leaves any other one alone.
pub struct Child<O> {
    process: Process,
    out: Pump,
    err: Pump,
    observer: O,
    children: unix::Signal,
    alarm: Alarm,
    termination: Termination,
    phase: Phase,
}

enum Phase {
    /// The leader runs.
    Running,
    /// The leader has ended on order; members of its group may not have. Looked at again at an instant.
    Emptying { look_at: Mono, pause: Duration },
    /// The processes are not our matter any more; their output is copied to its end.
    Draining { ended: Mono },
    /// Nothing is left to do.
    Over(Ended),
}

impl<O: Observer> Child<O> {
    /// Starts a command. Must be called within a runtime, for a tied command on a thread that lives as long as we do.
    ///
    /// # Errors
    /// When the command cannot be executed or the machine has no room for it; nothing runs then.
    pub fn spawn(spec: &CommandSpec, observer: O) -> Result<Self, SpawnError> {
        Self::start(spec, &Surroundings::default(), spawn::standard_input(), None, observer)
    }

    /// The same, for a command under a lease: as [`Child::set_deadline`], but the guard of a tied command knows before
    /// the command runs, so that there is no moment in which we may be stopped and nobody ends it.
    ///
    /// # Errors
    /// As [`Child::spawn`].
    pub fn spawn_until(spec: &CommandSpec, term_at: Mono, kill_at: Mono, observer: O) -> Result<Self, SpawnError> {
        let lease = Some(Deadline { term_at, kill_at });
        Self::start(spec, &Surroundings::default(), spawn::standard_input(), lease, observer)
    }

    /// The same, for a command that reads these bytes, and then the end of its input.
    ///
    /// # Errors
    /// As [`Child::spawn`]; and when there is no memory to keep the bytes in until they are read.
    pub fn spawn_reading(spec: &CommandSpec, bytes: &[u8], observer: O) -> Result<Self, SpawnError> {
        Self::spawn_in(&Surroundings::default(), spec, bytes, observer)
    }

    /// The same, for a command with surroundings of its own.
    ///
    /// # Errors
    /// As [`Child::spawn_reading`]; and when the directory cannot be entered, or we are not allowed to run commands as
    /// the user.
    pub fn spawn_in(
        surroundings: &Surroundings,
        spec: &CommandSpec,
        bytes: &[u8],
        observer: O,
    ) -> Result<Self, SpawnError> {
        let input = input::of_bytes(bytes).map_err(|source| spawn::other(spec, source))?;
        Self::start(spec, surroundings, input.into(), None, observer)
    }

    fn start(
        spec: &CommandSpec,
        surroundings: &Surroundings,
        input: Stdio,
        lease: Option<Deadline>,
        observer: O,
    ) -> Result<Self, SpawnError> {
        let failed = |source| spawn::other(spec, source);
        let [to_out, to_err] = spawn::targets(spec)?;
        let pipe = || pipe2(OFlag::O_CLOEXEC).map_err(io::Error::from).map_err(failed);
        let (from_out, out) = pipe()?;
        let (from_err, err) = pipe()?;
        // In place of a pipe of its own, which ends at once, standard error gets the other one.
        let err = if spec.output == OutputMode::CaptureMerged { out.try_clone().map_err(failed)? } else { err };
        // All that can fail comes before the start. The handler for SIGCHLD also undoes an inherited 'ignore', under
        // which the kernel would throw the status away.
        let out_pump = Pump::new(Stream::Out, from_out, to_out).map_err(failed)?;
        let err_pump = Pump::new(Stream::Err, from_err, to_err).map_err(failed)?;
        let children = unix::signal(SignalKind::child()).map_err(failed)?;
        let alarm = Alarm::new().map_err(failed)?;
        let process = spawn::start(spec, surroundings, lease, input, out, err)?;
        let timeout_at = spec.timeout.map(|timeout| clock::mono() + timeout);
        let termination = Termination::new(timeout_at, spec.kill_after, lease);
        Ok(Self {
            process,
            out: out_pump,
            err: err_pump,
            observer,
            children,
            alarm,
            termination,
            phase: Phase::Running,
        })
    }

    /// The id of the leading process, and of its group.
    pub fn id(&self) -> i32 {
        self.process.id().as_raw()
    }

    /// Copies the output, enforces timeout and lease, and waits for the end. Cancel-safe: call it again to go on;
    /// after the end it answers the same again.
    ///
    /// After a timeout, an ordered termination or an overrun lease the whole group is gone (but for processes that
    /// the kernel itself holds). After any other end, members of the group that are left in the background stay; their
    /// output is copied as far as it is in the pipe, and is not waited for.
    pub async fn ended(&mut self) -> Ended {
        loop {
            let now = clock::mono();
            self.advance(now);
            if let Phase::Over(ended) = self.phase {
                return ended;
            }
            self.alarm.set(self.next_wake());
            self.wait().await;
        }
    }

    /// Sends TERM to the group now, and KILL at `kill_at`. A later call can bring the KILL forward only.
    pub fn terminate(&mut self, kill_at: Mono) {
        self.termination.order(kill_at);
        // What is left in the background after the leader's own end stays as it is.
        if matches!(self.phase, Phase::Running | Phase::Emptying { .. }) {
            self.tell_guard();
            self.carry_out_orders(clock::mono());
        }
    }

    /// Passes a signal to the whole group; does nothing after the end.
    ///
    /// # Errors
    /// When the group has become another user's.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        self.process.group().map_or(Ok(()), |group| group.signal(signal))
    }

    /// Moves the end of the lease: TERM goes to the group at `term_at`, KILL at `kill_at`, by us or, when we are
    /// stopped, by the guard of a tied command.
    ///
    /// # Errors
    /// When the guard is gone, because it has killed the group or was killed itself: only we are left to enforce it.
    pub fn set_deadline(&mut self, term_at: Mono, kill_at: Mono) -> io::Result<()> {
        self.termination.renew(Deadline { term_at, kill_at });
        self.update_guard()
    }

    /// Takes the lease away: the command may run for as long as it likes.
    ///
    /// # Errors
    /// When the guard is gone.
    pub fn clear_deadline(&mut self) -> io::Result<()> {
        self.termination.release();
        self.update_guard()
    }

    /// The observer, with all it has seen.
    pub fn into_observer(self) -> O {
        self.observer
    }

    /// Does all that can be done without waiting.
    fn advance(&mut self, now: Mono) {
        if let Phase::Running = self.phase {
            self.advance_running(now);
        }
        if let Phase::Emptying { look_at, pause } = self.phase {
            self.advance_emptying(now, look_at, pause);
        }
        if let Phase::Draining { ended } = self.phase {
            self.advance_draining(now, ended);
        }
    }

    fn advance_running(&mut self, now: Mono) {
        // The lease comes before the look at the leader: the guard may have ended the leader for it, while we were
        // stopped, and then the rest of the group must go too.
        self.termination.check_lease(now);
        if self.process.leader_has_ended() {
            if self.termination.is_ordered() {
                self.phase = Phase::Emptying { look_at: now, pause: FIRST_LOOK };
            } else {
                self.drain(now);
            }
            return;
        }
        self.termination.check_timeout(now);
        self.carry_out_orders(now);
    }

    fn advance_emptying(&mut self, now: Mono, look_at: Mono, pause: Duration) {
        self.carry_out_orders(now);
        if now < look_at {
            return;
        }
        let given_up = self.termination.burial_over().is_some_and(|over| over <= now);
        if given_up {
            tracing::warn!(group = self.id(), "killed processes do not end; the kernel holds them");
        }
        if given_up || self.group_is_empty() {
            self.drain(now);
        } else {
            self.phase = Phase::Emptying { look_at: now + pause, pause: (pause * 2).min(LOOKS) };
        }
    }

    fn advance_draining(&mut self, now: Mono, ended: Mono) {
        let cut_off = self.termination.output_until(ended).is_some_and(|until| until <= now);
        if cut_off || (self.out.is_over() && self.err.is_over()) {
            self.phase = Phase::Over(Ended { how: self.process.reap(), timed_out: self.termination.timed_out() });
        }
    }

    fn drain(&mut self, now: Mono) {
        self.out.finish();
        self.err.finish();
        self.phase = Phase::Draining { ended: now };
    }

    fn group_is_empty(&self) -> bool {
        let looked = self.process.group().map_or(Ok(true), |group| group.is_empty());
        looked.unwrap_or_else(|error| {
            tracing::debug!(%error, "cannot look into /proc; the group is taken to live on");
            false
        })
    }

    fn carry_out_orders(&mut self, now: Mono) {
        let Some(group) = self.process.group() else { return };
        while let Some(order) = self.termination.due(now) {
            let sent = match order {
                Order::Term => {
                    self.tell_guard();
                    group.terminate()
                }
                Order::Kill => group.signal(Signal::SIGKILL),
            };
            if let Err(error) = sent {
                tracing::warn!(group = self.id(), ?order, %error, "cannot signal the command");
            }
        }
    }

    fn tell_guard(&self) {
        if let Err(error) = self.update_guard() {
            tracing::warn!(group = self.id(), %error, "the guard is gone; only this process ends the command now");
        }
    }

    fn update_guard(&self) -> io::Result<()> {
        let (term_at, kill_at) = self.termination.for_guard();
        self.process.guard().map_or(Ok(()), |guard| guard.set_deadline(term_at, kill_at))
    }

    fn next_wake(&self) -> Option<Mono> {
        match self.phase {
            Phase::Running => self.termination.next(),
            Phase::Emptying { look_at, .. } => Some(self.termination.next().map_or(look_at, |next| next.min(look_at))),
            Phase::Draining { ended } => self.termination.output_until(ended),
            Phase::Over(_) => None,
        }
    }

    /// Waits for the first thing to happen: output, the end of some child, or the next instant. Cancel-safe.
    async fn wait(&mut self) {
        let Self { out, err, observer, children, alarm, .. } = self;
        tokio::select! {
            () = out.fill(), if !out.is_over() => out.hand_on(observer),
            () = err.fill(), if !err.is_over() => err.hand_on(observer),
            _ = children.recv() => {}
            () = alarm.ring() => {}
        }
    }
}
