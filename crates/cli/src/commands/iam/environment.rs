//! Policies that are limited to what an environment has.

use std::str::FromStr;

use bellwether_aws::{
    Grant, collective_agent_grants, collective_master_grants, collective_queue_grants, fleet_agent_grants,
    fleet_caller_grants, fleet_clean_grants, instance_facts_permissions,
};
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::names::NodeId;

use crate::commands::env::queues::QueuePrefix;
use crate::failure::Failure;
use crate::wiring::context::Context;
use crate::wiring::transport::TransportRef;

/// Who needs the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Agent,
    Exec,
    Env,
    Ec2Cagent,
    Ec2Cmaster,
}

/// What is known of where it works.
pub(super) struct Where<'a> {
    pub(super) environment: Option<&'a str>,
    pub(super) transport: Option<&'a TransportRef>,
    pub(super) node: Option<&'a NodeId>,
    pub(super) clean: bool,
}

/// What a role needs.
///
/// # Errors
/// When no environment is named, or this can name none.
pub(super) fn grants(role: Role, place: &Where<'_>, context: &Context) -> Result<Vec<Grant>, Failure> {
    let prefix = || named::<QueuePrefix>(place.environment);
    Ok(match role {
        Role::Env => collective_queue_grants(prefix()?.as_str()),
        Role::Ec2Cagent => collective_agent_grants(prefix()?.as_str()),
        Role::Ec2Cmaster => collective_master_grants(prefix()?.as_str()),
        Role::Agent => {
            let mut grants = vec![Grant::anywhere(instance_facts_permissions().iter().copied())];
            if let Some(environment) = on_aws(place, context)? {
                grants.extend(fleet_agent_grants(&environment, place.node));
                grants.extend(place.clean.then(|| fleet_clean_grants(&environment)).into_iter().flatten());
            }
            grants
        }
        Role::Exec => on_aws(place, context)?.map(|environment| fleet_caller_grants(&environment)).unwrap_or_default(),
    })
}

/// The environment, where AWS carries its messages: with another transport AWS is not asked.
fn on_aws(place: &Where<'_>, context: &Context) -> Result<Option<EnvironmentName>, Failure> {
    let settings = &context.settings.fleet;
    match place.transport.or(settings.transport.as_ref()) {
        Some(TransportRef::Nats(_)) => Ok(None),
        Some(TransportRef::Sqs) | None => match (place.environment, &settings.environment) {
            (None, Some(environment)) => Ok(Some(environment.clone())),
            (environment, _) => named(environment).map(Some),
        },
    }
}

fn named<T: FromStr<Err: ToString>>(environment: Option<&str>) -> Result<T, Failure> {
    let Some(environment) = environment else {
        return Err(Failure::usage("no environment is named").remedy("add --environment NAME"));
    };
    environment.parse().map_err(|error: T::Err| {
        Failure::usage(format!("'{environment}' cannot name an environment")).remedy(error.to_string())
    })
}
