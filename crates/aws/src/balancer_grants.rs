//! On which load balancers and target groups actions are to be allowed.

use bellwether_core::roster::GroupRef;

use crate::permissions::Grant;

/// The actions of Elastic Load Balancing, each on the resources that the service authorization reference lets it be
/// limited to: those that look, on all; those that change, on the load balancers (`elb:NAME`) and target groups
/// (`alb:NAME-OR-ARN`) that are named, or on all of their kind where none is named at all.
pub fn balancer_grants(actions: &[&'static str], named: &[GroupRef]) -> Vec<Grant> {
    let of = |kind: Kind| actions.iter().copied().filter(move |action| Kind::of(action) == kind);
    let mut grants = vec![Grant::anywhere(of(Kind::Looks))];
    for kind in [Kind::Balancer, Kind::TargetGroup] {
        let resources = resources(kind, named);
        grants.extend(resources.into_iter().map(|resource| Grant {
            actions: of(kind).collect(),
            resource,
            condition: None,
        }));
    }
    grants
}

/// What an action can be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Looks,
    Balancer,
    TargetGroup,
}

impl Kind {
    fn of(action: &str) -> Self {
        match action.split_once(':') {
            Some((_, name)) if name.starts_with("Describe") => Self::Looks,
            Some((_, name)) if name.ends_with("Targets") || name.contains("TargetGroup") => Self::TargetGroup,
            _ => Self::Balancer,
        }
    }
}

/// The account and the id of a group are not known here.
fn resources(kind: Kind, named: &[GroupRef]) -> Vec<String> {
    let all = "arn:aws:elasticloadbalancing:*:*";
    if named.is_empty() {
        let all_of_kind = if kind == Kind::TargetGroup { "targetgroup/*/*" } else { "loadbalancer/*" };
        return vec![format!("{all}:{all_of_kind}")];
    }
    let resource = |group: &GroupRef| match (kind, group) {
        (Kind::Balancer, GroupRef::Elb(name)) => Some(format!("{all}:loadbalancer/{name}")),
        (Kind::TargetGroup, GroupRef::Alb(arn)) if arn.starts_with("arn:") => Some(arn.clone()),
        (Kind::TargetGroup, GroupRef::Alb(name)) => Some(format!("{all}:targetgroup/{name}/*")),
        _ => None,
    };
    named.iter().filter_map(resource).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        balancer_change_permissions, balancer_permissions, drain_permissions, target_group_change_permissions,
    };

    fn resource_of(action: &str, named: &[&str]) -> Vec<String> {
        let named: Vec<_> = named.iter().map(|group| group.parse().unwrap()).collect();
        let grants = balancer_grants(drain_permissions(), &named);
        let of_action = grants.iter().filter(|grant| grant.actions.contains(&action));
        of_action.map(|grant| grant.resource.clone()).collect()
    }

    #[test]
    fn what_changes_is_limited_to_the_resources_of_its_kind() {
        let (classic, group) =
            ("elasticloadbalancing:DeregisterInstancesFromLoadBalancer", "elasticloadbalancing:RegisterTargets");
        assert_eq!(resource_of(classic, &[]), ["arn:aws:elasticloadbalancing:*:*:loadbalancer/*"]);
        assert_eq!(resource_of(group, &[]), ["arn:aws:elasticloadbalancing:*:*:targetgroup/*/*"]);
        let arn = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/b/2";
        let named = ["elb:web", "alb:a", &format!("alb:{arn}")];
        assert_eq!(resource_of(classic, &named), ["arn:aws:elasticloadbalancing:*:*:loadbalancer/web"]);
        assert_eq!(resource_of(group, &named), ["arn:aws:elasticloadbalancing:*:*:targetgroup/a/*", arn]);
        assert_eq!(resource_of(group, &["elb:web"]), [""; 0]);
        assert_eq!(resource_of("elasticloadbalancing:DescribeTargetHealth", &named), ["*"]);
    }

    #[test]
    fn every_action_is_told_for_what_it_is() {
        assert!(balancer_permissions().iter().all(|action| Kind::of(action) == Kind::Looks));
        assert!(balancer_change_permissions().iter().all(|action| Kind::of(action) == Kind::Balancer));
        assert!(target_group_change_permissions().iter().all(|action| Kind::of(action) == Kind::TargetGroup));
    }
}
