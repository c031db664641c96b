//! What every transport of commands must do.

use std::time::Duration;

use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::{EnvironmentName, ReplyAddress};
use bellwether_core::fleet::transport::{AgentTransport, CallerTransport};
use bellwether_core::names::NodeId;
use bellwether_engines::nats::fleet::{AgentLink, CallerLink, Connection};
use bellwether_testkit::fleet::conformance::{Stage, run_all};
use bellwether_testkit::nats::{NatsCluster, NatsServer, Release};

use super::{call, open, url};

/// Callers and agents have a connection each.
struct Nats {
    agents: Connection,
    callers: Connection,
}

impl Stage for Nats {
    async fn agent(&self, env: &EnvironmentName, node: &NodeId) -> Box<dyn AgentTransport> {
        Box::new(AgentLink::on(&self.agents, env.clone(), node.clone()).await.unwrap())
    }

    async fn caller(&self, env: &EnvironmentName) -> Box<dyn CallerTransport> {
        Box::new(CallerLink::on(&self.callers, env.clone()))
    }

    fn foreign_addresses(&self, env: &EnvironmentName, own: RequestId) -> Vec<ReplyAddress> {
        let subjects = [
            format!("bw.{env}.reply.*"),
            format!("bw.{env}.reply.>"),
            format!("bw.{env}.*.{own}"),
            format!("bw.{env}.reply.{}", call(9)),
            format!("bw.{env}.reply.{own}.x"),
            format!("bw.{env}.reply"),
            format!("bw.other.reply.{own}"),
            format!("bw.{env}.all"),
            format!("bw.{env}.node.i-1"),
            format!("bw.{env}.durable.node.i-1"),
            format!("$KV.bw_{env}_nodes.node.i-1"),
            format!("$JS.API.STREAM.DELETE.bw_{env}_results"),
            format!("_INBOX.{own}"),
        ];
        subjects.map(ReplyAddress).into()
    }

    fn redelivery(&self) -> Duration {
        Duration::from_secs(6)
    }
}

async fn conforms(url: &str) {
    run_all(&Nats { agents: open(url).await, callers: open(url).await }).await;
}

#[tokio::test]
async fn a_recent_server_conforms() {
    conforms(&url(&NatsServer::start(Release::Recent))).await;
}

#[tokio::test]
async fn the_systems_server_conforms() {
    conforms(&url(&NatsServer::start(Release::System))).await;
}

/// Both sides are on one server here: the others learn of a new subscription a moment later, and what is sent in that
/// moment is lost.
async fn cluster_conforms(release: Release) {
    let cluster = NatsCluster::start(release);
    let connection = open(&cluster.servers_url()).await;
    run_all(&Nats { agents: connection.clone(), callers: connection }).await;
}

#[tokio::test]
async fn a_cluster_conforms() {
    cluster_conforms(Release::Recent).await;
}

#[tokio::test]
async fn a_cluster_of_the_systems_server_conforms() {
    cluster_conforms(Release::System).await;
}
