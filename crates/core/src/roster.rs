//! Who is in a group, who of them is healthy, and which of them leads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::names::{NameError, NodeId};

/// A named set of nodes, as `--group` takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupRef {
    /// This host alone.
    Local,
    /// The nodes listed, all of them taken for healthy.
    Nodes(Vec<NodeId>),
    /// The nodes listed in a file, one a line.
    File(String),
    /// A classic load balancer, by name.
    Elb(String),
    /// A target group of any load balancer, by name or ARN.
    Alb(String),
    /// An Auto Scaling group, by name.
    Asg(String),
    /// The EC2 instances that carry a tag.
    Tag {
        /// The tag's key.
        key: String,
        /// The tag's value.
        value: String,
    },
}

/// Why a text names no group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// No known kind of group.
    #[error(
        "'{0}' is no group; use local, nodes:a,b,c, file:PATH, elb:NAME, alb:NAME-OR-ARN, asg:NAME or tag:KEY=VALUE"
    )]
    Kind(String),
    /// The kind is known, what follows it is not usable.
    #[error("'{0}' names nothing; {1}")]
    Incomplete(String, &'static str),
    /// A node in the list has no usable name.
    #[error("in '{0}': {1}")]
    Node(String, NameError),
}

impl GroupRef {
    /// Whether only this host can be a member.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Local)
    }

    /// Whether the members are found by asking AWS.
    pub fn is_aws(&self) -> bool {
        !matches!(self, Self::Local | Self::Nodes(_) | Self::File(_))
    }
}

impl FromStr for GroupRef {
    type Err = GroupError;

    fn from_str(text: &str) -> Result<Self, GroupError> {
        if text == "local" {
            return Ok(Self::Local);
        }
        let (kind, rest) = text.split_once(':').ok_or_else(|| GroupError::Kind(text.to_owned()))?;
        let named = |hint| match rest {
            "" => Err(GroupError::Incomplete(text.to_owned(), hint)),
            rest => Ok(rest.to_owned()),
        };
        match kind {
            "nodes" => node_list(text, rest).map(Self::Nodes),
            "file" => named("write file:PATH").map(Self::File),
            "elb" => named("write elb:NAME of a classic load balancer").map(Self::Elb),
            "alb" => named("write alb:NAME or alb:ARN of a target group").map(Self::Alb),
            "asg" => named("write asg:NAME of an Auto Scaling group").map(Self::Asg),
            "tag" => match rest.split_once('=') {
                Some((key, value)) if !key.is_empty() => Ok(Self::Tag { key: key.to_owned(), value: value.to_owned() }),
                _ => Err(GroupError::Incomplete(text.to_owned(), "write tag:KEY=VALUE")),
            },
            _ => Err(GroupError::Kind(text.to_owned())),
        }
    }
}

fn node_list(text: &str, list: &str) -> Result<Vec<NodeId>, GroupError> {
    let nodes: Result<Vec<_>, _> =
        list.split(',').map(str::trim).filter(|node| !node.is_empty()).map(NodeId::new).collect();
    match nodes {
        Ok(nodes) if nodes.is_empty() => Err(GroupError::Incomplete(text.to_owned(), "write nodes:a,b,c")),
        Ok(nodes) => Ok(nodes),
        Err(error) => Err(GroupError::Node(text.to_owned(), error)),
    }
}

impl fmt::Display for GroupRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("local"),
            Self::Nodes(nodes) => {
                let names: Vec<_> = nodes.iter().map(NodeId::as_str).collect();
                write!(f, "nodes:{}", names.join(","))
            }
            Self::File(path) => write!(f, "file:{path}"),
            Self::Elb(name) => write!(f, "elb:{name}"),
            Self::Alb(name) => write!(f, "alb:{name}"),
            Self::Asg(name) => write!(f, "asg:{name}"),
            Self::Tag { key, value } => write!(f, "tag:{key}={value}"),
        }
    }
}

/// Whether a member may take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It takes part.
    Healthy,
    /// It does not.
    Unhealthy {
        /// The source's own word for the state, such as `OutOfService` or `draining`.
        state: String,
        /// The source's explanation; may be empty.
        reason: String,
    },
}

/// The members of a group and their health at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    members: BTreeMap<NodeId, Health>,
}

impl Roster {
    /// A roster without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what a source said of one node. A node that appears more than once (a target on several ports) counts
    /// once, and is healthy when any of its appearances is.
    pub fn add(&mut self, node: NodeId, health: Health) {
        match self.members.get(&node) {
            Some(Health::Healthy) => {}
            Some(_) if health != Health::Healthy => {}
            _ => {
                self.members.insert(node, health);
            }
        }
    }

    /// The members and their health, in order of their ids.
    pub fn members(&self) -> impl Iterator<Item = (&NodeId, &Health)> {
        self.members.iter()
    }

    /// The healthy members in the order that decides: by id, compared as strings.
    pub fn healthy(&self) -> impl Iterator<Item = &NodeId> {
        self.members.iter().filter(|(_, health)| **health == Health::Healthy).map(|(node, _)| node)
    }

    /// Whether nobody is in the group.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The members this node is known as: by its id, or by another of its names. A node that has several addresses
    /// in a group is several members.
    fn own<'a>(&'a self, me: &'a Identity) -> impl Iterator<Item = (&'a NodeId, &'a Health)> {
        self.members.iter().filter(|(node, _)| me.is(node))
    }

    /// The member this node takes part as: the first healthy one that it is, else the first.
    pub fn member_of<'a>(&'a self, me: &'a Identity) -> Option<&'a NodeId> {
        let healthy = self.own(me).find(|(_, health)| **health == Health::Healthy);
        healthy.or_else(|| self.own(me).next()).map(|(node, _)| node)
    }

    /// Where this node stands.
    pub fn standing(&self, me: &Identity) -> Standing {
        if let Some(rank) = self.healthy().position(|node| me.is(node)) {
            return Standing::Healthy { rank };
        }
        match self.own(me).next() {
            Some((_, Health::Unhealthy { state, reason })) => {
                Standing::Unhealthy { state: state.clone(), reason: reason.clone() }
            }
            _ => Standing::Stranger,
        }
    }

    /// Which node runs a job when nothing but health decides: the first healthy one.
    pub fn choose(&self, me: &Identity) -> Choice {
        match self.healthy().next() {
            None => Choice::Nobody,
            Some(first) if me.is(first) => Choice::Chosen,
            Some(first) => Choice::Other(first.clone()),
        }
    }
}

/// Where a node stands in its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is healthy; the first healthy member has rank 0.
    Healthy {
        /// How many healthy members come before it.
        rank: usize,
    },
    /// It is a member, but not healthy.
    Unhealthy {
        /// The source's word for its state.
        state: String,
        /// The source's explanation.
        reason: String,
    },
    /// The group does not know it.
    Stranger,
}

/// Which node is first in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// This one.
    Chosen,
    /// Another one.
    Other(NodeId),
    /// No member is healthy.
    Nobody,
}

/// Who this node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The id it goes by: the instance id on EC2, else what `--node` or the host name says.
    pub id: NodeId,
    /// Its other names: host names and addresses a group may list it under.
    pub names: BTreeSet<String>,
    /// The region it runs in, where known.
    pub region: Option<String>,
    /// The availability zone it runs in, where known.
    pub zone: Option<String>,
}

impl Identity {
    /// An identity that has an id and nothing else.
    pub fn named(id: NodeId) -> Self {
        Self { id, names: BTreeSet::new(), region: None, zone: None }
    }

    /// Whether a member of a group is this node.
    pub fn is(&self, member: &NodeId) -> bool {
        self.id == *member || self.names.contains(member.as_str())
    }
}

/// The one spelling of an address by which nodes compare it; other texts stay as they are.
pub fn canonical_address(text: &str) -> String {
    text.parse::<IpAddr>().map_or_else(|_| text.to_owned(), |address| address.to_string())
}

/// Why a roster cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RosterError {
    /// What kind of failure it is.
    pub kind: RosterErrorKind,
    /// What failed, on what, and why.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// The kinds of failure of a roster source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RosterErrorKind {
    /// The group does not exist.
    NotFound,
    /// There are no credentials, or they do not allow the question.
    Denied,
    /// The source asks to slow down.
    Throttled,
    /// The source gave no answer, or not in time.
    Unavailable,
    /// The group holds something that is not a node, or the list does not parse.
    Invalid,
}

impl RosterErrorKind {
    /// Whether the group itself is at fault, so that asking again cannot help.
    pub fn is_mistake(self) -> bool {
        matches!(self, Self::NotFound | Self::Invalid)
    }
}

/// Where the members of a group and their health come from.
#[async_trait::async_trait]
pub trait RosterSource: Send + Sync {
    /// The whole group at this moment, every page of it.
    ///
    /// # Errors
    /// When the source cannot be asked or does not know the group; never a part of the group instead.
    async fn roster(&self) -> Result<Roster, RosterError>;
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
