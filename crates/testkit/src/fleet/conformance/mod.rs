//! What every transport of commands must do. Each check is one function; [`run_all`] runs them all.
//!
//! - [`delivery`]: who gets a request, and who does not.
//! - [`replies`]: how replies find their caller, and which addresses are refused.
//! - [`durable`]: what is kept for nodes and callers that are away.
//! - [`sizes`]: how much one message may have.
//! - [`inventory`]: what is known of the nodes.
//! - [`waiting`]: a receiver that is given up, and the end.
//!
//! Nothing is asked of order, and a message may come twice: that is what transports are allowed to do. In calm weather
//! nothing may be lost.

pub mod delivery;
pub mod durable;
mod fixtures;
pub mod inventory;
pub mod replies;
pub mod sizes;
pub mod waiting;

use std::fmt::Debug;
use std::time::Duration;

use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::{EnvironmentName, ReplyAddress};
use bellwether_core::fleet::transport::{AgentTransport, CallerTransport, TransportError};
use bellwether_core::names::NodeId;

/// A transport under test, and what the suite has to know of it.
///
/// The environments are named after the checks. Who runs the suite more than once on one server must add to them what
/// makes them new.
pub trait Stage {
    /// An agent's side, which listens when this has ended. The same node can be opened again.
    fn agent(&self, env: &EnvironmentName, node: &NodeId) -> impl Future<Output = Box<dyn AgentTransport>>;

    /// A caller's side.
    fn caller(&self, env: &EnvironmentName) -> impl Future<Output = Box<dyn CallerTransport>>;

    /// Addresses in this transport's form that are not those at which this call's replies are awaited in this
    /// environment: with wildcards, another environment's, another call's, a node's.
    fn foreign_addresses(&self, env: &EnvironmentName, call: RequestId) -> Vec<ReplyAddress>;

    /// How soon a durable request that was not settled comes again, at the latest.
    fn redelivery(&self) -> Duration;
}

/// What a check found wrong.
#[derive(Debug)]
pub struct Wrong(String);

impl From<TransportError> for Wrong {
    fn from(error: TransportError) -> Self {
        Self(format!("the transport failed: {error}"))
    }
}

/// What a check gives.
pub type Checked = Result<(), Wrong>;

fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Checked {
    holds(format!("{what}: found {found:?}, expected {expected:?}"), found == expected)
}

fn holds(what: impl Into<String>, condition: bool) -> Checked {
    if condition { Ok(()) } else { Err(Wrong(what.into())) }
}

/// An error has a cause and a remedy.
fn explained<T>(what: &str, result: Result<T, TransportError>) -> Checked {
    match result {
        Ok(_) => Err(Wrong(format!("{what}: it was not refused"))),
        Err(error) => {
            let told = [&error.what, &error.why, &error.remedy].iter().all(|text| !text.is_empty());
            holds(format!("{what}: the error does not explain itself: {error:?}"), told)
        }
    }
}

/// Runs checks by their paths and gives the names and findings of those that fail.
macro_rules! failures {
    ($stage:ident: $($group:ident :: $check:ident),* $(,)?) => {{
        let mut failed = Vec::new();
        $(
            if let Err(Wrong(what)) = $group::$check($stage).await {
                failed.push(format!("{}: {what}", stringify!($check)));
            }
        )*
        failed
    }};
}

/// Runs all checks, and panics with the names of all that fail.
pub async fn run_all(stage: &impl Stage) {
    let failed = check_all(stage).await;
    assert!(failed.is_empty(), "the transport does not conform:\n{}", failed.join("\n"));
}

async fn check_all(stage: &impl Stage) -> Vec<String> {
    failures!(stage:
        delivery::a_broadcast_reaches_every_agent_of_its_environment,
        delivery::a_request_to_nodes_reaches_them_alone,
        delivery::environments_stay_apart,
        delivery::any_name_is_told_apart,
        delivery::what_was_sent_arrives_byte_for_byte,
        replies::replies_reach_the_call_that_listens,
        replies::all_replies_of_many_nodes_arrive,
        replies::a_foreign_address_is_refused,
        durable::a_request_waits_for_a_node_that_is_away,
        durable::what_is_not_settled_comes_again,
        durable::what_is_settled_does_not_come_again,
        durable::results_outlive_the_caller,
        durable::replies_reach_a_caller_that_still_listens,
        durable::without_names_it_is_refused,
        sizes::the_largest_message_is_carried,
        sizes::a_larger_one_is_refused,
        inventory::an_announcement_replaces_the_one_before,
        inventory::environments_have_inventories_of_their_own,
        inventory::two_thousand_nodes_are_read_in_full,
        waiting::a_receiver_that_is_given_up_loses_nothing,
        waiting::what_is_closed_receives_nothing_more,
    )
}

#[cfg(test)]
mod broken_transports_tests;
