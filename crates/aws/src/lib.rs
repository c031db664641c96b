//! Bellwether on AWS: the only crate that names an AWS SDK.
//!
//! To change where a setting comes from, open `settings`, `boto`, `profile`, `region`, `service` (endpoints) or
//! `credentials`; how requests travel, `http`, `sdk` (SDK clients) or `signed` (everything without an SDK crate);
//! what the instance says of itself, `imds`; who is in a group, `roster`; claims and history in a table, `dynamodb`;
//! classic load balancers, `balancer`; target groups, `target_group`; taking a node out of both, `drain`; signs that
//! this node leaves, `notices` and `clonesquad`; holding it back until it is ready, `lifecycle`; EC2's instances and
//! regions, `ec2`; what an error tells, `errors` and `api_error`.

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
mod http;
pub mod imds;
mod lifecycle;
mod notices;
pub mod permissions;
mod profile;
mod region;
mod roster;
mod sdk;
mod service;
mod settings;
mod shared;
mod signed;
mod target_group;
mod text;
mod xml;

pub use api_error::{ApiError, ApiErrorKind};
pub use balancer::{Balancers, Ec2Instance, ElbRegion, instances_per_call};
pub use balancer_grants::balancer_grants;
pub use caller::Caller;
pub use client::Aws;
pub use clonesquad::{CloneSquad, CloneSquadStatus};
pub use credentials::CredentialsSource;
pub use drain::{Drains, drain_permissions};
pub use dynamodb::{Created, DynamoStore};
pub use imds::{Imds, ImdsError, InstanceIdentity};
pub use lifecycle::{GroupMember, Lifecycle, LifecycleOutcome, LifecycleResult, TerminationHook};
pub use notices::{HealthNotices, ImdsNotices, ImdsPage, watch_permissions};
pub use permissions::{
    Grant, balancer_change_permissions, balancer_permissions, permissions, policy, store_creation_permissions,
    store_permissions,
};
pub use region::RegionSource;
pub use settings::{AwsSettings, Limits};
pub use target_group::{
    AttributeChange, GroupFilter, GroupHealthCheck, GroupMembership, TargetGroup, TargetGroupAttributes, TargetGroups,
    TargetHealth, TargetType, target_group_change_permissions, target_group_permissions,
};
