//! Bellwether on AWS: the only crate that names an AWS SDK.
//!
//! To change where a setting comes from, open `settings`, `boto`, `profile`, `region`, `service` (endpoints) or
//! `credentials`; how requests travel, `http`, `sdk` (SDK clients) or `signed` (everything without an SDK crate); what
//! the instance says of itself, `imds`; who is in a group, `roster`; claims and history in a table, `dynamodb`; queues
//! and messages, `queues`; the transport of fleet commands, `fleet`; classic load balancers, `balancer`; target
//! groups, `target_group`; taking a node out of both, `drain`; signs that this node leaves, `notices` and
//! `clonesquad`; holding it back until it is ready, `lifecycle`; what EC2 tells of this node, `facts`; EC2's instances
//! and regions, `ec2`; what an error tells, `errors` and `api_error`.

mod api_error;
mod api_session;
mod balancer;
mod balancer_grants;
mod boto;
mod caller;
mod client;
mod clonesquad;
mod credentials;
mod drain;
mod dynamodb;
mod ec2;
mod errors;
mod facts;
mod fleet;
mod http;
pub mod imds;
mod lifecycle;
mod notices;
pub mod permissions;
mod profile;
mod queues;
mod region;
mod roster;
mod sdk;
mod service;
mod settings;
mod shared;
mod signed;
mod target_group;
mod xml;

use bellwether_core::text;

pub use api_error::{ApiError, ApiErrorKind};
pub use balancer::{Balancers, Ec2Instance, ElbRegion, instances_per_call};
pub use balancer_grants::balancer_grants;
pub use caller::Caller;
pub use client::Aws;
pub use clonesquad::{CloneSquad, CloneSquadStatus};
pub use credentials::CredentialsSource;
pub use drain::{Drains, drain_permissions};
pub use dynamodb::{Created, DynamoStore};
pub use facts::{InstanceFacts, instance_facts, instance_facts_permissions};
pub use fleet::{
    AwsAgent, AwsCaller, AwsFleet, CleanRules, Leftover, LeftoverKind, fleet_agent_grants, fleet_caller_grants,
    fleet_clean_grants,
};
pub use imds::{Imds, ImdsError, InstanceIdentity};
pub use lifecycle::{GroupMember, Lifecycle, LifecycleOutcome, LifecycleResult, TerminationHook};
pub use notices::{HealthNotices, ImdsNotices, ImdsPage, clonesquad_permissions, watch_permissions};
pub use permissions::{
    Grant, balancer_change_permissions, balancer_permissions, elbadmin_change_permissions, elbadmin_permissions,
    permissions, policy, store_creation_permissions, store_permissions,
};
pub use queues::{
    CreatedQueue, Creation, Difference, DifferenceOf, Message, MessageId, Queue, QueueAttributes, QueueState, Queues,
    Receive, collective_agent_grants, collective_master_grants, collective_queue_grants,
};
pub use region::RegionSource;
pub use settings::{AwsSettings, Limits};
pub use target_group::{
    AttributeChange, GroupFilter, GroupHealthCheck, GroupMembership, TargetGroup, TargetGroupAttributes, TargetGroups,
    TargetHealth, TargetType, target_group_change_permissions, target_group_permissions,
};
