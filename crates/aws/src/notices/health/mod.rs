//! How this node stands in a load balancer, as a sign that it leaves: one file for each kind of balancer.
//!
//! Whether its health checks pass is no such sign; the detail of a notice tells that.

mod classic;
mod target_group;

use bellwether_core::notice::{NodeState, Notice, NoticeError, NoticeSource, Word};
use bellwether_core::roster::{GroupRef, Identity};
use bellwether_core::time::Now;

use crate::client::Aws;
use crate::errors::invalid;
use crate::text::shown;

const REGISTERED: Word = Word::fixed("registered");
const NOT_REGISTERED: Word = Word::fixed("not-registered");
const DRAINING: Word = Word::fixed("draining");

/// How a node stands in one classic load balancer or target group.
#[derive(Debug, Clone)]
pub struct HealthNotices {
    aws: Aws,
    name: Word,
    balancer: Balancer,
    me: Identity,
}

#[derive(Debug, Clone)]
enum Balancer {
    Classic(String),
    TargetGroup(String),
}

/// How a node stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    state: NodeState,
    said: Word,
    detail: String,
}

impl HealthNotices {
    /// How `me` stands in a group, which is a classic load balancer (`elb:`) or a target group (`alb:`).
    ///
    /// # Errors
    /// When the group is of another kind, or its name cannot be one.
    pub fn new(aws: &Aws, group: &GroupRef, me: Identity) -> Result<Self, NoticeError> {
        let (name, balancer) = match group {
            GroupRef::Elb(name) => (format!("elb:{name}"), Balancer::Classic(name.clone())),
            GroupRef::Alb(target) => (target_group::source_name(target), Balancer::TargetGroup(target.clone())),
            other => {
                let message = format!("'{}' is no load balancer that a node could leave", shown(&other.to_string()));
                return Err(invalid(message, "give elb:NAME, or alb:NAME or alb:ARN of a target group").into());
            }
        };
        let name = Word::new(name).map_err(|error| {
            let message = format!("'{}' cannot be the name of a load balancer: {error}", shown(&group.to_string()));
            invalid(message, "check the name; AWS allows letters, digits and hyphens")
        })?;
        Ok(Self { aws: aws.clone(), name, balancer, me })
    }
}

#[async_trait::async_trait]
impl NoticeSource for HealthNotices {
    fn name(&self) -> &Word {
        &self.name
    }

    async fn observe(&self, _: Now) -> Result<Vec<Notice>, NoticeError> {
        let Place { state, said, detail } = match &self.balancer {
            Balancer::Classic(name) => classic::place(&self.aws, name, &self.me).await?,
            Balancer::TargetGroup(target) => target_group::place(&self.aws, target, &self.me).await?,
        };
        Ok(vec![Notice::of_state(&self.name, state, said).because(detail)])
    }
}

impl Place {
    fn registered(detail: impl Into<String>) -> Self {
        Self { state: NodeState::Running, said: REGISTERED, detail: detail.into() }
    }

    fn draining(detail: impl Into<String>) -> Self {
        Self { state: NodeState::Draining, said: DRAINING, detail: detail.into() }
    }

    /// Not there any more, or not yet: who saw it there before knows which.
    fn not_registered() -> Self {
        Self { state: NodeState::OutOfService, said: NOT_REGISTERED, detail: String::new() }
    }
}

#[cfg(test)]
mod tests {
    use bellwether_core::names::NodeId;
    use bellwether_core::notice::NoticeErrorKind;

    use super::*;
    use crate::settings::AwsSettings;

    fn named(group: &str) -> Result<String, NoticeError> {
        let me = Identity::named(NodeId::new("i-1").unwrap());
        let source = HealthNotices::new(&Aws::new(AwsSettings::default()), &group.parse().unwrap(), me)?;
        Ok(source.name().to_string())
    }

    #[test]
    fn sources_are_called_after_their_groups() {
        let arn = "alb:arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";
        assert_eq!(named("elb:web").unwrap(), "elb:web");
        assert_eq!(named("alb:web").unwrap(), "alb:web");
        assert_eq!(named(arn).unwrap(), "alb:eu-west-1:web:0123456789abcdef");
    }

    #[test]
    fn other_groups_are_refused() {
        for group in ["local", "asg:web", "tag:a=b", "elb:a b", "alb:../x"] {
            let error = named(group).unwrap_err();
            assert_eq!(error.kind, NoticeErrorKind::Malformed, "{group}");
            assert!(error.message.contains(group), "{}", error.message);
        }
    }
}
