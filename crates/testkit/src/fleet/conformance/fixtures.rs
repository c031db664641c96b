//! What the checks share.

use std::collections::BTreeSet;
use std::time::Duration;

use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::{AgentTransport, CallerTransport, Delivery, TransportError};
use bellwether_core::names::NodeId;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use super::Wrong;

/// Longer than any message takes that arrives at all, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long is waited for what must not arrive. Others are asked for in between, so a transport that sends it does so
/// within this time.
const QUIET: Duration = Duration::from_millis(400);

pub(super) fn environment(name: &str) -> EnvironmentName {
    name.parse().unwrap()
}

pub(super) fn node(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

/// One of the calls of a check.
pub(super) fn call(number: u8) -> RequestId {
    RequestId::new(Timestamp::from_second(1_790_000_000).unwrap(), [number; 10])
}

/// The next message for an agent, which is settled.
pub(super) async fn received(agent: &dyn AgentTransport) -> Result<Vec<u8>, Wrong> {
    let delivery = delivered(agent).await?;
    agent.settle(&delivery.receipt).await?;
    Ok(delivery.message)
}

/// The next message for an agent.
pub(super) async fn delivered(agent: &dyn AgentTransport) -> Result<Delivery, Wrong> {
    patiently(async || agent.receive().await).await
}

/// The next message for a caller.
pub(super) async fn answered(caller: &dyn CallerTransport) -> Result<Vec<u8>, Wrong> {
    patiently(async || caller.receive().await).await
}

/// The different messages that a caller receives until there are so many of them.
pub(super) async fn all_answers(caller: &dyn CallerTransport, count: usize) -> Result<BTreeSet<Vec<u8>>, Wrong> {
    let mut all = BTreeSet::new();
    while all.len() < count {
        all.insert(answered(caller).await?);
    }
    Ok(all)
}

/// Errors are for a moment: the receiver asks again after a pause.
async fn patiently<T>(receive: impl AsyncFn() -> Result<T, TransportError>) -> Result<T, Wrong> {
    let end = Instant::now() + PATIENCE;
    loop {
        match timeout_at(end, receive()).await {
            Ok(Ok(message)) => return Ok(message),
            Ok(Err(error)) if Instant::now() >= end => return Err(error.into()),
            Ok(Err(_)) => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(_) => return Err(Wrong("a message did not arrive".to_owned())),
        }
    }
}

/// What an agent receives within a while, besides what is expected to come once or more.
pub(super) async fn others(agent: &dyn AgentTransport, expected: &[u8]) -> Result<Vec<Vec<u8>>, Wrong> {
    let (end, mut others) = (Instant::now() + QUIET, Vec::new());
    while let Ok(Ok(delivery)) = timeout_at(end, agent.receive()).await {
        agent.settle(&delivery.receipt).await?;
        if delivery.message != expected {
            others.push(delivery.message);
        }
    }
    Ok(others)
}
