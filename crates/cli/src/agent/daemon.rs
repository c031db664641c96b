//! The loop: takes a message, decides, and lets it be done beside the loop.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bellwether_core::fleet::admit::{Admission, Believed, Door, Ignored};
use bellwether_core::fleet::audit::Entry;
use bellwether_core::fleet::reply::{Event, Refusal, Why};
use bellwether_core::fleet::request::Action;
use bellwether_core::fleet::transport::{AgentTransport, Delivery, Receipt, TransportError};
use bellwether_core::names::NodeId;
use bellwether_core::time::Mono;
use bellwether_host::files::private_dir;
use bellwether_host::lock::FileLock;
use bellwether_host::memory::{Tidier, release_unused};
use bellwether_host::signals::{Signal, Signals};
use bellwether_host::users::RunAs;
use bellwether_host::{clock, run};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::account::Account;
use super::errands::Errands;
use super::gauges::Gauges;
use super::job::{Job, make_up};
use super::ledger::Ledger;
use super::oddities::Oddities;
use super::plan::{AgentPlan, Limits, Reload};
use super::presence::Presence;
use super::reader::Reader;
use super::rules::Rules;
use super::station::Station;
use crate::exit_status;
use crate::failure::Failure;
use crate::fleet::key_file;
use crate::watch::health::Health;
use crate::watch::log::Log;
use crate::watch::manager::Manager;
use crate::wiring::context::Context;
use crate::wiring::identity;

/// Results that may be on their way to callers that cannot be reached, besides the commands that run.
const MOST_UNTOLD: usize = 64;
/// The pauses after a transport that failed: short at first, and never so long that a person waits.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How often what is old is forgotten.
const TEND_EVERY: Duration = Duration::from_secs(60);

pub(super) struct Daemon {
    pub(super) station: Arc<Station>,
    pub(super) context: Context,
    pub(super) plan: AgentPlan,
    pub(super) rules: Rules,
    pub(super) presence: Presence,
    pub(super) manager: Manager,
    pub(super) health: Option<Health>,
    pub(super) errands: Errands,
    pub(super) jobs: JoinSet<()>,
    pub(super) stop: watch::Sender<Option<Mono>>,
    pub(super) limits: Limits,
    pub(super) is_ending: bool,
    oddities: Oddities,
    own_user: String,
    pause: Duration,
    /// When the transport is asked again after it failed.
    again_at: Option<Mono>,
    tidier: Tidier,
    tend_at: Mono,
    /// Held as long as we live: two agents with one journal would run commands twice.
    _sole: FileLock,
}

pub(super) enum Happened {
    Delivered(Result<Delivery, TransportError>),
    Told(Signal),
    Hungry,
    Done,
    Again,
    Tend,
    Rested,
}

/// Serves as the plan says; the answer is the exit status.
pub(super) async fn run(plan: AgentPlan, context: &Context, reload: Reload) -> Result<u8, Failure> {
    let signals = Signals::install();
    let mut signals = signals.map_err(|error| Failure::unavailable(format!("cannot catch signals: {error}")))?;
    let log = Log::open(&plan.log, &context.environment)?;
    let started = tokio::select! {
        daemon = Daemon::start(plan, context, log) => Some(daemon?),
        () = told_to_stop(&mut signals) => None,
    };
    if let Some(daemon) = started {
        daemon.serve(&mut signals, &reload).await;
    }
    Ok(exit_status::OK)
}

async fn told_to_stop(signals: &mut Signals) {
    while !matches!(signals.next().await, Signal::SIGTERM | Signal::SIGINT | Signal::SIGQUIT) {}
}

impl Daemon {
    async fn start(plan: AgentPlan, context: &Context, log: Log) -> Result<Self, Failure> {
        if let Err(error) = run::keep_descriptors() {
            log.warning(&format!("commands may get descriptors that this agent was started with: {error}"));
        }
        let rules = Rules::load(&plan.rules)?;
        let sole = sole(&plan)?;
        let key_path = plan.state.join("key");
        let journal_path = plan.state.join("journal");
        let key = match key_file::read(&key_path)? {
            Some(key) => {
                if !journal_path.exists() {
                    log.warning(&format!(
                        "there is no {}: what was run before is forgotten; was it taken away?",
                        journal_path.display()
                    ));
                }
                key
            }
            None => key_file::generate(&key_path)?,
        };
        let (ledger, untold, odd) = Ledger::open(&journal_path, clock::now().wall)?;
        odd.iter().chain(&rules.hints).for_each(|text| log.warning(text));
        let gauges = Gauges::default();
        let account = Account::open(&plan.account, plan.account_days, &gauges, &log)?;
        gauges.rules(rules.trust.len(), rules.policy.len());
        let health = match plan.health_listen {
            Some(address) => Some(Health::start(address, &gauges).await?),
            None => None,
        };
        let aws = context.aws(&plan.aws);
        let node = identity::of_instance(&aws, plan.node.clone()).await?.id;
        let reader = Reader::new(&plan.facts, aws, &log, node.as_str(), plan.place.environment.as_str());
        let ((), transport) = tokio::join!(reader.read(), connect(&plan, context, &node, &log, &gauges));
        let env = plan.place.environment.clone();
        let running = AtomicUsize::new(0);
        let undelivered = Mutex::default();
        let station = Station { node, env, key, transport, ledger, account, gauges, log, running, undelivered };
        let station = Arc::new(station);
        let mut jobs = JoinSet::new();
        for untold in untold {
            jobs.spawn(make_up(Arc::clone(&station), untold));
        }
        Ok(Self {
            presence: Presence::begin(&station, &plan.facts, reader),
            manager: Manager::new(&context.environment, &station.log),
            context: context.clone(),
            limits: plan.limits,
            own_user: RunAs::ourselves().name,
            stop: watch::Sender::new(None),
            errands: Errands::default(),
            oddities: Oddities::default(),
            is_ending: false,
            pause: FIRST_PAUSE,
            again_at: None,
            tidier: Tidier::new(clock::mono()),
            tend_at: clock::mono() + TEND_EVERY,
            _sole: sole,
            station,
            plan,
            rules,
            health,
            jobs,
        })
    }

    async fn serve(mut self, signals: &mut Signals, reload: &Reload) {
        self.greet();
        release_unused();
        loop {
            match self.next(signals).await {
                Happened::Told(Signal::SIGTERM | Signal::SIGINT | Signal::SIGQUIT) => return self.end(signals).await,
                Happened::Told(Signal::SIGHUP) => self.reload(reload).await,
                happened => self.attend(happened).await,
            }
        }
    }

    fn greet(&mut self) {
        let Station { node, env, key, log, .. } = &*self.station;
        let place = &self.plan.place.transport;
        log.info(&format!("serving as {node} in {env} by {place}; the key of this node is {}", key.public()));
        if let Some(health) = &self.health {
            log.info(&format!("health and metrics are at http://{}/", health.address));
        }
        self.manager.ready();
        self.manager.status(&format!("serving as {node} in {env}"));
    }

    /// Waits for whatever comes first. Cancel-safe.
    pub(super) async fn next(&mut self, signals: &mut Signals) -> Happened {
        let Self { station, presence, manager, errands, jobs, again_at, tend_at, tidier, .. } = self;
        let listens = again_at.is_none() && errands.has_room();
        tokio::select! {
            signal = signals.next() => Happened::Told(signal),
            delivered = station.transport.receive(), if listens => Happened::Delivered(delivered),
            () = errands.one_done() => Happened::Done,
            Some(_) = jobs.join_next() => Happened::Done,
            () = at(*again_at) => Happened::Again,
            () = presence.go_on() => Happened::Done,
            () = manager.hungry() => Happened::Hungry,
            () = clock::sleep_until(*tend_at) => Happened::Tend,
            () = tidier.rest() => Happened::Rested,
        }
    }

    pub(super) async fn attend(&mut self, happened: Happened) {
        match happened {
            Happened::Delivered(Ok(delivery)) => self.take(delivery).await,
            Happened::Delivered(Err(error)) => self.not_received(&error),
            Happened::Again => self.ask_again(),
            Happened::Hungry => self.manager.feed(),
            Happened::Tend => self.tend(),
            Happened::Rested => return,
            Happened::Done | Happened::Told(_) => {}
        }
        let running = self.station.running();
        self.station.gauges.commands(running, self.jobs.len().saturating_sub(running));
    }

    fn tend(&mut self) {
        self.tend_at = clock::mono() + TEND_EVERY;
        self.station.ledger.tend(clock::now().wall);
        self.station.account.tend();
    }

    /// It counts as working until it fails again.
    fn ask_again(&mut self) {
        self.again_at = None;
        self.station.gauges.transport(None);
    }

    fn not_received(&mut self, error: &TransportError) {
        let text = format!("{error}; {}", error.remedy);
        self.station.log.warning(&text);
        self.station.gauges.transport(Some(text));
        self.again_at = Some(clock::mono() + self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    async fn take(&mut self, delivery: Delivery) {
        if self.pause > FIRST_PAUSE {
            self.station.log.info("the transport works again");
        }
        self.pause = FIRST_PAUSE;
        self.station.gauges.transport(None);
        let (admission, entry) = self.decide(&delivery.message).await;
        drop(delivery.message);
        match admission {
            Admission::Ignore(ignored) => self.ignore(ignored, &entry, delivery.receipt),
            Admission::Refuse(believed, refusal) => self.refuse(&believed, refusal, &entry, delivery.receipt),
            Admission::Answer(believed) => self.answer(&believed, &entry, delivery.receipt),
            Admission::Run(believed) => self.run(believed, entry, delivery.receipt),
        }
    }

    /// Where the facts decide, it is looked whether they have changed a moment ago.
    async fn decide(&self, message: &[u8]) -> (Admission, Entry) {
        let decided = self.admit(message);
        if decided.0.rests_on_facts(&self.rules.policy) && self.presence.look().await {
            return self.admit(message);
        }
        decided
    }

    fn admit(&self, message: &[u8]) -> (Admission, Entry) {
        let busy = self.busy();
        let facts = self.presence.facts();
        let door = Door {
            now: clock::now().wall,
            node: &self.station.node,
            env: &self.station.env,
            facts: &facts,
            trust: &self.rules.trust,
            policy: &self.rules.policy,
            own_user: &self.own_user,
            seen: &|known| self.station.ledger.has(known),
            forgotten: &|request| self.station.ledger.may_have_forgotten(request),
            answerable: &|request| self.station.transport.accepts(&request.reply, request.call, request.durable),
            is_read: self.presence.is_read(),
            busy: &|key| busy.clone().or_else(|| self.station.ledger.is_full_of(key)),
        };
        door.admit(message)
    }

    fn busy(&self) -> Option<String> {
        let (running, most) = (self.station.running(), self.limits.commands);
        if self.is_ending {
            Some("the agent on this node is ending; ask again when it is back".to_owned())
        } else if running >= most {
            Some(format!("{running} commands run on this node, and no more may (agent.commands); ask again later"))
        } else if self.jobs.len() >= most + MOST_UNTOLD {
            Some("too many callers of this node cannot be reached with their results; ask again later".to_owned())
        } else {
            None
        }
    }

    fn ignore(&mut self, ignored: Ignored, entry: &Entry, receipt: Receipt) {
        let station = &self.station;
        station.gauges.ignored(ignored);
        station.account.add_ignored(ignored, entry);
        if let Some(text) = self.oddities.told(ignored, entry) {
            station.log.warning(&text);
        }
        self.errands.settle(station, receipt);
    }

    fn refuse(&mut self, believed: &Believed, refusal: Refusal, entry: &Entry, receipt: Receipt) {
        let station = &self.station;
        station.gauges.refused(refusal.why);
        station.account.add(entry);
        match (&believed.request.action, refusal.why) {
            // What would be done if it came again later.
            (Action::Run(_), Why::Busy | Why::Expired) => station.ledger.refuse(believed),
            _ => station.ledger.remember(believed.known()),
        }
        self.errands.answer(station, believed, Event::Refused(refusal), receipt);
    }

    fn answer(&mut self, believed: &Believed, entry: &Entry, receipt: Receipt) {
        let station = &self.station;
        station.gauges.answered();
        station.account.add(entry);
        station.ledger.remember(believed.known());
        let event = match believed.request.action {
            Action::Facts => Event::Facts(self.presence.facts().as_ref().clone()),
            Action::Ping | Action::Run(_) => Event::Pong,
        };
        self.errands.answer(station, believed, event, receipt);
    }

    fn run(&mut self, believed: Box<Believed>, entry: Entry, receipt: Receipt) {
        let station = &self.station;
        // From here on it is known, so that a second delivery is not run.
        let line = station.ledger.accept(&believed);
        station.running.fetch_add(1, Ordering::Relaxed);
        let stop = self.stop.subscribe();
        let job = Job { station: Arc::clone(station), believed, line, entry, receipt, limits: self.limits, stop };
        self.jobs.spawn(job.carry_out());
    }
}

/// Connects, however long that takes.
async fn connect(
    plan: &AgentPlan,
    context: &Context,
    node: &NodeId,
    log: &Log,
    gauges: &Gauges,
) -> Arc<dyn AgentTransport> {
    let mut pause = FIRST_PAUSE;
    loop {
        match context.agent_transport(&plan.place, node, &plan.aws).await {
            Ok(transport) => {
                gauges.transport(None);
                return transport;
            }
            Err(error) => {
                let text = format!("{error}; {}", error.remedy);
                log.warning(&text);
                gauges.transport(Some(text));
            }
        }
        clock::sleep_until(clock::mono() + pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn sole(plan: &AgentPlan) -> Result<FileLock, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::unavailable(error.to_string()).remedy("the agent needs a state directory of its own: XDG_STATE_HOME")
    };
    private_dir(&plan.state).map_err(|error| failed(&error))?;
    let lock = FileLock::try_take_at(&plan.state.join("lock")).map_err(|error| failed(&error))?;
    lock.ok_or_else(|| {
        Failure::unavailable(format!("another agent runs with the state directory {}", plan.state.display()))
            .remedy("end it, or give this one another directory with XDG_STATE_HOME")
    })
}

async fn at(instant: Option<Mono>) {
    match instant {
        Some(instant) => clock::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
