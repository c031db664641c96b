//! Classic load balancers.

use aws_sdk_elasticloadbalancing::types::InstanceState;
use bellwether_core::names::NodeId;
use bellwether_core::roster::{Identity, RosterError};

use super::Place;
use crate::client::Aws;
use crate::roster::instance_states;
use crate::text::shown;

/// While the requests of an instance are being finished, it is still `InService`, without a reason code; only the
/// description tells (Elastic Load Balancing API reference 2012-06-01, `InstanceState`).
const LEAVING: &str = "deregistration";

pub(super) async fn place(aws: &Aws, name: &str, me: &Identity) -> Result<Place, RosterError> {
    let states = instance_states(aws, name).await?;
    let own =
        |state: &&InstanceState| state.instance_id().and_then(|id| NodeId::new(id).ok()).is_some_and(|id| me.is(&id));
    Ok(states.iter().find(own).map_or_else(Place::not_registered, told))
}

fn told(state: &InstanceState) -> Place {
    let description = state.description().unwrap_or_default();
    if description.to_ascii_lowercase().contains(LEAVING) {
        return Place::draining(shown(description));
    }
    match state.state() {
        Some("InService") => Place::registered(""),
        other => Place::registered(shown(&format!("{}: {description}", other.unwrap_or("Unknown")))),
    }
}

#[cfg(test)]
mod tests {
    use bellwether_core::notice::NodeState;

    use super::*;

    #[test]
    fn an_instance_that_is_being_deregistered_is_draining() {
        let told = |state: &str, description: &str| {
            told(&InstanceState::builder().instance_id("i-1").state(state).description(description).build())
        };
        let leaving = told("InService", "Instance deregistration currently in progress.");
        assert_eq!(leaving.state, NodeState::Draining);
        assert_eq!(told("InService", "N/A").state, NodeState::Running);
        let ill = told("OutOfService", "Instance has failed health checks.");
        assert_eq!(ill.state, NodeState::Running);
        assert_eq!(ill.detail, "OutOfService: Instance has failed health checks.");
        assert_eq!(told("OutOfService", "Instance registration is still in progress.").state, NodeState::Running);
    }
}
