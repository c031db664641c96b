//! One entry of a node in a load balancer.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::arn::TargetGroupArn;
use super::target::Target;
use crate::names::NodeId;

/// Where a node gets requests from: one registration, of either kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    /// An instance in a classic load balancer (API 2012-06-01).
    Classic {
        /// The name of the load balancer.
        balancer: String,
        /// The instance.
        instance: NodeId,
    },
    /// A target in a target group (API 2015-12-01).
    TargetGroup {
        /// The group.
        group: TargetGroupArn,
        /// The target, with the port it is registered with.
        target: Target,
    },
}

impl Place {
    /// Whether it is in a classic load balancer.
    pub fn is_classic(&self) -> bool {
        matches!(self, Self::Classic { .. })
    }
}

impl fmt::Display for Place {
    /// Such as `i-1 in elb:web` or `i-1:8080 in alb:web`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Classic { balancer, instance } => write!(f, "{instance} in elb:{balancer}"),
            Self::TargetGroup { group, target } => write!(f, "{target} in alb:{}", group.name()),
        }
    }
}
