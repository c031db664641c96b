//! Who is in a group and how they are, as AWS tells it: one file per kind of group.

mod asg;
mod elb;
mod tag;
mod target_group;

use bellwether_core::names::NodeId;
use bellwether_core::roster::{GroupRef, Health, RosterError, RosterSource};

use crate::client::Aws;
use crate::errors::invalid;
pub(crate) use elb::instance_states;
pub(crate) use target_group::TargetGroupRoster;

/// More pages than any real group has; a source that never ends must not hold us.
const MOST_PAGES: usize = 1_000;

pub(crate) fn source(aws: &Aws, group: &GroupRef) -> Option<Box<dyn RosterSource>> {
    let aws = aws.clone();
    Some(match group {
        GroupRef::Elb(name) => Box::new(elb::ElbRoster { aws, name: name.clone() }),
        GroupRef::Alb(target) => Box::new(target_group::TargetGroupRoster { aws, target: target.clone() }),
        GroupRef::Asg(name) => Box::new(asg::AsgRoster { aws, name: name.clone() }),
        GroupRef::Tag { key, value } => Box::new(tag::TagRoster { aws, key: key.clone(), value: value.clone() }),
        GroupRef::Local | GroupRef::Nodes(_) | GroupRef::File(_) => return None,
    })
}

/// The region that a group names itself; none where it does not.
pub(crate) fn own_region(group: &GroupRef) -> Result<Option<String>, RosterError> {
    match group {
        GroupRef::Alb(target) => Ok(target_group::arn_of(target)?.map(|arn| arn.region().to_owned())),
        _ => Ok(None),
    }
}

/// A member's id, as AWS gave it.
fn node(group: &str, id: &str) -> Result<NodeId, RosterError> {
    NodeId::new(id).map_err(|error| {
        invalid(format!("{group} holds a member whose id cannot be used: {error}"), "check what answers as AWS")
    })
}

/// An unhealthy state with AWS's explanation and code, where it has them.
fn unhealthy(state: &str, code: Option<&str>, description: Option<&str>) -> Health {
    let said = |text: Option<&str>| text.map(crate::text::shown).filter(|text| !text.is_empty() && text != "N/A");
    let reason = match (said(description), said(code)) {
        (Some(description), Some(code)) => format!("{description} ({code})"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => String::new(),
    };
    Health::Unhealthy { state: crate::text::shown(state), reason }
}

/// Goes through pages and refuses what would never end.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    seen: std::collections::HashSet<String>,
}

impl Pages {
    /// The token of the next page; none at the end.
    pub(crate) fn next(&mut self, group: &str, token: Option<&str>) -> Result<Option<String>, RosterError> {
        let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
        if self.seen.len() == MOST_PAGES || !self.seen.insert(token.to_owned()) {
            return Err(RosterError {
                kind: bellwether_core::roster::RosterErrorKind::Unavailable,
                message: format!("the list of {group} does not end: page {}", self.seen.len() + 1),
                remedy: "check what answers as AWS, or make the group smaller".to_owned(),
            });
        }
        Ok(Some(token.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_name_what_is_known() {
        let reason = |code, description| match unhealthy("OutOfService", code, description) {
            Health::Unhealthy { reason, .. } => reason,
            Health::Healthy => panic!("healthy"),
        };
        assert_eq!(reason(Some("Instance"), Some("failed checks")), "failed checks (Instance)");
        assert_eq!(reason(Some("N/A"), Some("failed checks")), "failed checks");
        assert_eq!(reason(Some("ELB"), None), "ELB");
        assert_eq!(reason(Some("N/A"), Some("N/A")), "");
    }

    #[test]
    fn pages_end() {
        let mut pages = Pages::default();
        assert_eq!(pages.next("g", Some("a")).unwrap().as_deref(), Some("a"));
        assert_eq!(pages.next("g", Some("")).unwrap(), None);
        assert_eq!(pages.next("g", None).unwrap(), None);
        assert!(pages.next("g", Some("a")).is_err(), "the same token again");
    }

    #[test]
    fn only_groups_of_aws_have_a_source_here() {
        let aws = Aws::new(crate::AwsSettings::default());
        for (group, known) in
            [("local", false), ("nodes:a", false), ("file:/x", false), ("elb:x", true), ("tag:a=b", true)]
        {
            assert_eq!(aws.roster(&group.parse().unwrap()).is_some(), known, "{group}");
        }
    }
}
