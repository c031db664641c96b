//! The suite finds what it is there to find: the transport in memory passes, and each way to be broken fails the checks
//! that are about it.

use std::time::Duration;

use async_trait::async_trait;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::{EnvironmentName, ReplyAddress};
use bellwether_core::fleet::transport::{
    AgentTransport, Audience, CallerTransport, Delivery, InventoryEntry, Receipt, TransportError,
};
use bellwether_core::names::NodeId;

use super::{Stage, check_all, run_all};
use crate::fleet::{MemoryFleet, Weather};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Defect {
    None,
    /// Gives messages for some nodes to all.
    SendsToEveryone,
    /// Takes names for each other that differ by case.
    FoldsCase,
    /// Sends replies wherever a request says.
    RepliesAnywhere,
    /// Keeps nothing for a node that is away.
    ForgetsNodes,
    /// Delivers what was settled again.
    DoesNotSettle,
    /// Keeps nothing for a caller that is away.
    ForgetsResults,
    /// Gives a first page as if it were all.
    CutsInventory,
    /// Takes each record for another node's.
    MixesInventory,
    /// Takes what is too large.
    CarriesAnything,
    /// Forgets what it has taken when its reader gives up.
    LosesOnCancel,
    /// Goes on after its end.
    NeverCloses,
}

struct Broken {
    fleet: MemoryFleet,
    defect: Defect,
}

struct Agent(Box<dyn AgentTransport>, Defect, EnvironmentName);
struct Caller(Box<dyn CallerTransport>, Defect);

impl Stage for Broken {
    async fn agent(&self, env: &EnvironmentName, node: &NodeId) -> Box<dyn AgentTransport> {
        let node = match self.defect {
            Defect::FoldsCase => NodeId::new(node.as_str().to_lowercase()).unwrap(),
            _ => node.clone(),
        };
        Box::new(Agent(Box::new(self.fleet.agent(env, &node)), self.defect, env.clone()))
    }

    async fn caller(&self, env: &EnvironmentName) -> Box<dyn CallerTransport> {
        Box::new(Caller(Box::new(self.fleet.caller(env)), self.defect))
    }

    fn foreign_addresses(&self, env: &EnvironmentName, call: RequestId) -> Vec<ReplyAddress> {
        let other = RequestId::new(jiff::Timestamp::UNIX_EPOCH, [9; 10]);
        vec![MemoryFleet::address(env, other, false), ReplyAddress(format!("memory:*:live:{call}"))]
    }

    fn redelivery(&self) -> Duration {
        Duration::from_millis(300)
    }
}

#[async_trait]
impl AgentTransport for Agent {
    async fn receive(&self) -> Result<Delivery, TransportError> {
        let delivery = self.0.receive().await?;
        if self.1 == Defect::LosesOnCancel {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(delivery)
    }

    async fn settle(&self, receipt: &Receipt) -> Result<(), TransportError> {
        if self.1 == Defect::DoesNotSettle { Ok(()) } else { self.0.settle(receipt).await }
    }

    fn accepts(&self, to: &ReplyAddress, call: RequestId, durable: bool) -> bool {
        self.1 == Defect::RepliesAnywhere || self.0.accepts(to, call, durable)
    }

    async fn reply(&self, to: &ReplyAddress, call: RequestId, durable: bool, m: &[u8]) -> Result<(), TransportError> {
        let durable = durable && self.1 != Defect::ForgetsResults;
        match self.1 {
            Defect::RepliesAnywhere => {
                self.0.reply(&MemoryFleet::address(&self.2, call, durable), call, durable, m).await
            }
            Defect::ForgetsResults => self.0.reply(&MemoryFleet::address(&self.2, call, false), call, false, m).await,
            _ => self.0.reply(to, call, durable, m).await,
        }
    }

    async fn announce(&self, record: &[u8]) -> Result<(), TransportError> {
        self.0
            .announce(record)
            .await
            .or_else(|error| if self.1 == Defect::CarriesAnything { Ok(()) } else { Err(error) })
    }

    async fn close(&self) {
        if self.1 != Defect::NeverCloses {
            self.0.close().await;
        }
    }
}

#[async_trait]
impl CallerTransport for Caller {
    async fn listen(&self, call: RequestId, durable: bool) -> Result<ReplyAddress, TransportError> {
        self.0.listen(call, durable).await
    }

    async fn send(&self, to: Audience<'_>, durable: bool, message: &[u8]) -> Result<(), TransportError> {
        match self.1 {
            Defect::SendsToEveryone if !durable => self.0.send(Audience::Everyone, durable, message).await,
            Defect::FoldsCase => match to {
                Audience::Nodes(nodes) => {
                    let lower = |node: &NodeId| NodeId::new(node.as_str().to_lowercase()).unwrap();
                    let nodes: Vec<_> = nodes.iter().map(lower).collect();
                    self.0.send(Audience::Nodes(&nodes), durable, message).await
                }
                Audience::Everyone => self.0.send(to, durable, message).await,
            },
            Defect::ForgetsNodes => self.0.send(to, false, message).await,
            _ => self.0.send(to, durable, message).await,
        }
    }

    async fn receive(&self) -> Result<Vec<u8>, TransportError> {
        self.0.receive().await
    }

    async fn inventory(&self) -> Result<Vec<InventoryEntry>, TransportError> {
        let mut known = self.0.inventory().await?;
        if self.1 == Defect::CutsInventory {
            known.truncate(1_000);
        }
        if self.1 == Defect::MixesInventory {
            let nodes: Vec<_> = known.iter().rev().map(|entry| entry.node.clone()).collect();
            known.iter_mut().zip(nodes).for_each(|(entry, node)| entry.node = node);
        }
        Ok(known)
    }

    async fn results(&self, call: RequestId) -> Result<Vec<Vec<u8>>, TransportError> {
        self.0.results(call).await
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

fn broken(defect: Defect) -> Broken {
    Broken { fleet: MemoryFleet::default(), defect }
}

#[tokio::test]
async fn the_transport_in_memory_passes() {
    run_all(&broken(Defect::None)).await;
}

/// The suite asks nothing of order, and takes a message twice.
#[tokio::test]
async fn a_transport_may_reorder_and_repeat() {
    let weather = Weather { seed: 3, repeat: 0.2, delay: 0.3, ..Weather::CALM };
    run_all(&Broken { fleet: MemoryFleet::in_weather(weather), defect: Defect::None }).await;
}

#[tokio::test(start_paused = true)]
async fn every_defect_fails_the_checks_that_are_about_it() {
    for (defect, checks) in [
        (Defect::SendsToEveryone, &["a_request_to_nodes_reaches_them_alone", "any_name_is_told_apart"][..]),
        (Defect::FoldsCase, &["any_name_is_told_apart"]),
        (Defect::RepliesAnywhere, &["a_foreign_address_is_refused"]),
        (Defect::ForgetsNodes, &["a_request_waits_for_a_node", "what_is_not_settled_comes_again"]),
        (Defect::DoesNotSettle, &["what_is_settled_does_not_come_again"]),
        (Defect::ForgetsResults, &["results_outlive_the_caller"]),
        (Defect::CutsInventory, &["two_thousand_nodes_are_read_in_full"]),
        (Defect::MixesInventory, &["an_announcement_replaces_the_one_before"]),
        (Defect::CarriesAnything, &["a_larger_one_is_refused"]),
        (Defect::LosesOnCancel, &["a_receiver_that_is_given_up_loses_nothing"]),
        (Defect::NeverCloses, &["what_is_closed_receives_nothing_more"]),
    ] {
        let failures = check_all(&broken(defect)).await.join("\n");
        for check in checks {
            assert!(failures.contains(check), "{defect:?} passed {check}; it failed:\n{failures}");
        }
    }
}
