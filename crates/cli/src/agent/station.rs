//! What the loop, the answers and the commands share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bellwether_core::facts::Facts;
use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::inventory::{NodeKind, NodeRecord};
use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::{AgentTransport, Receipt};
use bellwether_core::fleet::{fit, reply::Reply};
use bellwether_core::names::NodeId;
use bellwether_core::tally::Tally;
use bellwether_host::clock;

use super::account::Account;
use super::gauges::Gauges;
use super::ledger::Ledger;
use super::letters::Undelivered;
use crate::watch::log::Log;

/// The agent, but for its rules.
pub(super) struct Station {
    pub(super) node: NodeId,
    pub(super) env: EnvironmentName,
    pub(super) key: SigningKey,
    pub(super) transport: Arc<dyn AgentTransport>,
    pub(super) ledger: Ledger,
    pub(super) account: Account,
    pub(super) gauges: Gauges,
    pub(super) log: Log,
    /// How many commands run.
    pub(super) running: AtomicUsize,
    /// Answers and refusals that did not reach their callers.
    pub(super) undelivered: Mutex<Tally>,
}

impl Station {
    /// A reply, signed; none for one that does not fit into an envelope, which none does that this program makes.
    pub(super) fn sealed(&self, reply: &Reply) -> Option<Vec<u8>> {
        Envelope::seal(&self.key, reply.encode().ok()?).ok()
    }

    /// What the node says of itself, signed, with as many facts as fit; and how many do not.
    pub(super) fn record(&self, facts: &Facts, period_ms: u64, left: bool) -> Option<(Vec<u8>, usize)> {
        let record = |facts: &Facts| NodeRecord {
            kind: NodeKind::Node,
            node: self.node.clone(),
            env: self.env.clone(),
            facts: facts.clone(),
            seen: clock::now().wall,
            period_ms,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            left,
        };
        let sealed = |facts: &Facts| Envelope::seal(&self.key, record(facts).encode().ok()?).ok();
        let (facts, left_out) = fit::fitting(facts, |some| sealed(some).is_some());
        Some((sealed(&facts)?, left_out))
    }

    /// Tells the transport that a message is dealt with. What cannot be told comes again, and is known then.
    pub(super) async fn settle(&self, receipt: &Receipt) {
        if let Err(error) = self.transport.settle(receipt).await {
            self.log.debug(&format!("{error}; the message may come again, and is ignored then"));
        }
    }

    /// Tells of an answer or a refusal that did not arrive, but not of a flood of them.
    pub(super) fn not_delivered(&self, undelivered: &Undelivered) {
        let number = self.undelivered.lock().unwrap_or_else(PoisonError::into_inner).add();
        if let Some(number) = number {
            self.log.warning(&format!("an answer did not reach its caller (number {number}): {}", undelivered.0));
        }
    }

    /// How many commands run.
    pub(super) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }
}
