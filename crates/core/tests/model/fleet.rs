//! The world around the state machine: one store, a few wrappers, time in seconds, and faults.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use bellwether_core::claim::{Action, Contender, Event, Exit, Liveness, OnLost, Overlap, Record, Run, Verdict};
use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::store::{Snapshot, Version};
use bellwether_core::time::{Mono, Now, Tick};
use jiff::Timestamp;

/// Virtual seconds.
type Seconds = u64;

/// Renewed every 2 s, told to end at 4 s, killed at 5 s.
const LEASE: Duration = Duration::from_secs(6);
/// From the first tick to the second: before a long command ends.
const NEXT_TICK: Seconds = 5;
/// How late a late request comes: within the lease, and long after it.
const LATE: [Seconds; 2] = [3, 9];
/// How long a suspension lasts: within the lease, and longer.
const SUSPENSIONS: [Seconds; 2] = [3, 9];

/// What is checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// How many nodes come for the first tick, and for the second.
    pub(crate) nodes: [u64; 2],
    /// How many faults may strike, all in all.
    pub(crate) faults: u8,
    pub(crate) overlap: Overlap,
    pub(crate) on_lost: OnLost,
    pub(crate) standby: bool,
    /// How long the command runs.
    pub(crate) command: Seconds,
    /// A broken world: the clocks of all but the first node run at double speed.
    pub(crate) fast_clock: bool,
    /// A broken world: the store swaps whatever the version is.
    pub(crate) blind_store: bool,
}

/// What can happen next.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum World {
    /// A wrapper takes its next step; what it asks of the store fares like this.
    Step(usize, Fate),
    /// A late request reaches the store.
    Arrive(usize),
    /// A wrapper dies, and its command with it.
    Die(usize),
    /// A wrapper is suspended for so long; its guard is not.
    Suspend(usize, Seconds),
    /// Time passes until something is due.
    Pass,
}

/// How a request fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Fate {
    Answered,
    RequestLost,
    AnswerLost,
    Late(Seconds),
}

/// What a wrapper was told so far, and when, as one number. It is no part of the state: states that differ in nothing
/// else are one.
#[derive(Debug, Clone, Copy)]
struct Past(u64);

impl PartialEq for Past {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Past {}

impl Hash for Past {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Past {
    fn and(self, now: Seconds, event: &Event) -> Self {
        let mut hasher = DefaultHasher::new();
        (self.0, now, event).hash(&mut hasher);
        Self(hasher.finish())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Wrapper {
    run: Run,
    tick: u64,
    /// None once it has sent a swap, and others may know its name.
    past: Option<Past>,
    /// What it will be told, and when.
    inbox: Option<(Seconds, Event)>,
    suspended_until: Seconds,
    /// When its command ends by itself.
    command: Option<Seconds>,
    /// When its guard kills the command.
    guard: Option<Seconds>,
    dead: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct LateSwap {
    arrives: Seconds,
    expected: Option<Version>,
    record: Record,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Start {
    tick: Tick,
    attempt: u32,
}

/// A state of the world.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Fleet {
    now: Seconds,
    wrappers: Vec<Wrapper>,
    record: Option<(Record, u64)>,
    late: Vec<LateSwap>,
    faults: u8,
    starts: Vec<Start>,
    two_alive: bool,
    fence_stood_still: bool,
    ended_too_early: bool,
}

impl Wrapper {
    fn command_end(&self) -> Option<Seconds> {
        self.command.map(|ends| self.guard.map_or(ends, |guard| ends.min(guard)))
    }

    fn is_alive_at(&self, now: Seconds) -> bool {
        self.command_end().is_some_and(|ends| ends > now)
    }

    /// Whether two wrappers differ in nothing but their names, which nobody knows: what can happen with one then can
    /// happen with the other, and one of them is enough.
    fn is_twin_of(&self, other: &Self) -> bool {
        let pasts = self.past.zip(other.past);
        pasts.is_some_and(|(mine, others)| mine.0 == others.0)
            && (self.tick, self.suspended_until, self.dead) == (other.tick, other.suspended_until, other.dead)
            && self.inbox == other.inbox
    }

    fn due(&self) -> Option<Seconds> {
        self.inbox.as_ref().filter(|_| !self.dead).map(|(due, _)| (*due).max(self.suspended_until))
    }
}

/// Whether a wrapper's clock runs at double speed.
fn is_fast(plan: &Plan, wrapper: usize) -> bool {
    plan.fast_clock && wrapper > 0
}

fn mono(plan: &Plan, wrapper: usize, now: Seconds) -> Mono {
    Mono::since_boot(Duration::from_secs(if is_fast(plan, wrapper) { now * 2 } else { now }))
}

/// The second in which an instant of a wrapper's clock has come.
fn seconds(plan: &Plan, wrapper: usize, at: Mono) -> Seconds {
    let elapsed = at.elapsed_since_boot() + Duration::from_nanos(999_999_999);
    if is_fast(plan, wrapper) { elapsed.as_secs().div_ceil(2) } else { elapsed.as_secs() }
}

impl Fleet {
    pub(crate) fn new(plan: &Plan) -> Self {
        let comers = (0..2_u64).flat_map(|tick| (0..plan.nodes[tick as usize]).map(move |node| (tick, node)));
        let wrappers = comers.map(|(tick, node)| Wrapper {
            run: Run::new(contender(plan, tick, node)),
            tick,
            past: Some(Past(0)),
            inbox: Some((tick * NEXT_TICK, Event::Begin)),
            suspended_until: 0,
            command: None,
            guard: None,
            dead: false,
        });
        Self {
            now: 0,
            wrappers: wrappers.collect(),
            record: None,
            late: Vec::new(),
            faults: 0,
            starts: Vec::new(),
            two_alive: false,
            fence_stood_still: false,
            ended_too_early: false,
        }
    }

    pub(crate) fn actions(&self, plan: &Plan, actions: &mut Vec<World>) {
        let fault_left = self.faults < plan.faults;
        for (index, wrapper) in self.wrappers.iter().enumerate() {
            let has_twin = !plan.fast_clock && self.wrappers[..index].iter().any(|other| wrapper.is_twin_of(other));
            if !has_twin && wrapper.due().is_some_and(|due| due <= self.now) {
                actions.push(World::Step(index, Fate::Answered));
                if fault_left {
                    actions.extend([Fate::RequestLost, Fate::AnswerLost].map(|fate| World::Step(index, fate)));
                    actions.extend(LATE.map(|delay| World::Step(index, Fate::Late(delay))));
                    actions.push(World::Die(index));
                    actions.extend(SUSPENSIONS.map(|length| World::Suspend(index, length)));
                }
            }
        }
        for (index, swap) in self.late.iter().enumerate() {
            if swap.arrives <= self.now {
                actions.push(World::Arrive(index));
            }
        }
        if actions.is_empty() && self.next_instant().is_some() {
            actions.push(World::Pass);
        }
    }

    fn next_instant(&self) -> Option<Seconds> {
        let late = self.late.iter().map(|swap| swap.arrives);
        self.wrappers.iter().filter_map(Wrapper::due).chain(late).min()
    }

    pub(crate) fn after(&self, plan: &Plan, action: World) -> Option<Self> {
        let mut next = self.clone();
        match action {
            World::Pass => next.now = self.next_instant()?.max(self.now),
            World::Die(index) => {
                next.faults += 1;
                let wrapper = &mut next.wrappers[index];
                (wrapper.dead, wrapper.command, wrapper.inbox) = (true, None, None);
            }
            World::Suspend(index, length) => {
                next.faults += 1;
                next.wrappers[index].suspended_until = self.now + length;
            }
            World::Arrive(index) => {
                let swap = next.late.remove(index);
                next.swap(plan, swap.expected.as_ref(), &swap.record);
            }
            World::Step(index, fate) => return next.step(plan, index, fate).then_some(next),
        }
        Some(next)
    }

    /// A wrapper takes what it is told, and does what the machine says. False when there is no request for the fate
    /// to strike.
    fn step(&mut self, plan: &Plan, index: usize, fate: Fate) -> bool {
        let wrapper = &mut self.wrappers[index];
        let Some((_, event)) = wrapper.inbox.take() else { return false };
        if matches!(event, Event::CommandEnded(_)) {
            wrapper.command = None;
        }
        wrapper.past = wrapper.past.map(|past| past.and(self.now, &event));
        // The wall clock only labels; standing still it keeps the states few.
        let now = Now { mono: mono(plan, index, self.now), wall: Timestamp::UNIX_EPOCH };
        let action = wrapper.run.step(event, now);
        wrapper.guard = wrapper.run.deadline().map(|(_, kill_at)| seconds(plan, index, kill_at));
        if fate != Fate::Answered {
            self.faults += 1;
        }
        match action {
            Action::Read { by } => self.read(index, fate, seconds(plan, index, by)),
            Action::Swap { expected, record, by, .. } => {
                wrapper.past = None;
                let by = seconds(plan, index, by);
                self.send(plan, index, fate, expected, *record, by);
                true
            }
            other => fate == Fate::Answered && self.carry_out(plan, index, other),
        }
    }

    fn tell(&mut self, index: usize, at: Seconds, event: Event) {
        self.wrappers[index].inbox = Some((at.max(self.now), event));
    }

    fn read(&mut self, index: usize, fate: Fate, by: Seconds) -> bool {
        let current = self.record.clone().map(|(record, version)| (record, Version::new(version.to_string())));
        let snapshot = Box::new(Snapshot { current, store_time: None });
        match fate {
            Fate::Answered => self.tell(index, self.now, Event::Read { snapshot, liveness: Liveness::Unknown }),
            Fate::AnswerLost => self.tell(index, by, Event::ReadFailed),
            Fate::RequestLost | Fate::Late(_) => return false,
        }
        true
    }

    fn send(&mut self, plan: &Plan, index: usize, fate: Fate, expected: Option<Version>, record: Record, by: Seconds) {
        match fate {
            Fate::Answered => {
                let event = self.swap(plan, expected.as_ref(), &record);
                self.tell(index, self.now, event);
            }
            Fate::AnswerLost => {
                self.swap(plan, expected.as_ref(), &record);
                self.tell(index, by, Event::SwapUnknown);
            }
            Fate::RequestLost => self.tell(index, by, Event::SwapUnknown),
            Fate::Late(delay) => {
                self.late.push(LateSwap { arrives: self.now + delay, expected, record });
                self.tell(index, by, Event::SwapUnknown);
            }
        }
    }

    fn swap(&mut self, plan: &Plan, expected: Option<&Version>, record: &Record) -> Event {
        let current = self.record.as_ref().map(|(_, version)| version.to_string());
        if current.as_deref() != expected.map(Version::as_str) && !plan.blind_store {
            return Event::Conflict;
        }
        let version = self.record.as_ref().map_or(1, |(_, version)| version + 1);
        if let Some((before, _)) = &self.record {
            self.fence_stood_still |= before.run_id != record.run_id && before.fence >= record.fence;
        }
        self.record = Some((record.clone(), version));
        Event::Swapped(Version::new(version.to_string()))
    }

    fn carry_out(&mut self, plan: &Plan, index: usize, action: Action) -> bool {
        let now = self.now;
        match action {
            Action::Append { .. } => self.tell(index, now, Event::Appended),
            Action::Wait { until } => {
                let until = seconds(plan, index, until);
                match self.wrappers[index].command_end() {
                    Some(ends) if ends <= until => {
                        self.tell(index, ends, Event::CommandEnded(Exit { status: 0, retryable: false }));
                    }
                    _ => self.tell(index, until, Event::Woke),
                }
            }
            Action::Start(record) => {
                self.two_alive |= self.wrappers.iter().any(|wrapper| wrapper.is_alive_at(now));
                self.starts.push(Start { tick: record.tick, attempt: record.attempt });
                self.starts.sort_by_key(|start| (start.tick, start.attempt));
                self.wrappers[index].command = Some(now + plan.command);
                self.tell(index, now, Event::Woke);
            }
            Action::Stop { kill_at } => {
                let kill_at = seconds(plan, index, kill_at);
                let command = &mut self.wrappers[index].command;
                *command = command.map(|ends| ends.min(kill_at.max(now)));
                self.tell(index, now, Event::Woke);
            }
            Action::End(verdict) => {
                let ran = matches!(verdict, Verdict::Ran { .. });
                self.ended_too_early |= self.wrappers[index].is_alive_at(now);
                // How it ended makes no difference to what can still happen.
                self.wrappers[index].dead = true;
                self.wrappers[index].command = self.wrappers[index].command.filter(|_| !ran);
            }
            Action::Read { .. } | Action::Swap { .. } => {}
        }
        true
    }

    pub(crate) fn attempt_started_twice(&self) -> bool {
        self.starts.windows(2).any(|pair| pair[0] == pair[1])
    }

    pub(crate) fn tick_started_twice(&self) -> bool {
        self.starts.windows(2).any(|pair| pair[0].tick == pair[1].tick)
    }

    pub(crate) fn ticks_started(&self) -> usize {
        let mut ticks: Vec<_> = self.starts.iter().map(|start| start.tick).collect();
        ticks.dedup();
        ticks.len()
    }

    pub(crate) fn two_alive(&self) -> bool {
        self.two_alive
    }

    pub(crate) fn fence_stood_still(&self) -> bool {
        self.fence_stood_still
    }

    pub(crate) fn ended_too_early(&self) -> bool {
        self.ended_too_early
    }
}

fn contender(plan: &Plan, tick: u64, node: u64) -> Contender {
    Contender {
        job: JobName::new("job").unwrap(),
        tick: Tick::at(Timestamp::from_second((tick * NEXT_TICK) as i64).unwrap()),
        next: None,
        run_id: RunId::new(format!("{tick}{node}")).unwrap(),
        node: NodeId::new(node.to_string()).unwrap(),
        lease: LEASE,
        overlap: plan.overlap,
        on_lost: plan.on_lost,
        standby: plan.standby,
        stagger: Duration::ZERO,
        retries: 0,
        retry_delay: Duration::ZERO,
    }
}
