//! The transport of commands on real NATS servers: what every transport must do, and what this one promises beyond.
//!
//! - `conformance`: the suite, on both releases of the server and on a cluster
//! - `outages`: a server that restarts or hangs, a cluster that loses one, a server without JetStream
//! - `identity`: credentials, permissions and TLS
//! - `hostile`: what others may send
//! - `streams`: what is made on the server

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a failure here is a failed test, and real clocks and processes are the point"
)]

mod conformance;
mod hostile;
mod identity;
mod outages;
mod streams;

use std::time::{Duration, Instant};

use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::{AgentTransport, CallerTransport, TransportError};
use bellwether_core::names::NodeId;
use bellwether_engines::nats::NatsOptions;
use bellwether_engines::nats::fleet::{AgentLink, CallerLink, Connection};
use bellwether_testkit::nats::NatsServer;
use jiff::Timestamp;

/// Longer than anything takes that happens at all, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn url(server: &NatsServer) -> String {
    format!("nats://{}", server.address())
}

async fn open(url: &str) -> Connection {
    Connection::open(url, NatsOptions::default()).await.unwrap()
}

fn production() -> EnvironmentName {
    "production".parse().unwrap()
}

fn node(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

fn call(number: u8) -> RequestId {
    RequestId::new(Timestamp::from_second(1_790_000_000).unwrap(), [number; 10])
}

async fn agent(connection: &Connection, name: &str) -> AgentLink {
    AgentLink::on(connection, production(), node(name)).await.unwrap()
}

fn caller(connection: &Connection) -> CallerLink {
    CallerLink::on(connection, production())
}

/// Calls until it works, as agents and callers do after an outage.
async fn patiently<T>(call: impl AsyncFn() -> Result<T, TransportError>) -> T {
    let start = Instant::now();
    loop {
        match call().await {
            Ok(value) => return value,
            Err(error) => assert!(start.elapsed() < PATIENCE, "after {:?}: {error}", start.elapsed()),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The next message for an agent, which is settled.
async fn received(agent: &AgentLink) -> Vec<u8> {
    let receiving = patiently(async || {
        let delivery = agent.receive().await?;
        agent.settle(&delivery.receipt).await?;
        Ok(delivery.message)
    });
    tokio::time::timeout(PATIENCE, receiving).await.unwrap()
}

/// The next reply.
async fn answered(caller: &CallerLink) -> Vec<u8> {
    tokio::time::timeout(PATIENCE, patiently(async || caller.receive().await)).await.unwrap()
}
