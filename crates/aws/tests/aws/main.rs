//! The crate against servers that play AWS and the metadata service.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure here is a failed test")]

mod balancer;
mod caller;
mod credentials;
mod drain;
mod dynamodb;
mod facts;
mod fleet;
mod imds;
mod notices;
mod queues;
mod rosters;
mod rounds;
mod support;
mod target_group;
