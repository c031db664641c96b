//! The daemon: asks for the state, decides, and has it carried out, until it is told to stop.
//!
//! - `gate`: the ports that are blocked. `scripts`: what is run on a change. `seen`: what is a change. `memory`: what was
//!   seen, kept across restarts. `service`: the service manager.

mod gate;
mod memory;
mod scripts;
mod seen;
mod service;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings, CloneSquad, CloneSquadStatus};
use bellwether_core::environment::Environment;
use bellwether_core::notice::clonesquad::{Closed, Firewall, Metadata, Tags, firewall};
use bellwether_core::notice::{NoticeError, Pace, Word};
use bellwether_core::time::Mono;
use bellwether_host::memory::Tidier;
use bellwether_host::signals::{Signal, Signals};
use bellwether_host::{clock, random};
use tokio::sync::mpsc;

use super::log::Log;
use super::options::Options;
use gate::Gate;
use memory::Memory;
use scripts::{Change, Queue};
use seen::Seen;
use service::Service;

/// How long one question to AWS may take: a function that was not used for a while needs some seconds to start.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest pause while the state cannot be had.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long a script that runs when we are told to stop is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Watches until a signal says to stop.
///
/// # Errors
/// When it cannot begin.
pub(super) async fn run(options: &Options, environment: &Environment, log: &Arc<Log>) -> Result<(), String> {
    let signals = Signals::install().map_err(|error| format!("signals cannot be caught: {error}"))?;
    let memory = Memory::open(environment, log)?;
    let aws =
        Aws::new(AwsSettings { timeout: Some(TIMEOUT), environment: environment.clone(), ..AwsSettings::default() });
    let (sender, receiver) = mpsc::channel(scripts::MOST_WAITING);
    let mut watcher = Watcher {
        squad: CloneSquad::new(&aws, options.stale_after),
        gate: Gate::new(environment, options.ports.clone(), log)?,
        service: Service::new(environment, log),
        pace: Pace { period: options.polling_period, longest: LONGEST_PAUSE },
        seen: memory.seen().clone(),
        changes: Queue::new(sender, log),
        said: Said::default(),
        blocked: None,
        failures: 0,
        tidier: Tidier::new(clock::mono()),
        signals,
        options,
        log,
    };
    let stopping = Cell::new(false);
    let worker = scripts::run_all(receiver, memory, &options.script_dir, log, &stopping);
    tokio::pin!(worker);
    // The worker ends only when there is nobody left who could tell it of a change.
    tokio::select! {
        () = watcher.watch() => {}
        () = &mut worker => {}
    }
    stopping.set(true);
    watcher.end().await;
    drop(watcher);
    if tokio::time::timeout(PATIENCE, worker).await.is_err() {
        log.warning("a script still runs; it is left to itself");
    }
    Ok(())
}

struct Watcher<'a> {
    options: &'a Options,
    log: &'a Arc<Log>,
    squad: CloneSquad,
    gate: Gate,
    service: Service,
    pace: Pace,
    signals: Signals,
    changes: Queue,
    /// What was seen last, by us or by the watcher before us.
    seen: Seen,
    said: Said,
    /// Whether ports are to be blocked; none while nobody has told yet, and what is there is left as it is.
    blocked: Option<bool>,
    /// How many polls in a row have failed.
    failures: u32,
    tidier: Tidier,
}

/// What is logged once, until it is different.
#[derive(Debug, Default)]
struct Said {
    state: Option<Word>,
    not_managed: bool,
    decision: Option<Firewall>,
}

impl Watcher<'_> {
    async fn watch(&mut self) {
        self.begin().await;
        loop {
            let began = clock::mono();
            let status = tokio::select! {
                biased;
                () = told_to_stop(&mut self.signals) => return,
                status = self.squad.poll(clock::now()) => status,
            };
            // Not given up half-way: a change of the firewall must not be overtaken by the one of our end.
            self.take(status).await;
            self.service.feed();
            self.tidier.tidy(clock::mono());
            let pause = self.pace.pause(clock::mono().since(began), self.failures, random::fraction());
            if self.told_to_stop_before(clock::mono() + pause).await {
                return;
            }
        }
    }

    async fn begin(&mut self) {
        let Options { ports, script_dir, polling_period, .. } = self.options;
        let blocks = ports.as_ref().map_or("no port is blocked".to_owned(), |ports| format!("ports to block: {ports}"));
        self.log.info(&format!(
            "cs-instance-watcher (bellwether {}) starts: asks every {} s; {blocks}; scripts are in {}",
            env!("CARGO_PKG_VERSION"),
            polling_period.as_secs(),
            script_dir.display()
        ));
        self.gate.prepare().await;
        self.service.ready();
    }

    /// A clean stop leaves nothing blocked.
    async fn end(&mut self) {
        self.service.stopping();
        self.gate.open("the watcher stops").await;
        self.log.info("cs-instance-watcher has stopped");
    }

    async fn take(&mut self, status: Result<CloneSquadStatus, NoticeError>) {
        match status {
            Ok(CloneSquadStatus::Managed { metadata, tags }) => {
                self.failures = 0;
                self.said.not_managed = false;
                self.take_state(&metadata, &tags);
                self.decide(&metadata, &tags);
            }
            Ok(CloneSquadStatus::NotManaged) => {
                self.failures = 0;
                self.take_not_managed();
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                self.log.error(&format!("the state is not known: {error}; {}", error.remedy));
            }
        }
        let reason = self.said.decision.map_or("it is not managed by CloneSquad", reason);
        match self.blocked {
            Some(true) => self.gate.close(reason).await,
            Some(false) => self.gate.open(reason).await,
            None => {}
        }
    }

    fn take_not_managed(&mut self) {
        self.blocked = Some(false);
        self.service.status("not managed by CloneSquad");
        if !self.said.not_managed {
            self.log.info("this instance has no tag clonesquad:group-name: it is not managed by CloneSquad");
        }
        self.said = Said { not_managed: true, ..Said::default() };
    }

    fn take_state(&mut self, metadata: &Metadata, tags: &Tags) {
        let (state, instance) = (&metadata.state, metadata.instance_id.as_deref());
        let step = self.seen.take(instance, state);
        if self.said.state.as_ref() != Some(state) {
            let before = step.as_ref().and_then(|step| step.from.as_ref());
            let before = before.map(|last| format!("; it was {last}")).unwrap_or_default();
            self.log.info(&format!("the state is {state}{before}"));
            self.said.state = Some(state.clone());
        }
        if let Some(step) = step {
            let known = scripts::known(metadata, tags);
            self.changes.push(Change { step, instance: self.seen.instance.clone(), known });
        }
    }

    fn decide(&mut self, metadata: &Metadata, tags: &Tags) {
        let Options { forced, instance_state, .. } = self.options;
        let decision = firewall(metadata, tags, *forced, instance_state.as_ref());
        let news = self.said.decision.replace(decision) != Some(decision);
        if news && decision == Firewall::LeftToTargetGroups && self.options.ports.is_some() {
            self.log.warning(
                "no port is blocked: the fleet has target groups, which drain by themselves; --force blocks all the \
                 same",
            );
        }
        self.blocked = Some(matches!(decision, Firewall::Closed(_)));
        self.service.status(&format!("{}: {}", metadata.state, reason(decision)));
    }

    /// Waits, and tells the service manager meanwhile that we are alive.
    async fn told_to_stop_before(&mut self, end: Mono) -> bool {
        while clock::mono() < end {
            let next = end.min(clock::mono() + self.service.feeding_period());
            tokio::select! {
                biased;
                () = told_to_stop(&mut self.signals) => return true,
                () = clock::sleep_until(next) => self.service.feed(),
            }
        }
        false
    }
}

fn reason(decision: Firewall) -> &'static str {
    match decision {
        Firewall::Closed(Closed::State) => "the instance leaves",
        Firewall::Closed(Closed::Excluded) => "the instance is excluded",
        Firewall::Open => "the instance is in service",
        Firewall::LeftToTargetGroups => "the target groups drain it",
    }
}

/// HUP ends the old program, too: a service manager then starts it with its files as they are now.
async fn told_to_stop(signals: &mut Signals) {
    loop {
        if !matches!(signals.next().await, Signal::SIGUSR1 | Signal::SIGUSR2) {
            return;
        }
    }
}
