//! What a load balancer is created with (`CreateLoadBalancer`).

use std::fmt;
use std::str::FromStr;

use super::ids::{SecurityGroupId, SubnetId, ZoneName};
use super::invalid::Invalid;
use super::listener::{Listener, check_listeners};
use super::tag::{Tag, check_tags};

/// Who can reach a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Everybody: its name leads to public addresses. The default.
    InternetFacing,
    /// Who is in the VPC: its name leads to private addresses.
    Internal,
}

impl Scheme {
    /// The name as AWS writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InternetFacing => "internet-facing",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Scheme {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = [Self::InternetFacing, Self::Internal].into_iter().find(|scheme| scheme.name() == text);
        found.ok_or_else(|| Invalid::text(text, "scheme", "give internet-facing or internal"))
    }
}

/// What a new load balancer is made of. It needs listeners, and either zones or subnets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewBalancer {
    /// What it listens on.
    pub listeners: Vec<Listener>,
    /// The zones it is in: their default subnets.
    pub zones: Vec<ZoneName>,
    /// The subnets it is in, one of each zone, instead of `zones`.
    pub subnets: Vec<SubnetId>,
    /// Its security groups; AWS takes the default one of the VPC where there is none.
    pub security_groups: Vec<SecurityGroupId>,
    /// Who can reach it; everybody where there is nothing.
    pub scheme: Option<Scheme>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl NewBalancer {
    /// Checks it against the API reference.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), Invalid> {
        check_listeners(&self.listeners)?;
        check_tags(&self.tags)?;
        let remedy = "give either zones or subnets, at least one";
        match (self.zones.is_empty(), self.subnets.is_empty()) {
            (true, true) => Err(Invalid::new("the load balancer is in no zone and no subnet", remedy)),
            (false, false) => Err(Invalid::new("the load balancer has both zones and subnets", remedy)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> NewBalancer {
        NewBalancer {
            listeners: vec!["80:8080/http".parse().unwrap()],
            zones: vec!["us-east-1a".parse().unwrap()],
            ..NewBalancer::default()
        }
    }

    #[test]
    fn it_needs_listeners_and_a_place() {
        let subnets = vec!["subnet-1".parse().unwrap()];
        assert_eq!(good().check(), Ok(()));
        assert_eq!(NewBalancer { zones: vec![], subnets: subnets.clone(), ..good() }.check(), Ok(()));
        for bad in [
            NewBalancer { listeners: vec![], ..good() },
            NewBalancer { zones: vec![], ..good() },
            NewBalancer { subnets, ..good() },
            NewBalancer { tags: vec!["a=1".parse().unwrap(), "a=2".parse().unwrap()], ..good() },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn schemes_are_written_as_aws_writes_them() {
        for text in ["internet-facing", "internal"] {
            assert_eq!(text.parse::<Scheme>().unwrap().to_string(), text);
        }
        assert!("public".parse::<Scheme>().is_err());
    }
}
