//! Target groups.

use bellwether_core::notice::{NodeState, Word};
use bellwether_core::roster::{Identity, RosterError, RosterSource, Standing};

use super::Place;
use crate::client::Aws;
use crate::roster::TargetGroupRoster;
use crate::text::shown;

const UNUSED: Word = Word::fixed("unused");

/// What a source of a target group is called: its name, or what its ARN ends with.
pub(super) fn source_name(target: &str) -> String {
    match target.split(':').collect::<Vec<_>>()[..] {
        ["arn", _, _, region, _, resource] => {
            format!("alb:{region}:{}", resource.trim_start_matches("targetgroup/").replace('/', ":"))
        }
        _ => format!("alb:{target}"),
    }
}

pub(super) async fn place(aws: &Aws, target: &str, me: &Identity) -> Result<Place, RosterError> {
    let source = TargetGroupRoster { aws: aws.clone(), target: target.to_owned() };
    Ok(told(source.roster().await?.standing(me)))
}

/// The states of the API reference 2015-12-01, `TargetHealth`. A node with several ports is registered while one of
/// them is healthy.
fn told(standing: Standing) -> Place {
    match standing {
        Standing::Healthy { .. } => Place::registered(""),
        Standing::Stranger => Place::not_registered(),
        Standing::Unhealthy { state, reason } => match state.as_str() {
            "draining" => Place::draining(reason),
            "unused" => Place { state: NodeState::OutOfService, said: UNUSED, detail: reason },
            other => Place::registered(shown(&format!("{other}: {reason}"))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_checks_that_fail_are_no_sign_of_leaving() {
        for (state, expected) in [
            ("initial", NodeState::Running),
            ("unhealthy", NodeState::Running),
            ("unhealthy.draining", NodeState::Running),
            ("unavailable", NodeState::Running),
            ("draining", NodeState::Draining),
            ("unused", NodeState::OutOfService),
        ] {
            let standing = Standing::Unhealthy { state: state.to_owned(), reason: "because".to_owned() };
            let place = told(standing);
            assert_eq!(place.state, expected, "{state}");
            assert!(place.detail.contains("because"));
        }
        assert_eq!(told(Standing::Stranger).state, NodeState::OutOfService);
    }
}
