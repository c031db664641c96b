//! What every claim store must do.

use bellwether_core::names::JobName;
use bellwether_core::store::ClaimStore;
use bellwether_testkit::nats::{NatsCluster, NatsServer, Release};
use bellwether_testkit::store::conformance;

use super::{open, request};

async fn conforms(server: &NatsServer, url: impl Fn(&str) -> String) {
    let store = async |name: &str| Box::new(open(&url(name)).await) as Box<dyn ClaimStore>;
    conformance::run_all(&store).await;
    let plant = async |name: &str, job: &JobName, text: &str| {
        let key = job.as_str().replace(' ', "=20");
        request(server, &format!("$KV.{name}.job.{key}"), text.to_owned()).await;
    };
    conformance::run_format(&store, &plant).await;
}

#[tokio::test]
async fn a_recent_server_conforms() {
    let server = NatsServer::start(Release::Recent);
    conforms(&server, |bucket| server.url(bucket)).await;
}

#[tokio::test]
async fn the_systems_server_conforms() {
    let server = NatsServer::start(Release::System);
    conforms(&server, |bucket| server.url(bucket)).await;
}

#[tokio::test]
async fn a_cluster_conforms() {
    let cluster = NatsCluster::start(Release::Recent);
    conforms(&cluster.servers()[0], |bucket| cluster.url(bucket)).await;
}

/// Where copies are not compared and swapped, the store makes none and is right with one.
#[tokio::test]
async fn a_cluster_of_the_systems_server_conforms() {
    let cluster = NatsCluster::start(Release::System);
    conforms(&cluster.servers()[0], |bucket| cluster.url(bucket)).await;
}
