//! Bellwether on AWS: the only crate that names an AWS SDK.
//!
//! To change where a setting comes from, open `settings`, `boto`, `profile`, `region`, `service` (endpoints) or
//! `credentials`; how requests travel, `http`, `sdk` (SDK clients) or `signed` (everything without an SDK crate);
//! what the instance says of itself, `imds`; who is in a group, `roster`; claims and history in a table, `dynamodb`; what
//! an error tells, `errors`.

mod boto;
mod caller;
mod client;
mod credentials;
mod dynamodb;
mod errors;
mod http;
pub mod imds;
pub mod permissions;
mod profile;
mod region;
mod roster;
mod sdk;
mod service;
mod settings;
mod shared;
mod signed;
mod text;
mod xml;

pub use caller::Caller;
pub use client::Aws;
pub use credentials::CredentialsSource;
pub use dynamodb::{Created, DynamoStore};
pub use imds::{Imds, ImdsError, InstanceIdentity};
pub use permissions::{Grant, permissions, policy, store_creation_permissions, store_permissions};
pub use region::RegionSource;
pub use settings::{AwsSettings, Limits};
