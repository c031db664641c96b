//! The transport of fleet commands on AWS: what carries requests to agents and replies to callers.
//!
//! | what | its name | made by |
//! |---|---|---|
//! | a topic (SNS) for requests to everyone | `bw-ENV` | the first agent |
//! | a queue (SQS) for each node | `bw-ENV-node-ID` | its agent |
//! | a queue for the replies of each call | `bw-ENV-reply-CALL` | the caller, who deletes it |
//! | a table (DynamoDB) of what nodes say of themselves | `bw-ENV-nodes` | the first agent |
//! | a table of the replies to durable requests | `bw-ENV-results` | the first agent that has one |
//!
//! `names`: how environments and nodes are written in these names. `body`: how bytes travel as text. `inbox`: waiting at
//! a queue. `topic`, `tables`: what they say. `agent`, `caller`: the two sides. `clean`: what nobody uses any more.

mod agent;
mod body;
mod caller;
mod clean;
mod failure;
mod inbox;
mod names;
mod permissions;
mod place;
mod queue;
mod tables;
mod topic;

use std::sync::Arc;
use std::time::Duration;

use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::TransportError;
use bellwether_core::names::NodeId;

use tokio::sync::OnceCell;

use crate::api_error::ApiError;
use crate::client::Aws;
use crate::queues::{Queue, Queues};
pub use agent::AwsAgent;
pub use caller::AwsCaller;
pub use clean::{CleanRules, Leftover, LeftoverKind};
use names::Names;
pub use permissions::{fleet_agent_grants, fleet_caller_grants, fleet_clean_grants};
use place::Place;
use tables::Tables;
use topic::Topics;

/// The transport of one environment. Cheap to clone; clones share clients.
#[derive(Debug, Clone)]
pub struct AwsFleet {
    aws: Aws,
    names: Names,
    place: Arc<OnceCell<Place>>,
    queues: Queues,
    topics: Topics,
    tables: Tables,
}

impl AwsFleet {
    /// The transport of this environment, in the region that is configured or the instance's own. Nothing is asked yet.
    pub fn new(aws: &Aws, environment: &EnvironmentName) -> Self {
        let names = Names::of(environment);
        Self {
            aws: aws.clone(),
            queues: Queues::new(aws),
            topics: Topics::new(aws),
            tables: Tables::new(aws, &names),
            place: Arc::default(),
            names,
        }
    }

    /// The side of a node's agent. Makes what is missing: the node's queue, the environment's topic, and that the one
    /// is subscribed to the other.
    ///
    /// # Errors
    /// When AWS refuses or does not answer. It may be called again.
    pub async fn agent(&self, node: &NodeId) -> Result<AwsAgent, TransportError> {
        AwsAgent::open(self.clone(), node).await
    }

    /// How soon a request that was delivered and not settled comes again.
    pub const fn redelivery() -> Duration {
        queue::VISIBILITY
    }

    /// The side of a caller. Nothing is asked yet.
    pub fn caller(&self) -> AwsCaller {
        AwsCaller::new(self.clone())
    }

    /// Where all of it is, as a queue's ARN tells; found out once.
    async fn place_of(&self, queue: &Queue) -> Result<&Place, ApiError> {
        self.place.get_or_try_init(|| async { Place::of(&self.queues.arn(queue).await?) }).await
    }

    /// The same as AWS tells those who have no queue.
    async fn place(&self) -> Result<&Place, ApiError> {
        let ask = async || {
            let (caller, region) = (self.aws.caller(None).await?, self.queues.region().await?);
            let partition = caller.arn.split(':').nth(1).unwrap_or_default();
            Ok(Place::new(partition, &region, &caller.account))
        };
        self.place.get_or_try_init(ask).await
    }
}
