//! A fleet in virtual time: many wrappers drive the real state machine against one store, while answers get lost,
//! requests come late, wrappers die or are suspended. What must hold is checked at every start of a command.
//!
//! A failure names its seed. `BELLWETHER_SIMULATION_SEEDS=1000` runs that many seeds of each plan.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: the number of seeds is chosen by an environment variable, and a panic is a failure"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bellwether_core::claim::{
    Action, Contender, Entry, Event, Exit, Liveness, OnLost, Outcome, Overlap, Record, Run, Verdict,
};
use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::store::{Snapshot, Version};
use bellwether_core::time::{Mono, Now, Tick};
use jiff::Timestamp;

/// Virtual milliseconds.
type Ms = u64;

/// From one tick to the next.
const TICK: Ms = 10_000;
const LEASE: Duration = Duration::from_secs(3);

/// A small generator, so that a seed gives the same fleet on every machine: SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit.max(1)
    }

    /// One in `odds`; 0 is never.
    fn one_in(&mut self, odds: u64) -> bool {
        odds > 0 && self.below(odds) == 0
    }
}

/// What may go wrong, as one in so many; 0 is never.
#[derive(Clone, Copy)]
struct Faults {
    lost: u64,
    failed: u64,
    late: u64,
    deaths: u64,
    suspensions: u64,
}

const CALM: Faults = Faults { lost: 0, failed: 0, late: 0, deaths: 0, suspensions: 0 };
const STORM: Faults = Faults { lost: 8, failed: 10, late: 8, deaths: 6, suspensions: 6 };

#[derive(Clone, Copy)]
struct Plan {
    nodes: u64,
    ticks: u64,
    overlap: Overlap,
    on_lost: OnLost,
    standby: bool,
    longest_command: Ms,
    retries: u32,
    /// Whether all nodes are one host, where the end of a wrapper and its command is seen at once.
    local: bool,
    faults: Faults,
}

const PLAN: Plan = Plan {
    nodes: 4,
    ticks: 5,
    overlap: Overlap::Forbid,
    on_lost: OnLost::Skip,
    standby: false,
    longest_command: 4_000,
    retries: 0,
    local: false,
    faults: STORM,
};

enum Happening {
    Deliver(usize, Event),
    /// A swap reaches the store; its answer, if any, comes so much later.
    Arrive {
        wrapper: usize,
        expected: Option<Version>,
        record: Box<Record>,
        entries: Vec<Entry>,
        answer: Option<Ms>,
    },
    Die(usize),
}

struct Wrapper {
    run: Run,
    contender: Contender,
    clock_offset: Ms,
    suspended: (Ms, Ms),
    /// When its command ends by itself or is killed on order, and how.
    command: Option<(Ms, Exit)>,
    /// When the guard kills the command.
    guard: Option<Ms>,
    verdict: Option<Verdict>,
    dead: bool,
}

impl Wrapper {
    fn mono(&self, at: Ms) -> Mono {
        Mono::since_boot(Duration::from_millis(at + self.clock_offset))
    }

    fn virtual_time(&self, mono: Mono) -> Ms {
        // Rounded up: a wrapper that waits is never woken too early.
        let elapsed = mono.elapsed_since_boot() + Duration::from_nanos(999_999);
        (elapsed.as_millis() as Ms).saturating_sub(self.clock_offset)
    }

    fn command_end(&self) -> Option<Ms> {
        self.command.map(|(ends, _)| self.guard.map_or(ends, |guard| ends.min(guard)))
    }
}

struct Start {
    at: Ms,
    tick: Tick,
    attempt: u32,
    fence: u64,
}

struct Fleet {
    seed: u64,
    dice: Dice,
    plan: Plan,
    now: Ms,
    sequence: u64,
    queue: BTreeMap<(Ms, u64), Happening>,
    record: Option<(Record, u64)>,
    history: Vec<Entry>,
    wrappers: Vec<Wrapper>,
    starts: Vec<Start>,
}

impl Fleet {
    fn run(seed: u64, plan: Plan) -> Self {
        let mut fleet = Self {
            seed,
            dice: Dice(seed),
            plan,
            now: 0,
            sequence: 0,
            queue: BTreeMap::new(),
            record: None,
            history: Vec::new(),
            wrappers: Vec::new(),
            starts: Vec::new(),
        };
        for tick in 1..=plan.ticks {
            for node in 0..plan.nodes {
                fleet.add_wrapper(tick, node);
            }
        }
        while let Some(((at, _), happening)) = fleet.queue.pop_first() {
            assert!(at < (plan.ticks + 60) * TICK, "seed {seed}: the fleet does not come to rest");
            fleet.now = at;
            fleet.happen(happening);
        }
        for wrapper in &fleet.wrappers {
            assert!(wrapper.dead || wrapper.verdict.is_some(), "seed {seed}: {:?} never ended", wrapper.contender);
        }
        fleet
    }

    fn schedule(&mut self, at: Ms, happening: Happening) {
        self.sequence += 1;
        self.queue.insert((at.max(self.now), self.sequence), happening);
    }

    fn add_wrapper(&mut self, tick: u64, node: u64) {
        let faults = self.plan.faults;
        let (due, index) = (tick * TICK, self.wrappers.len());
        let begins = due + self.dice.below(400);
        let contender = Contender {
            job: JobName::new("job").unwrap(),
            tick: Tick::at(Timestamp::from_millisecond(due as i64).unwrap()),
            next: None,
            run_id: RunId::new(format!("t{tick}-n{node}")).unwrap(),
            node: NodeId::new(format!("n{node}")).unwrap(),
            lease: LEASE,
            overlap: self.plan.overlap,
            on_lost: self.plan.on_lost,
            standby: self.plan.standby,
            stagger: Duration::from_millis(150 * node),
            retries: self.plan.retries,
            retry_delay: Duration::from_millis(500),
        };
        let suspended = if self.dice.one_in(faults.suspensions) { begins + self.dice.below(4_000) } else { 0 };
        let suspended = (suspended, suspended + self.dice.below(8_000));
        let suspended = if suspended.0 == 0 { (0, 0) } else { suspended };
        if self.dice.one_in(faults.deaths) {
            let dies = begins + self.dice.below(6_000);
            self.schedule(dies, Happening::Die(index));
        }
        self.wrappers.push(Wrapper {
            run: Run::new(contender.clone()),
            contender,
            clock_offset: self.dice.below(1_000_000),
            suspended,
            command: None,
            guard: None,
            verdict: None,
            dead: false,
        });
        self.schedule(begins, Happening::Deliver(index, Event::Begin));
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Die(index) => {
                let wrapper = &mut self.wrappers[index];
                // The command dies with its wrapper.
                (wrapper.dead, wrapper.command) = (true, None);
            }
            Happening::Arrive { wrapper, expected, record, entries, answer } => {
                let event = self.swap(expected, *record, entries);
                if let Some(delay) = answer {
                    self.schedule(self.now + delay, Happening::Deliver(wrapper, event));
                }
            }
            Happening::Deliver(index, event) => self.deliver(index, event),
        }
    }

    fn swap(&mut self, expected: Option<Version>, record: Record, entries: Vec<Entry>) -> Event {
        let seed = self.seed;
        let current = self.record.as_ref().map(|(_, version)| version.to_string());
        if current.as_deref() != expected.as_ref().map(Version::as_str) {
            return Event::Conflict;
        }
        let mut version = 1;
        if let Some((before, at)) = &self.record {
            version = at + 1;
            assert!(record.tick >= before.tick, "seed {seed}: a tick went back");
            let claimed = record.run_id != before.run_id;
            assert!(!claimed || record.fence > before.fence, "seed {seed}: a claim did not raise the fence");
        }
        self.record = Some((record, version));
        self.history.extend(entries);
        Event::Swapped(Version::new(version.to_string()))
    }

    fn deliver(&mut self, index: usize, event: Event) {
        let wrapper = &mut self.wrappers[index];
        if wrapper.dead {
            return;
        }
        if (wrapper.suspended.0..wrapper.suspended.1).contains(&self.now) {
            let resumes = wrapper.suspended.1;
            return self.schedule(resumes, Happening::Deliver(index, event));
        }
        if matches!(event, Event::CommandEnded(_)) {
            wrapper.command = None;
        }
        let wall = Timestamp::from_millisecond(self.now as i64).unwrap();
        let now = Now { mono: wrapper.mono(self.now), wall };
        let action = wrapper.run.step(event, now);
        wrapper.guard = wrapper.run.deadline().map(|(_, kill_at)| wrapper.virtual_time(kill_at));
        self.carry_out(index, action);
    }

    fn carry_out(&mut self, index: usize, action: Action) {
        let faults = self.plan.faults;
        let soon = self.now + 1 + self.dice.below(20);
        let wrapper = &mut self.wrappers[index];
        match action {
            Action::Read { by } => {
                let by = wrapper.virtual_time(by);
                let failed = self.dice.one_in(faults.lost);
                let snapshot = self.record.clone().map(|(record, version)| (record, Version::new(version.to_string())));
                let snapshot = Box::new(Snapshot { current: snapshot, store_time: None });
                let event = Event::Read { snapshot, liveness: self.liveness(index) };
                let (at, event) = if failed { (by, Event::ReadFailed) } else { (soon, event) };
                self.schedule(at, Happening::Deliver(index, event));
            }
            Action::Swap { expected, record, entries, by } => {
                let by = wrapper.virtual_time(by);
                self.send(index, expected, record, entries, by);
            }
            Action::Append { entry, .. } => {
                let kept = !self.dice.one_in(faults.failed);
                let event = if kept { Event::Appended } else { Event::AppendFailed };
                self.history.extend(kept.then_some(*entry));
                self.schedule(soon, Happening::Deliver(index, event));
            }
            Action::Wait { until } => {
                let until = wrapper.virtual_time(until);
                let (at, event) = match (wrapper.command_end(), wrapper.command) {
                    (Some(ends), Some((_, exit))) if ends <= until => (ends, Event::CommandEnded(exit)),
                    _ => (until, Event::Woke),
                };
                self.schedule(at, Happening::Deliver(index, event));
            }
            Action::Start(record) => self.start(index, &record),
            Action::Stop { kill_at } => {
                let kill_at = wrapper.virtual_time(kill_at).max(self.now);
                let killed = self.now + self.dice.below(kill_at - self.now + 1);
                if let Some((ends, exit)) = &mut wrapper.command {
                    (*ends, *exit) = ((*ends).min(killed), Exit { status: 143, retryable: false });
                }
                self.schedule(self.now, Happening::Deliver(index, Event::Woke));
            }
            Action::End(verdict) => {
                let running = wrapper.command_end().is_some_and(|ends| ends > self.now);
                assert!(!running, "seed {}: ended while its command runs", self.seed);
                wrapper.verdict = Some(verdict);
            }
        }
    }

    /// What the host knows of the run that a wrapper waits for.
    fn liveness(&self, index: usize) -> Liveness {
        let me = &self.wrappers[index].contender.run_id;
        let Some((record, _)) = self.record.as_ref().filter(|_| self.plan.local) else { return Liveness::Unknown };
        let awaited = match &record.displaced {
            Some(displaced) if record.run_id == *me => &displaced.run_id,
            _ => &record.run_id,
        };
        let runner = self.wrappers.iter().find(|wrapper| wrapper.contender.run_id == *awaited).unwrap();
        let running = runner.command_end().is_some_and(|ends| ends > self.now);
        let gone = !running && (runner.dead || runner.verdict.is_some());
        if gone { Liveness::Gone } else { Liveness::Alive }
    }

    fn send(&mut self, wrapper: usize, expected: Option<Version>, record: Box<Record>, entries: Vec<Entry>, by: Ms) {
        let faults = self.plan.faults;
        if self.dice.one_in(faults.failed) {
            return self.schedule(self.now + 1, Happening::Deliver(wrapper, Event::SwapFailed));
        }
        let late = if self.dice.one_in(faults.late) { self.dice.below(5_000) } else { 0 };
        let (arrives, delay) = (self.now + 1 + self.dice.below(20) + late, self.dice.below(20));
        let answered = arrives + delay < by && !self.dice.one_in(faults.lost);
        // A lost request is one that never arrives; a lost answer one that arrived.
        if answered || !self.dice.one_in(2) {
            let answer = answered.then_some(delay);
            self.schedule(arrives, Happening::Arrive { wrapper, expected, record, entries, answer });
        }
        if !answered {
            self.schedule(by, Happening::Deliver(wrapper, Event::SwapUnknown));
        }
    }

    fn start(&mut self, index: usize, record: &Record) {
        let (seed, now) = (self.seed, self.now);
        for (other, wrapper) in self.wrappers.iter().enumerate() {
            let live = wrapper.command_end().is_some_and(|ends| ends > now);
            let allowed = self.plan.overlap == Overlap::Allow && wrapper.contender.tick != record.tick;
            assert!(
                other == index || !live || allowed,
                "seed {seed}: at {now} {record:?} starts beside {:?}",
                wrapper.contender
            );
        }
        for earlier in &self.starts {
            let again = (earlier.tick, earlier.attempt) == (record.tick, record.attempt);
            assert!(!again, "seed {seed}: {record:?} was already started at {}", earlier.at);
            assert!(earlier.fence <= record.fence, "seed {seed}: the fence of a later start is lower");
        }
        self.starts.push(Start { at: now, tick: record.tick, attempt: record.attempt, fence: record.fence });
        let failed = self.plan.retries > 0 && self.dice.one_in(2);
        let exit = Exit { status: i32::from(failed), retryable: failed };
        self.wrappers[index].command = Some((now + self.dice.below(self.plan.longest_command), exit));
        self.schedule(now, Happening::Deliver(index, Event::Woke));
    }

    fn ticks_run(&self) -> BTreeSet<Tick> {
        self.starts.iter().map(|start| start.tick).collect()
    }

    fn starts_of(&self, tick: Tick) -> usize {
        self.starts.iter().filter(|start| start.tick == tick).count()
    }
}

fn fleets(plan: Plan, check: impl Fn(&Fleet)) {
    let seeds = std::env::var("BELLWETHER_SIMULATION_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(400);
    for seed in 0..seeds {
        check(&Fleet::run(seed, plan));
    }
}

fn each_tick_started_at_most_once(fleet: &Fleet) {
    for tick in fleet.ticks_run() {
        assert_eq!(fleet.starts_of(tick), 1, "seed {}: tick {tick}", fleet.seed);
    }
}

#[test]
fn in_calm_weather_every_tick_runs_exactly_once() {
    fleets(Plan { faults: CALM, ..PLAN }, |fleet| {
        assert_eq!(fleet.ticks_run().len() as u64, fleet.plan.ticks, "seed {}", fleet.seed);
        each_tick_started_at_most_once(fleet);
        let done = fleet.history.iter().filter(|entry| entry.outcome == Outcome::Done).count() as u64;
        assert_eq!(done, fleet.plan.ticks, "seed {}: every run is in the history", fleet.seed);
    });
}

#[test]
fn in_a_storm_no_tick_starts_twice() {
    fleets(PLAN, each_tick_started_at_most_once);
}

#[test]
fn in_a_storm_standby_under_skip_starts_no_tick_twice() {
    fleets(Plan { standby: true, ..PLAN }, each_tick_started_at_most_once);
}

#[test]
fn rerun_starts_each_attempt_once_and_never_two_at_a_time() {
    fleets(Plan { standby: true, on_lost: OnLost::Rerun, ..PLAN }, |_| {});
}

/// Whether every tick that a living wrapper wanted was started, or is in the history with one of `reasons`.
fn each_tick_is_accounted_for(fleet: &Fleet, ticks: u64, reasons: &[Outcome]) {
    for tick in 1..=ticks {
        let tick = Tick::at(Timestamp::from_millisecond((tick * TICK) as i64).unwrap());
        let survivor = fleet.wrappers.iter().any(|wrapper| wrapper.contender.tick == tick && !wrapper.dead);
        let told = fleet.history.iter().any(|entry| entry.tick == tick && reasons.contains(&entry.outcome));
        assert!(!survivor || told || fleet.starts_of(tick) > 0, "seed {}: tick {tick} was missed", fleet.seed);
    }
}

#[test]
fn rerun_starts_every_tick_that_only_deaths_disturb() {
    let faults = Faults { deaths: 2, ..CALM };
    fleets(Plan { standby: true, on_lost: OnLost::Rerun, faults, ..PLAN }, |fleet| {
        each_tick_is_accounted_for(fleet, fleet.plan.ticks, &[Outcome::Skipped]);
    });
}

#[test]
fn skip_without_standby_leaves_no_tick_in_the_dark() {
    // A runner may die between the confirmed STARTED and the start itself; such a tick is lost, and the wrappers of
    // the next tick say so.
    let faults = Faults { deaths: 2, ..CALM };
    fleets(Plan { faults, ticks: 6, ..PLAN }, |fleet| {
        each_tick_is_accounted_for(fleet, fleet.plan.ticks - 1, &[Outcome::Skipped, Outcome::Lost]);
    });
}

#[test]
fn forbid_never_runs_two_ticks_at_a_time() {
    fleets(Plan { longest_command: 25_000, ..PLAN }, each_tick_started_at_most_once);
}

#[test]
fn forbid_records_the_ticks_it_skips() {
    fleets(Plan { longest_command: 40_000, faults: CALM, nodes: 1, ..PLAN }, |fleet| {
        let skipped = fleet.history.iter().filter(|entry| entry.outcome == Outcome::Skipped).count() as u64;
        assert_eq!(skipped + fleet.ticks_run().len() as u64, fleet.plan.ticks, "seed {}", fleet.seed);
    });
}

#[test]
fn replace_stops_the_old_run_before_the_new_one_starts() {
    let plan = Plan { overlap: Overlap::Replace, longest_command: 25_000, ..PLAN };
    fleets(plan, each_tick_started_at_most_once);
    fleets(Plan { faults: CALM, ..plan }, |fleet| {
        assert_eq!(fleet.ticks_run().len() as u64, fleet.plan.ticks, "seed {}: every tick gets its turn", fleet.seed);
    });
}

#[test]
fn on_one_host_the_end_of_a_run_is_believed_at_once() {
    let plan = Plan { local: true, longest_command: 25_000, ..PLAN };
    for overlap in [Overlap::Forbid, Overlap::Replace, Overlap::Allow] {
        fleets(Plan { overlap, ..plan }, each_tick_started_at_most_once);
    }
    fleets(Plan { on_lost: OnLost::Rerun, standby: true, ..plan }, |_| {});
}

#[test]
fn allow_runs_ticks_beside_each_other_but_none_twice() {
    let plan = Plan { overlap: Overlap::Allow, longest_command: 25_000, ..PLAN };
    fleets(plan, each_tick_started_at_most_once);
    fleets(Plan { faults: CALM, ..plan }, |fleet| {
        assert_eq!(fleet.ticks_run().len() as u64, fleet.plan.ticks, "seed {}: every tick runs", fleet.seed);
    });
}

#[test]
fn retries_start_again_within_one_claim() {
    fleets(Plan { retries: 2, ..PLAN }, |_| {});
    fleets(Plan { retries: 2, faults: CALM, ..PLAN }, |fleet| {
        for tick in fleet.ticks_run() {
            assert!(fleet.starts_of(tick) <= 3, "seed {}", fleet.seed);
        }
    });
}
