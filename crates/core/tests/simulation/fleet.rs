//! A fleet in virtual time: wrappers that drive the real state machine, one happening after the other.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::time::Duration;

use bellwether_core::claim::{Action, Contender, Event, Exit, Run, Verdict};
use bellwether_core::names::{JobName, NodeId};

use crate::books::Book;
use crate::dice::Dice;
use crate::facts::{Facts, run_id};
use crate::plan::{Defect, Ms, Plan};
use crate::requests::Request;
use crate::store::{Store, due, tick_of};
use crate::totals::Totals;
use crate::violation::{Checked, Kind, Violation, broken};
use crate::weather::Weather;
use crate::wrapper::{Clocks, Command, Wrapper, natural_end};

/// How long a fleet may go on after its last tick and its longest command.
const REST: Ms = 1_200_000;

/// More than any fleet that comes to rest needs.
const MOST_HAPPENINGS: u64 = 100_000_000;

enum Happening {
    /// A node's cron comes to a tick, by the node's own clock.
    Fire { node: usize, tick: u64 },
    /// A wrapper is told what came of its last action.
    Deliver(usize, Event),
    /// A request reaches the store; its answer, if there is to be one, reaches the wrapper at `answered`.
    Reach { wrapper: usize, request: Request, answered: Option<Ms> },
    /// The store comes back.
    Restart,
}

struct Due {
    at: Ms,
    /// What was scheduled first happens first.
    sequence: u64,
    happening: Happening,
}

impl Ord for Due {
    /// The earliest is the greatest, as the heap wants it.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.sequence).cmp(&(self.at, self.sequence))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Due {}

/// A fleet at one instant.
pub(crate) struct Fleet {
    pub(crate) plan: Plan,
    pub(crate) dice: Dice,
    pub(crate) now: Ms,
    sequence: u64,
    queue: BinaryHeap<Due>,
    pub(crate) store: Store,
    pub(crate) weather: Weather,
    pub(crate) clocks: Vec<Clocks>,
    /// By index; none once it has ended.
    pub(crate) wrappers: Vec<Option<Box<Wrapper>>>,
    /// By the same index; for ever.
    pub(crate) facts: Vec<Facts>,
    /// By tick.
    pub(crate) books: Vec<Book>,
    /// The wrappers whose commands may be alive.
    pub(crate) running: Vec<usize>,
    /// Fence and run of the latest start.
    pub(crate) latest_start: Option<(u64, usize)>,
    pub(crate) totals: Totals,
    job: JobName,
    node_ids: Vec<NodeId>,
}

impl Fleet {
    /// Runs the fleet of a seed to its end.
    pub(crate) fn run(seed: u64, plan: Plan) -> Checked<Totals> {
        let mut fleet = Self::new(seed, plan);
        let outcome = fleet.go_on_to_the_end();
        outcome
            .map(|()| fleet.totals)
            .map_err(|violation| Box::new(Violation { origin: Some((seed, plan)), ..*violation }))
    }

    fn new(seed: u64, plan: Plan) -> Self {
        let mut dice = Dice::of(seed);
        let weather = Weather::draw(&plan, &mut dice, due(&plan, 0), due(&plan, plan.ticks) + plan.clock_offset);
        let clocks = (0..plan.nodes).map(|_| Clocks::draw(&plan, &mut dice)).collect::<Vec<_>>();
        let mut fleet = Self {
            plan,
            dice,
            now: 0,
            sequence: 0,
            queue: BinaryHeap::new(),
            store: Store::new(plan),
            totals: Totals::of(&plan, &weather),
            weather,
            clocks,
            wrappers: Vec::new(),
            facts: Vec::new(),
            books: (0..plan.ticks).map(|_| Book::new(plan.nodes)).collect(),
            running: Vec::new(),
            latest_start: None,
            job: JobName::new("job").unwrap(),
            node_ids: (0..plan.nodes).map(|node| NodeId::new(format!("n{node}")).unwrap()).collect(),
        };
        for node in 0..plan.nodes as usize {
            fleet.schedule_fire(node, 0);
        }
        for at in fleet.weather.restarts.clone() {
            fleet.schedule(at, Happening::Restart);
        }
        fleet
    }

    fn go_on_to_the_end(&mut self) -> Checked {
        let plan = self.plan;
        let end = due(&plan, plan.ticks) + plan.longest_command + REST;
        while let Some(Due { at, happening, .. }) = self.queue.pop() {
            if at > end || self.sequence > MOST_HAPPENINGS {
                return broken(Kind::Restless, at, "something goes on and on");
            }
            self.now = at;
            match happening {
                Happening::Fire { node, tick } => self.fire(node, tick)?,
                Happening::Deliver(index, event) => self.deliver(index, event)?,
                Happening::Reach { wrapper, request, answered } => self.reach(wrapper, request, answered)?,
                Happening::Restart => self.store.restart(),
            }
        }
        self.check_that_nothing_is_in_the_dark()
    }

    fn schedule(&mut self, at: Ms, happening: Happening) {
        self.sequence += 1;
        self.queue.push(Due { at: at.max(self.now), sequence: self.sequence, happening });
    }

    pub(crate) fn tell(&mut self, index: usize, at: Ms, event: Event) {
        self.schedule(at, Happening::Deliver(index, event));
    }

    pub(crate) fn let_arrive(&mut self, at: Ms, wrapper: usize, request: Request, answered: Option<Ms>) {
        self.schedule(at, Happening::Reach { wrapper, request, answered });
    }

    /// A node labels ticks by its own clock, so it comes early when that is ahead.
    fn schedule_fire(&mut self, node: usize, tick: u64) {
        if tick < self.plan.ticks {
            let jitter = self.dice.below(400) as i64;
            let at = due(&self.plan, tick) as i64 - self.clocks[node].ahead + jitter;
            self.schedule(at as Ms, Happening::Fire { node, tick });
        }
    }

    fn fire(&mut self, node: usize, tick: u64) -> Checked {
        self.schedule_fire(node, tick + 1);
        let weather = &self.weather.nodes[node];
        if weather.down.at(self.now).is_some() || weather.suspended.at(self.now).is_some() {
            return self.close(tick);
        }
        let index = self.wrappers.len();
        let wrapper = self.new_wrapper(index, node, tick);
        self.wrappers.push(Some(Box::new(wrapper)));
        self.facts.push(Facts::new(node, tick, self.now));
        self.books[tick as usize].comers.push(index);
        self.totals.wrappers += 1;
        self.tell(index, self.now, Event::Begin);
        Ok(())
    }

    fn new_wrapper(&mut self, index: usize, node: usize, tick: u64) -> Wrapper {
        let (plan, dice, now) = (&self.plan, &mut self.dice, self.now);
        // A wrapper that cannot have the roster takes part as the last.
        let rank = if dice.one_in(50) { plan.nodes } else { node as u64 };
        let contender = Contender {
            job: self.job.clone(),
            tick: tick_of(plan, tick),
            next: None,
            run_id: run_id(index),
            node: self.node_ids[node].clone(),
            lease: plan.lease(),
            overlap: plan.overlap,
            on_lost: plan.on_lost,
            standby: plan.standby,
            stagger: Duration::from_millis(plan.stagger * rank),
            retries: plan.retries,
            retry_delay: Duration::from_millis(500),
        };
        let soon = plan.lease * 2;
        let killed = dice.one_in(plan.faults.deaths).then(|| now + dice.below(soon));
        let crashed = self.weather.nodes[node].down.next_after(now).map(|spell| spell.from);
        let stopped = dice.one_in(plan.faults.suspensions).then(|| {
            let from = now + dice.below(soon);
            (from, from + 1 + dice.below(plan.lease * 3))
        });
        Wrapper {
            run: Run::new(contender),
            node,
            clocks: self.clocks[node],
            begun: now,
            dies: killed.into_iter().chain(crashed).min(),
            stopped,
            interrupted: dice.one_in(plan.faults.interrupts).then(|| now + dice.below(soon)),
            command: None,
            guard: None,
        }
    }

    /// A wrapper takes what it is told, if it lives and is not stopped, and does what the machine says.
    fn deliver(&mut self, index: usize, event: Event) -> Checked {
        let now = self.now;
        let Some(wrapper) = &mut self.wrappers[index] else { return Ok(()) };
        if let Some(died) = wrapper.dies.filter(|dies| *dies <= now) {
            self.totals.deaths += 1;
            return self.gone(index, died);
        }
        if let Some(resumes) = wrapper.resumes(&self.weather.nodes[wrapper.node], now) {
            self.totals.interruptions_of_steps += 1;
            self.tell(index, resumes, event);
            return Ok(());
        }
        wrapper.bury_command(now, self.dice.one_in(2));
        if let Event::CommandEnded(exit) = event {
            wrapper.command = wrapper.command.filter(|_| self.plan.defect == Some(Defect::EndInvented));
            self.facts[index].status = Some(exit.status);
        }
        let action = wrapper.run.step(event, wrapper.clocks.now(now));
        let ignored = self.plan.defect == Some(Defect::DeadlineIgnored);
        let deadline = wrapper.run.deadline().filter(|_| !ignored);
        wrapper.guard = deadline.map(|(_, kill_at)| wrapper.clocks.instant(kill_at));
        self.carry_out(index, action)
    }

    fn carry_out(&mut self, index: usize, action: Action) -> Checked {
        let now = self.now;
        let Some(wrapper) = &mut self.wrappers[index] else { return Ok(()) };
        match action {
            Action::Read { by } => {
                let by = wrapper.clocks.instant(by);
                self.ask(index, Request::Read, by);
            }
            Action::Swap { expected, record, entries, by } => {
                let by = wrapper.clocks.instant(by);
                self.ask(index, Request::Swap { expected, record, entries }, by);
            }
            Action::Append { entry, by } => {
                let by = wrapper.clocks.instant(by);
                self.ask(index, Request::Append(entry), by);
            }
            Action::Wait { until } => {
                let until = wrapper.clocks.instant(until);
                self.wait(index, until);
            }
            Action::Start(record) => {
                self.check_start(index, &record)?;
                self.start(index);
            }
            Action::Stop { kill_at } => {
                let kill_at = wrapper.clocks.instant(kill_at).max(now);
                self.stop(index, kill_at);
            }
            Action::End(verdict) => return self.ended(index, &verdict),
        }
        Ok(())
    }

    fn wait(&mut self, index: usize, until: Ms) {
        let now = self.now;
        let Some(wrapper) = &mut self.wrappers[index] else { return };
        if let (Some(Defect::EndInvented), Some(command), None) =
            (self.plan.defect, wrapper.command, self.facts[index].status)
        {
            return self.tell(index, now, Event::CommandEnded(command.exit));
        }
        wrapper.bury_command(until, false);
        let (at, event) = match (wrapper.command, wrapper.interrupted) {
            (Some(command), _) if command.ends <= until => (command.ends, Event::CommandEnded(command.exit)),
            (None, Some(interrupted)) if interrupted <= until => {
                // Said once; it counts as a disturbance from now on.
                self.facts[index].disturbed = true;
                wrapper.interrupted = None;
                self.totals.interrupts += 1;
                (interrupted, Event::Interrupted)
            }
            _ => (until, Event::Woke),
        };
        self.tell(index, at, event);
    }

    fn start(&mut self, index: usize) {
        let (plan, now) = (self.plan, self.now);
        let failed = plan.retries > 0 && self.dice.one_in(2);
        let needs = self.dice.below(plan.longest_command);
        let Some(wrapper) = &mut self.wrappers[index] else { return };
        let ends = natural_end(&self.weather.nodes[wrapper.node], now, needs);
        wrapper.command = Some(Command { ends, exit: Exit { status: i32::from(failed), retryable: failed } });
        self.tell(index, now, Event::Woke);
    }

    fn stop(&mut self, index: usize, kill_at: Ms) {
        let killed = self.dice.between(self.now, kill_at);
        let ignored = self.plan.defect == Some(Defect::DeadlineIgnored);
        let Some(wrapper) = &mut self.wrappers[index] else { return };
        if let Some(command) = wrapper.command.as_mut().filter(|command| killed < command.ends && !ignored) {
            *command = Command { ends: killed, exit: Exit { status: 143, retryable: false } };
        }
        self.tell(index, self.now, Event::Woke);
    }

    fn ended(&mut self, index: usize, verdict: &Verdict) -> Checked {
        self.check_verdict(index, verdict)?;
        self.gone(index, self.now)
    }

    /// A wrapper is no more.
    fn gone(&mut self, index: usize, since: Ms) -> Checked {
        let Some(wrapper) = self.wrappers[index].take() else { return Ok(()) };
        let disturbed = wrapper.is_disturbed(&self.weather.nodes[wrapper.node], since);
        let facts = &mut self.facts[index];
        facts.disturbed |= disturbed;
        facts.ended = Some(since);
        let tick = facts.tick;
        self.running.retain(|running| *running != index);
        self.close(tick)
    }
}
