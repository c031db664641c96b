//! The loop: hears the sources, carries out what the journal says step by step, and attends to everybody else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bellwether_core::environment::Environment;
use bellwether_core::notice::Word;
use bellwether_core::time::Mono;
use bellwether_core::watch::{Memory, Policy, Turn};
use bellwether_host::clock;
use bellwether_host::firewall::SoleUse;
use bellwether_host::memory::Tidier;
use bellwether_host::signals::{Signal, Signals};

use super::block::{Block, sole_use};
use super::gauges::Gauges;
use super::health::Health;
use super::lifecycle::Keeper;
use super::log::Log;
use super::manager::Manager;
use super::memory::MemoryFile;
use super::plan::{Mode, Reload, WatchPlan};
use super::poller::{Failed, Polled, Poller, longest_round};
use super::sources::{self, Heard};
use super::words::described;
use super::work::{Tools, Work};
use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;

/// How long a step may take to end when the program is to stop.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Watches as the plan says; the answer is the exit status.
pub(super) async fn run(plan: WatchPlan, context: &Context, reload: Option<Reload>) -> Result<u8, Failure> {
    let log = Log::open(&plan.log, &context.environment)?;
    let signals = Signals::install();
    let mut signals = signals.map_err(|error| Failure::unavailable(format!("cannot catch signals: {error}")))?;
    let mut daemon = Daemon::start(&plan, &context.environment, log).await?;
    daemon.watch(&mut signals, reload.as_ref()).await;
    Ok(daemon.status())
}

pub(super) struct Daemon {
    pub(super) mode: Mode,
    pub(super) environment: Environment,
    pub(super) log: Log,
    pub(super) policy: Policy,
    pub(super) period: Duration,
    pub(super) memory: Memory,
    pub(super) file: MemoryFile,
    pub(super) poller: Poller,
    pub(super) block: Block,
    /// Held while there are ports to block.
    pub(super) sole_use: Option<SoleUse>,
    pub(super) tools: Arc<Tools>,
    pub(super) gauges: Gauges,
    pub(super) health: Option<Health>,
    pub(super) manager: Manager,
    pub(super) work: Option<Work>,
    keeper: Option<Keeper>,
    /// When the step at work is tried again.
    pub(super) again_at: Option<Mono>,
    /// What each source fails on.
    troubles: BTreeMap<Word, String>,
    /// Whether all were asked that were to be.
    all_asked: bool,
    any_answer: bool,
    tidier: Tidier,
    pub(super) any_failure: bool,
    /// Who is still to be heard before a step that a crash cut off goes on: the node may be back meanwhile.
    pub(super) unheard: BTreeSet<Word>,
}

enum Event {
    Heard(Polled),
    AllAsked,
    Ended(Result<(), String>),
    Again,
    Told(Signal),
    Hungry,
}

impl Daemon {
    async fn start(plan: &WatchPlan, environment: &Environment, log: Log) -> Result<Self, Failure> {
        let (file, mut memory) = MemoryFile::open(&plan.memory, true)?;
        let sources = sources::of(plan)?;
        let gauges = Gauges::new(clock::mono());
        let health = match plan.health_listen {
            Some(address) => Some(Health::start(address, &gauges).await?),
            None => None,
        };
        let sole_use = sole_use(plan)?;
        let block = Block::new(plan, environment, &log).await;
        let poller = Poller::start(sources, plan.poll, plan.mode != Mode::Daemon);
        memory.ledger.keep_sources(&poller.names().iter().cloned().collect::<BTreeSet<_>>());
        gauges.asks(poller.names(), plan.poll, clock::mono());
        let resumes = memory.journal.current().is_some();
        let unheard = if resumes { poller.names().iter().cloned().collect() } else { BTreeSet::new() };
        Ok(Self {
            mode: plan.mode,
            environment: environment.clone(),
            policy: plan.policy.clone(),
            period: plan.poll,
            memory,
            file,
            poller,
            block,
            sole_use,
            tools: Tools::new(plan, environment, &log),
            gauges,
            health,
            manager: Manager::new(environment, &log),
            log,
            work: None,
            keeper: None,
            again_at: None,
            troubles: BTreeMap::new(),
            all_asked: false,
            any_answer: false,
            tidier: Tidier::new(clock::mono()),
            any_failure: false,
            unheard,
        })
    }

    async fn watch(&mut self, signals: &mut Signals, reload: Option<&Reload>) {
        self.greet();
        self.make_sure_of_block().await;
        loop {
            self.begin_work().await;
            if self.mode != Mode::Daemon && self.all_asked && self.work.is_none() {
                return;
            }
            match self.next(signals).await {
                Event::Heard(polled) => self.heard(polled).await,
                Event::AllAsked => self.all_asked = true,
                Event::Ended(result) => self.ended(result),
                Event::Again => self.again_at = None,
                Event::Told(Signal::SIGHUP) => self.reload(reload).await,
                Event::Told(Signal::SIGTERM | Signal::SIGINT | Signal::SIGQUIT) => return self.stop().await,
                Event::Told(_) => {}
                Event::Hungry => self.feed_watchdog(),
            }
        }
    }

    fn greet(&mut self) {
        let names: Vec<_> = self.poller.names().iter().map(ToString::to_string).collect();
        self.log.info(&format!(
            "watching {} every {}",
            names.join(", "),
            bellwether_core::duration::display(self.period)
        ));
        if let Some(health) = &self.health {
            self.log.info(&format!("health and metrics are at http://{}/", health.address));
        }
        if let Some((task, _)) = self.memory.journal.current() {
            self.log.info(&format!("{}: reactions go on where they were", task.occasion.name));
        }
        self.manager.ready();
        self.tell_state();
    }

    async fn next(&mut self, signals: &mut Signals) -> Event {
        let Self { poller, work, again_at, manager, all_asked, .. } = self;
        tokio::select! {
            signal = signals.next() => Event::Told(signal),
            polled = poller.next(), if !*all_asked => polled.map_or(Event::AllAsked, Event::Heard),
            result = ended(work) => Event::Ended(result),
            () = at(*again_at) => Event::Again,
            () = manager.hungry() => Event::Hungry,
        }
    }

    async fn heard(&mut self, polled: Polled) {
        let Polled { source, result, ended } = polled;
        self.gauges.asked(&source, ended, result.is_ok());
        self.unheard.remove(&source);
        let decided = match result {
            Ok(heard) => self.take_in(&source, heard),
            Err(failed) => {
                self.note_trouble(&source, &failed);
                None
            }
        };
        // Also without an answer: what is scheduled comes nearer.
        if let Some(turn) = self.memory.turn(&self.policy, clock::now().wall) {
            self.turned(&turn);
        }
        if let Some(blocks) = decided {
            self.memory.journal.set_blocks(blocks);
        }
        self.keep();
        if !self.block.was_made_sure(self.memory.journal.blocks(), clock::mono() - self.period / 2) {
            self.make_sure_of_block().await;
        }
        self.tidier.tidy(clock::mono());
    }

    /// Takes down what a source has said; gives what its firewall rule decides, where it has one.
    fn take_in(&mut self, source: &Word, heard: Heard) -> Option<bool> {
        self.any_answer = true;
        if self.troubles.remove(source).is_some() {
            self.log.info(&format!("{source}: it answers again"));
        }
        self.memory.ledger.observe(source, heard.notices);
        heard.clonesquad.and_then(|status| self.block.decide(&status, &self.log))
    }

    /// A failure is said once, until another one or an answer comes.
    fn note_trouble(&mut self, source: &Word, failed: &Failed) {
        let text = failed.to_string();
        if self.troubles.get(source) == Some(&text) {
            self.log.debug(&format!("{source}: {text}"));
        } else {
            self.log.warning(&format!("{source}: {text}"));
            self.troubles.insert(source.clone(), text);
        }
    }

    fn turned(&mut self, turn: &Turn) {
        self.unheard.clear();
        self.log.info(&described(turn));
        if turn.is_left_out {
            self.log.error("nothing is done about that: too many reactions wait already");
        }
        if turn.interrupts
            && let Some(work) = &mut self.work
        {
            work.orphaned = true;
            work.give_up();
        }
        if turn.interrupts {
            self.again_at = None;
        }
        self.tell_state();
    }

    pub(super) fn tell_state(&mut self) {
        let state = self.memory.journal.state().map_or("no state is known yet".to_owned(), |state| state.to_string());
        let about = match self.memory.journal.current() {
            Some((task, _)) => format!("{state}; reactions to {} are under way", task.occasion.name),
            None => state,
        };
        self.manager.status(&about);
    }

    /// Writes down what has changed, and lets everybody know.
    pub(super) fn keep(&mut self) {
        self.file.keep(&self.memory, &self.log);
        self.gauges.journal(&self.memory.journal);
        match (self.memory.journal.holds_lifecycle(), &self.keeper) {
            (true, None) => self.keeper = Some(Keeper::start(&self.tools)),
            (false, Some(_)) => self.keeper = None,
            _ => {}
        }
    }

    pub(super) async fn make_sure_of_block(&mut self) {
        let blocks = self.memory.journal.blocks();
        if let Err(problem) = self.block.make_sure(blocks, &self.log).await {
            self.log.error(&problem);
        }
    }

    fn feed_watchdog(&mut self) {
        if self.gauges.goes_on(longest_round(), clock::mono()) {
            self.manager.feed();
        } else {
            self.log.error("a source is not asked any more; the watchdog is not fed");
        }
    }

    /// Starts again with other sources and tools; what is at work goes on with the old ones.
    pub(super) fn restart_poller(&mut self, poller: Poller, tools: Arc<Tools>) {
        (self.poller, self.tools, self.keeper) = (poller, tools, None);
        self.memory.ledger.keep_sources(&self.poller.names().iter().cloned().collect::<BTreeSet<_>>());
        self.gauges.asks(self.poller.names(), self.period, clock::mono());
        self.troubles.clear();
        self.unheard.clear();
    }

    /// What has not ended goes on with the next start. The block goes: nobody would take it away any more.
    async fn stop(&mut self) {
        self.log.info("stopping");
        self.manager.stopping();
        if let Some(mut work) = self.work.take() {
            work.give_up();
            if let Ok(Ok(())) = tokio::time::timeout(STOP_WITHIN, work.ended()).await
                && !work.orphaned
            {
                self.memory.journal.end(true);
            }
        }
        self.file.keep(&self.memory, &self.log);
        if let Err(problem) = self.block.make_sure(false, &self.log).await {
            self.log.error(&problem);
        }
    }

    fn status(&self) -> u8 {
        match self.mode {
            Mode::Daemon => exit_status::OK,
            _ if !self.any_answer => exit_status::UNAVAILABLE,
            _ if self.any_failure => exit_status::NO,
            _ => exit_status::OK,
        }
    }
}

async fn ended(work: &mut Option<Work>) -> Result<(), String> {
    match work {
        Some(work) => work.ended().await,
        None => std::future::pending().await,
    }
}

async fn at(instant: Option<Mono>) {
    match instant {
        Some(instant) => clock::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
