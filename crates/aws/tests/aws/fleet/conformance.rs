//! The suite that every transport must pass.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use bellwether_aws::AwsFleet;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::{EnvironmentName, ReplyAddress};
use bellwether_core::fleet::transport::{AgentTransport, CallerTransport};
use bellwether_core::names::NodeId;
use bellwether_testkit::fleet::conformance::{Stage, run_all};
use bellwether_testkit::moto::Moto;

use super::patient;

/// One handle for each environment, as a process has.
struct OnMoto {
    moto: Moto,
    fleets: Mutex<HashMap<EnvironmentName, AwsFleet>>,
}

impl OnMoto {
    fn fleet(&self, env: &EnvironmentName) -> AwsFleet {
        let make = || AwsFleet::new(&patient(self.moto.endpoint()), env);
        self.fleets.lock().unwrap().entry(env.clone()).or_insert_with(make).clone()
    }
}

impl Stage for OnMoto {
    async fn agent(&self, env: &EnvironmentName, node: &NodeId) -> Box<dyn AgentTransport> {
        Box::new(self.fleet(env).agent(node).await.unwrap())
    }

    async fn caller(&self, env: &EnvironmentName) -> Box<dyn CallerTransport> {
        Box::new(self.fleet(env).caller())
    }

    fn foreign_addresses(&self, env: &EnvironmentName, call: RequestId) -> Vec<ReplyAddress> {
        let other = RequestId::new(jiff::Timestamp::UNIX_EPOCH, [1; 10]);
        let url = format!("{}/123456789012/bw-{env}-reply-{call}", self.moto.endpoint());
        let names = ["bw-other-reply-", "bw-foreign-node-", "bw-foreign-reply-x", "x"].map(|it| format!("{it}{call}"));
        let ours = [format!("bw-{env}-reply-{other}"), format!("bw-{env}-node-i-1"), format!("bw-{env}-reply-*"), url];
        ours.into_iter().chain(names).map(ReplyAddress).collect()
    }

    fn redelivery(&self) -> Duration {
        AwsFleet::redelivery()
    }
}

#[tokio::test]
async fn the_transport_conforms() {
    run_all(&OnMoto { moto: Moto::start(), fleets: Mutex::default() }).await;
}
