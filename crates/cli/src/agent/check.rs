//! What the policy would say, without asking anybody.

use std::collections::BTreeMap;

use bellwether_core::fleet::bytes::Bytes;
use bellwether_core::fleet::policy::{Asked, Decision, Policy};
use bellwether_core::fleet::request::{Action, Command, Run};
use bellwether_core::fleet::trust::CallerName;
use bellwether_host::users::RunAs;

use super::plan::AgentPlan;
use super::reader::Reader;
use super::rules;
use crate::exit_status;
use crate::failure::Failure;
use crate::watch::log::Log;
use crate::wiring::context::Context;
use crate::wiring::identity;

/// Says whether a caller may run a command on this node, as a user where one is named, with the facts it has now; the
/// status is 1 when not.
///
/// # Errors
/// When the policy or the node's id cannot be had.
pub(crate) async fn run(
    plan: &AgentPlan,
    context: &Context,
    caller: &CallerName,
    (command, user): (Command, Option<String>),
) -> Result<u8, Failure> {
    let policy = rules::read(&plan.rules.policy, Policy::parse)?.unwrap_or_default();
    let log = Log::open(&plan.log, &context.environment)?;
    let aws = context.aws(&plan.aws);
    let node = identity::of_instance(&aws, plan.node.clone()).await?.id;
    let env = plan.place.environment.as_str();
    let reader = Reader::new(&plan.facts, aws, &log, node.as_str(), env);
    reader.read().await;
    let facts = reader.facts();
    let facts = reader.is_read().then_some(&*facts);
    let action = Action::Run(Box::new(Run {
        command,
        stdin: Bytes::default(),
        env: BTreeMap::new(),
        user,
        directory: None,
        timeout_ms: 0,
        output_limit: 0,
    }));
    let own_user = RunAs::ourselves().name;
    match policy.decide(Asked { caller, action: &action, own_user: &own_user, facts }) {
        Decision::Allowed(rule) => {
            context.console.result(&format!("allowed by '{rule}'\n"))?;
            Ok(exit_status::OK)
        }
        Decision::Denied(why) => {
            context.console.result(&format!("denied: {why}\n"))?;
            Ok(exit_status::NO)
        }
    }
}
