//! The agent: takes commands from the queue, decides which are for this host, and has them carried out.
//!
//! - `receiver`: takes messages. `pace`: when and how it asks. `history`, `journal`: which messages were seen.
//! - `facts`: what is known of the host. `orders`: what a message means for it. `answers`: what the agent itself says.
//! - `worker`: carries out orders. `place`: the agent's own directory.

mod answers;
mod facts;
mod history;
mod journal;
mod orders;
mod pace;
mod place;
mod receiver;
mod worker;

use std::cell::RefCell;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bellwether_core::collective::names::HostName;
use bellwether_core::environment::Environment;
use bellwether_core::tally::Tally;
use bellwether_host::clock;
use bellwether_host::names::hostname;
use bellwether_host::notify::ServiceManager;
use bellwether_host::signals::{Signal, Signals};
use tokio::sync::{mpsc, watch};

use super::config::Config;
use super::log::{Log, LogPlan};
use super::mailbox::{Mailbox, queues};
pub(super) use answers::now;
use facts::{Keeper, Known};
use history::History;
use orders::Orders;
use place::Place;
pub(super) use place::directory;
use receiver::Receiver;
use worker::Worker;

/// How many orders wait for the worker.
const MOST_WAITING: usize = 256;
/// How long answers that are on their way may take when the agent is to end.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// An agent that can begin.
pub(super) struct Agent {
    config: Config,
    environment: Environment,
    log_plan: LogPlan,
    log: Arc<Log>,
    place: Place,
    history: History,
    hostname: HostName,
    signals: Signals,
}

impl Agent {
    /// Gets everything ready that can be in the way, except for the network.
    ///
    /// # Errors
    /// What is in the way.
    pub(super) fn prepare(
        config: Config,
        environment: &Environment,
        log_plan: LogPlan,
        log: &Arc<Log>,
    ) -> Result<Self, String> {
        let signals = Signals::install().map_err(|error| format!("signals cannot be caught: {error}"))?;
        let place = Place::take(environment)?;
        let history = History::open(place.directory(), clock::now())?;
        let hostname = hostname().map_err(|error| format!("the host's name cannot be had: {error}"))?;
        let hostname = HostName::new(hostname).map_err(|error| error.to_string())?;
        let (environment, log) = (environment.clone(), Arc::clone(log));
        Ok(Self { config, environment, log_plan, log, place, history, hostname, signals })
    }

    /// Works until a signal says to stop.
    pub(super) async fn run(self) {
        let Self { config, environment, log_plan, log, place, history, hostname, mut signals } = self;
        let queues = queues(config.agent.region.as_deref(), &environment);
        let manager = Manager::of(&environment, &log);
        let known = RefCell::new(Known::default());
        let (stop, stopping) = watch::channel(false);
        let (sender, orders) = mpsc::channel(MOST_WAITING);
        let worker =
            Worker::new(Mailbox::new(&queues, &config.agent.sqs_write_queue), hostname.clone(), stopping, &log);
        let mut working = pin!(worker.run(orders));
        let keeper = config.agent.facts.as_ref().map(|facts| {
            let queue = config.agent.sqs_facts_queue.as_deref().map(|name| Mailbox::new(&queues, name));
            Keeper::new(facts, queue, &hostname, &known, &log)
        });
        let receiver = Receiver {
            commands: Mailbox::new(&queues, &config.agent.sqs_read_queue),
            history,
            orders: Orders {
                config: &config,
                scripts: place.scripts(),
                hostname: hostname.as_str(),
                log_plan: &log_plan,
                log: &log,
            },
            known: &known,
            worker: sender,
            malformed: Tally::default(),
            log: &log,
        };
        manager.ready();
        tokio::select! {
            biased;
            signal = told_to_stop(&mut signals) => log.info(&format!("told to stop ({signal})")),
            () = &mut working => {}
            () = receive(receiver, keeper, config.agent.sqs_poll_interval) => {}
        }
        manager.stopping();
        // Nobody is left then who could be told.
        let _ = stop.send(true);
        if tokio::time::timeout(LAST_WORDS, working).await.is_err() {
            log.warning("some answers could not be sent before the end");
        }
        log.info("ec2-cagent has stopped");
    }
}

/// Never ends by itself. Facts come first: without them no filter can be followed.
async fn receive(mut receiver: Receiver<'_>, keeper: Option<Keeper<'_>>, period: Duration) {
    match keeper {
        None => receiver.run(period).await,
        Some(mut keeper) => {
            keeper.read().await;
            tokio::join!(receiver.run(period), keeper.keep());
        }
    }
}

/// HUP ended the old agent too: a service manager then starts it with its files as they are now.
async fn told_to_stop(signals: &mut Signals) -> Signal {
    loop {
        let signal = signals.next().await;
        if !matches!(signal, Signal::SIGUSR1 | Signal::SIGUSR2) {
            return signal;
        }
    }
}

/// The service manager. That it cannot be told something is no reason to stop.
struct Manager<'a> {
    manager: Option<ServiceManager>,
    log: &'a Log,
}

impl<'a> Manager<'a> {
    fn of(environment: &Environment, log: &'a Log) -> Self {
        let manager = ServiceManager::from_environment(environment);
        Self { manager: manager.inspect_err(|error| log.warning(&error.to_string())).ok(), log }
    }

    fn ready(&self) {
        if let Some(Err(error)) = self.manager.as_ref().map(ServiceManager::ready) {
            self.log.warning(&error.to_string());
        }
    }

    fn stopping(&self) {
        if let Some(Err(error)) = self.manager.as_ref().map(ServiceManager::stopping) {
            self.log.warning(&error.to_string());
        }
    }
}
