//! A transport within one process.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use bellwether_core::fleet::envelope::LARGEST;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::{EnvironmentName, ReplyAddress};
use bellwether_core::fleet::transport::TransportError;
use bellwether_core::names::NodeId;
use tokio::sync::mpsc::UnboundedSender;

use super::memory_agent::MemoryAgent;
use super::memory_caller::MemoryCaller;
use super::weather::{Fates, Weather};

/// How soon a durable request that was not settled comes again, in tokio's time.
pub(super) const REDELIVERY: Duration = Duration::from_millis(200);

/// A node within its environment.
pub(super) type Place = (EnvironmentName, NodeId);

/// What is delivered to an agent: the message, and its number when it is durable.
pub(super) type Mail = (Vec<u8>, Option<u64>);

/// A transport in memory, for any number of environments. Clones are handles to the same one.
#[derive(Debug, Clone)]
pub struct MemoryFleet {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
pub(super) struct State {
    fates: Fates,
    next: u64,
    /// Who listens, and where.
    pub(super) agents: Vec<(Place, UnboundedSender<Mail>)>,
    pub(super) callers: Vec<(ReplyAddress, UnboundedSender<Vec<u8>>)>,
    /// Durable requests that are not settled.
    pub(super) waiting: BTreeMap<u64, (Place, Vec<u8>)>,
    /// Durable replies.
    pub(super) results: HashMap<(EnvironmentName, RequestId), Vec<Vec<u8>>>,
    pub(super) inventory: BTreeMap<Place, Vec<u8>>,
}

impl Default for MemoryFleet {
    fn default() -> Self {
        Self::in_weather(Weather::CALM)
    }
}

impl MemoryFleet {
    /// A transport that loses, repeats and delays messages by chance.
    pub fn in_weather(weather: Weather) -> Self {
        let state = State {
            fates: Fates::new(weather),
            next: 0,
            agents: Vec::new(),
            callers: Vec::new(),
            waiting: BTreeMap::new(),
            results: HashMap::new(),
            inventory: BTreeMap::new(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// The side of an agent, which listens from now on.
    pub fn agent(&self, env: &EnvironmentName, node: &NodeId) -> MemoryAgent {
        MemoryAgent::new(self.clone(), (env.clone(), node.clone()))
    }

    /// The side of a caller.
    pub fn caller(&self, env: &EnvironmentName) -> MemoryCaller {
        MemoryCaller::new(self.clone(), env.clone())
    }

    /// Where the replies of a call are sent.
    pub fn address(env: &EnvironmentName, call: RequestId, durable: bool) -> ReplyAddress {
        ReplyAddress(format!("memory:{env}:{}:{call}", if durable { "durable" } else { "live" }))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Sends a message to an agent, as the weather allows; nothing happens when it does not listen.
    pub(super) fn post(&self, place: &Place, message: &[u8], number: Option<u64>) {
        let mut state = self.state();
        state.agents.retain(|(_, mailbox)| !mailbox.is_closed());
        let State { agents, fates, .. } = &mut *state;
        for (_, mailbox) in agents.iter().filter(|(listening, _)| listening == place) {
            deliver(fates, mailbox, &(message.to_vec(), number), number.is_some());
        }
    }

    /// Sends a reply to whoever listens at an address.
    pub(super) fn answer(&self, to: &ReplyAddress, message: &[u8], durable: bool) {
        let mut state = self.state();
        state.callers.retain(|(_, mailbox)| !mailbox.is_closed());
        let State { callers, fates, .. } = &mut *state;
        for (_, mailbox) in callers.iter().filter(|(listening, _)| listening == to) {
            deliver(fates, mailbox, &message.to_vec(), durable);
        }
    }

    /// Keeps a durable request until it is settled, and delivers it again and again until then.
    pub(super) fn keep(&self, place: Place, message: &[u8]) {
        let number = {
            let mut state = self.state();
            state.next += 1;
            let number = state.next;
            state.waiting.insert(number, (place.clone(), message.to_vec()));
            number
        };
        let state = Arc::downgrade(&self.state);
        self.post(&place, message, Some(number));
        tokio::spawn(repeat(state, number));
    }
}

async fn repeat(state: Weak<Mutex<State>>, number: u64) {
    loop {
        tokio::time::sleep(REDELIVERY).await;
        let Some(state) = state.upgrade() else { return };
        let waiting = state.lock().unwrap().waiting.get(&number).cloned();
        let Some((place, message)) = waiting else { return };
        MemoryFleet { state }.post(&place, &message, Some(number));
    }
}

fn deliver<T: Clone + Send + 'static>(fates: &mut Fates, mailbox: &UnboundedSender<T>, message: &T, durable: bool) {
    for after in fates.arrivals(durable) {
        let (mailbox, message) = (mailbox.clone(), message.clone());
        // A receiver that has just gone is a message that was lost.
        if after.is_zero() {
            let _ = mailbox.send(message);
            continue;
        }
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let _ = mailbox.send(message);
        });
    }
}

/// Refuses what no transport carries.
pub(super) fn refuse_large(what: &str, message: &[u8]) -> Result<(), TransportError> {
    if message.len() <= LARGEST {
        return Ok(());
    }
    let why = format!("the message has {} bytes; at most {LARGEST} are allowed", message.len());
    Err(failed(what, why, "send less"))
}

pub(super) fn failed(what: &str, why: impl Display, remedy: &str) -> TransportError {
    TransportError { what: what.to_owned(), why: why.to_string(), remedy: remedy.to_owned(), unreached: Vec::new() }
}
