//! A wrapper's whole life with a tick, as a pure state machine.
//!
//! A thin loop carries out each [`Action`] and answers with an [`Event`]; nothing else happens in between. At most
//! one store operation is under way at any time. The moment an action is handed out counts as the moment its
//! request was sent: that is never later than the truth, which is the safe side for every lease.

use std::time::Duration;

use jiff::Timestamp;

use super::decide::{Contender, Decision, Evidence, Liveness, Skip, decide};
use super::entry::Entry;
use super::hold::Hold;
use super::record::Record;
use crate::names::RunId;
use crate::store::{Snapshot, Version};
use crate::time::{Mono, Now};

/// How far ahead of the store's clock a tick may be. A clock further off must not eat coming ticks.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(30);

/// How long a store may stay silent before a wrapper that has started nothing gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Exit {
    /// The status the wrapper will exit with: the command's own, 128+N for signal N, 124 after a timeout, 126 or
    /// 127 when it could not be executed or found.
    pub status: i32,
    /// Whether starting it again could help: it ran and failed by itself.
    pub retryable: bool,
}

/// What the loop must do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Read the job's record; give up at `by`. Answer: `Read` or `ReadFailed`.
    Read {
        /// The end of the loop's patience.
        by: Mono,
    },
    /// Swap the job's record; give up at `by`. Answer: `Swapped`, `Conflict`, `SwapUnknown` or `SwapFailed`.
    Swap {
        /// The version it must still have; none when there must be no record.
        expected: Option<Version>,
        /// The new record.
        record: Box<Record>,
        /// The lines of history that go with it.
        entries: Vec<Entry>,
        /// The end of the loop's patience.
        by: Mono,
    },
    /// Append a line of history; give up at `by`. Answer: `Appended` or `AppendFailed`.
    Append {
        /// The line.
        entry: Box<Entry>,
        /// The end of the loop's patience.
        by: Mono,
    },
    /// Wait. Answer: `Woke` at `until`, or `CommandEnded` when the command ends before.
    Wait {
        /// When to go on.
        until: Mono,
    },
    /// Start the command. Answer: `Woke`, or `CommandEnded` when it could not be started.
    Start(Box<Record>),
    /// End the command's process group: TERM now, KILL at `kill_at`. Answer: `Woke`.
    Stop {
        /// When to stop asking nicely.
        kill_at: Mono,
    },
    /// It is over.
    End(Verdict),
}

/// What came of the last action.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// The first event.
    Begin,
    /// The time waited for has come, or a command was started or told to stop.
    Woke,
    /// A read was answered.
    Read {
        /// What the store holds.
        snapshot: Box<Snapshot>,
        /// What this host knows of the run that is waited for: the record's; when the record is this wrapper's own,
        /// the run it has displaced.
        liveness: Liveness,
    },
    /// A read was not answered.
    ReadFailed,
    /// A swap was made.
    Swapped(Version),
    /// A swap was refused: the record is another.
    Conflict,
    /// A swap was sent and its answer lost.
    SwapUnknown,
    /// A swap was certainly not made, for a reason other than the record.
    SwapFailed,
    /// A line of history is kept.
    Appended,
    /// A line of history may not have been kept.
    AppendFailed,
    /// The command ended, or could not be started.
    CommandEnded(Exit),
    /// The wrapper was told to end while no command was running. May come in place of `Woke`.
    Interrupted,
}

/// How a run that started its command went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunEnd {
    /// It kept its claim to the end.
    Held,
    /// A later tick was allowed to run beside it.
    Detached,
    /// A later tick replaced it; its command was stopped.
    Replaced,
    /// The store was out of reach for too long; its command was stopped before others may take over.
    Overdue,
    /// Others took it for dead, or its record vanished; its command was stopped.
    ClaimLost,
}

/// How a wrapper's life with a tick ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The tick is not for this wrapper to run.
    Skipped(Skip),
    /// The tick lies in the future of the store's clock: this host's clock is wrong.
    ClockAhead {
        /// What the store's clock says.
        store_time: Timestamp,
    },
    /// The wrapper was told to end before it had started the command.
    Interrupted,
    /// The store could not be reached, or not be trusted to have the claim; the command was not started.
    Unavailable,
    /// The command was started.
    Ran {
        /// How it ended last.
        exit: Exit,
        /// What became of the claim meanwhile.
        end: RunEnd,
        /// Whether the store has kept the end.
        recorded: bool,
    },
}

/// How long a single store operation may take for a given lease.
pub(super) fn operation_limit(lease: Duration) -> Duration {
    (lease / 3).clamp(Duration::from_millis(500), Duration::from_secs(5))
}

/// The pause before a failed store operation is tried again.
pub(super) fn retry_pause(lease: Duration) -> Duration {
    (lease / 20).clamp(Duration::from_millis(20), Duration::from_secs(1))
}

/// What is known of the record under observation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Look {
    /// The version last seen, since when, and whose it is.
    seen: Option<(Version, Mono, RunId)>,
    /// Whether its run was seen to change it.
    seen_beating: bool,
    /// When the read under way was sent.
    asked: Mono,
    /// Since when reads are not answered.
    silent_since: Option<Mono>,
    /// Since when swaps fail.
    failing_since: Option<Mono>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Phase {
    /// Waiting for its turn, then reading.
    Looking(Box<Look>),
    /// A swap to CLAIMED is under way, or its outcome is being read.
    Claiming { look: Box<Look>, record: Box<Record>, first_sent: Mono },
    /// A swap to LOST is under way.
    Marking { look: Box<Look> },
    /// Leaving a line of history about a tick that is not run.
    Leaving { skip: Skip },
    /// The claim is held.
    Holding(Box<Hold>),
}

/// A wrapper with a tick: its state between two events.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Run {
    me: Contender,
    phase: Phase,
}

impl Run {
    /// A wrapper that has done nothing yet; its first event is [`Event::Begin`].
    pub fn new(me: Contender) -> Self {
        Self { me, phase: Phase::Looking(Box::default()) }
    }

    /// By when the command must be told to end, and be killed, if no renewal is confirmed before; none while no
    /// command may run. A guard outside the loop can enforce it.
    pub fn deadline(&self) -> Option<(Mono, Mono)> {
        match &self.phase {
            Phase::Holding(hold) => hold.deadline(),
            _ => None,
        }
    }

    /// Takes what came of the last action and says what to do next.
    pub fn step(&mut self, event: Event, now: Now) -> Action {
        if let Phase::Holding(hold) = &mut self.phase {
            return hold.step(&self.me, event, now);
        }
        match event {
            Event::Begin => Action::Wait { until: now.mono + self.me.stagger },
            Event::Conflict => {
                if let Some(look) = self.look_mut() {
                    look.failing_since = None;
                }
                self.look(now)
            }
            Event::Woke => self.look(now),
            Event::SwapUnknown | Event::SwapFailed => self.swap_failed(now),
            Event::Read { snapshot, liveness } => self.consider(*snapshot, liveness, now),
            Event::ReadFailed => self.look_again_or_give_up(now),
            Event::Swapped(version) => self.swapped(version, now),
            Event::Appended | Event::AppendFailed => match &self.phase {
                Phase::Leaving { skip } => Action::End(Verdict::Skipped(skip.clone())),
                _ => self.look(now),
            },
            Event::CommandEnded(_) => self.look(now),
            Event::Interrupted => Action::End(Verdict::Interrupted),
        }
    }

    fn look_mut(&mut self) -> Option<&mut Look> {
        match &mut self.phase {
            Phase::Looking(look) | Phase::Claiming { look, .. } | Phase::Marking { look } => Some(look.as_mut()),
            Phase::Leaving { .. } | Phase::Holding(_) => None,
        }
    }

    fn look(&mut self, now: Now) -> Action {
        let by = now.mono + operation_limit(self.me.lease);
        if let Some(look) = self.look_mut() {
            look.asked = now.mono;
        }
        Action::Read { by }
    }

    fn look_again_or_give_up(&mut self, now: Now) -> Action {
        let Some(look) = self.look_mut() else { return Action::End(Verdict::Unavailable) };
        let silent_since = *look.silent_since.get_or_insert(look.asked);
        self.pause_or_give_up(silent_since, now)
    }

    /// A store that answers reads and fails swaps (a full disk) must not be asked for ever.
    fn swap_failed(&mut self, now: Now) -> Action {
        let Some(look) = self.look_mut() else { return Action::End(Verdict::Unavailable) };
        let failing_since = *look.failing_since.get_or_insert(now.mono);
        self.pause_or_give_up(failing_since, now)
    }

    fn pause_or_give_up(&self, failing_since: Mono, now: Now) -> Action {
        let patience = if self.me.standby { PATIENCE.max(self.me.lease * 2) } else { PATIENCE };
        if now.mono.since(failing_since) >= patience {
            return Action::End(Verdict::Unavailable);
        }
        Action::Wait { until: now.mono + retry_pause(self.me.lease) }
    }

    fn swapped(&mut self, version: Version, now: Now) -> Action {
        match &self.phase {
            Phase::Claiming { record, first_sent, .. } => {
                let hold = Hold::new((**record).clone(), version, *first_sent, now);
                self.hold(hold, now)
            }
            _ => self.look(now),
        }
    }

    fn hold(&mut self, hold: Hold, now: Now) -> Action {
        let mut hold = Box::new(hold);
        let action = hold.step(&self.me, Event::Woke, now);
        self.phase = Phase::Holding(hold);
        action
    }

    fn consider(&mut self, snapshot: Snapshot, liveness: Liveness, now: Now) -> Action {
        if let Some(store_time) = snapshot.store_time
            && self.me.tick.instant() > store_time + CLOCK_TOLERANCE
        {
            return Action::End(Verdict::ClockAhead { store_time });
        }
        // A claim whose answer was lost turns out to have been made.
        if let (Phase::Claiming { first_sent, .. }, Some((record, version))) = (&self.phase, &snapshot.current)
            && record.run_id == self.me.run_id
            && record.is_live()
        {
            let hold = Hold::new(record.clone(), version.clone(), *first_sent, now);
            return self.hold(hold, now);
        }
        let Some(look) = self.look_mut() else { return Action::End(Verdict::Unavailable) };
        look.silent_since = None;
        let evidence = look.observe(snapshot.current.as_ref(), liveness, now.mono);
        let look = Box::new(std::mem::take(look));
        let current = snapshot.current.as_ref();
        let decision = decide(&self.me, current.map(|(record, _)| record), evidence, now.wall);
        let expected = snapshot.current.as_ref().map(|(_, version)| version.clone());
        self.carry_out(decision, look, expected, now)
    }

    fn carry_out(&mut self, decision: Decision, look: Box<Look>, expected: Option<Version>, now: Now) -> Action {
        let by = now.mono + operation_limit(self.me.lease);
        match decision {
            Decision::Claim(record, entries) => {
                let first_sent = match &self.phase {
                    Phase::Claiming { first_sent, .. } => *first_sent,
                    _ => now.mono,
                };
                self.phase = Phase::Claiming { look, record: record.clone(), first_sent };
                Action::Swap { expected, record, entries, by }
            }
            Decision::MarkLost(record, entries) => {
                self.phase = Phase::Marking { look };
                Action::Swap { expected, record, entries, by }
            }
            Decision::Watch(pause) => {
                self.phase = Phase::Looking(look);
                Action::Wait { until: now.mono + pause }
            }
            Decision::Skip(skip, entries) => match entries.into_iter().next() {
                Some(entry) => {
                    self.phase = Phase::Leaving { skip };
                    Action::Append { entry: Box::new(entry), by }
                }
                None => Action::End(Verdict::Skipped(skip)),
            },
        }
    }
}

impl Look {
    /// Takes note of what a read found. The record counts as unchanged from the answer of the read that first saw
    /// this version to the sending of the read that last saw it.
    fn observe(&mut self, current: Option<&(Record, Version)>, liveness: Liveness, now: Mono) -> Evidence {
        let Some((record, version)) = current else {
            self.seen = None;
            return Evidence { unchanged_for: Duration::ZERO, seen_beating: false, liveness };
        };
        let unchanged_for = match &self.seen {
            Some((seen, since, _)) if seen == version => self.asked.since(*since),
            before => {
                self.seen_beating = before.as_ref().is_some_and(|(_, _, run_id)| *run_id == record.run_id);
                self.seen = Some((version.clone(), now, record.run_id.clone()));
                Duration::ZERO
            }
        };
        Evidence { unchanged_for, seen_beating: self.seen_beating, liveness }
    }
}
