//! A group's members and this node among them.

use bellwether_aws::Aws;
use bellwether_core::names::NodeId;
use bellwether_core::roster::{GroupRef, Health, Identity, Roster, RosterError, RosterSource};

use super::context::Context;
use super::identity::{self, IdentityError};
use super::lists::{NodeFile, NodeList};
use crate::args::{AwsArgs, NodeArgs};

/// What is known of a group; each part may have failed by itself.
pub(crate) struct Survey {
    pub(crate) identity: Result<Identity, IdentityError>,
    pub(crate) roster: Result<Roster, RosterError>,
}

/// Finds out who this node is and who is in the group. Both questions are asked at once.
pub(crate) async fn survey(context: &Context, group: &GroupRef, node: &NodeArgs, aws: &AwsArgs) -> Survey {
    let given = context.given_node(node);
    match group {
        GroupRef::Local => survey_local(given),
        GroupRef::Nodes(nodes) => survey_list(context, &NodeList(nodes.clone()), given, aws).await,
        GroupRef::File(path) => survey_list(context, &NodeFile(path.into()), given, aws).await,
        GroupRef::Elb(_) | GroupRef::Alb(_) | GroupRef::Asg(_) | GroupRef::Tag { .. } => {
            survey_aws(&context.aws(aws), group, given).await
        }
    }
}

fn survey_local(given: Option<NodeId>) -> Survey {
    let identity = identity::of_host(given);
    let mut roster = Roster::new();
    if let Ok(identity) = &identity {
        roster.add(identity.id.clone(), Health::Healthy);
    }
    Survey { identity, roster: Ok(roster) }
}

/// A list may hold host names or instance ids. Host names cost nothing to know, so the metadata service is only
/// asked when none of them is in the list.
async fn survey_list(context: &Context, list: &dyn RosterSource, given: Option<NodeId>, aws: &AwsArgs) -> Survey {
    let roster = list.roster().await;
    let by_name = identity::of_host(given.clone());
    let named = match (&by_name, &roster) {
        (Ok(identity), Ok(roster)) => roster.member_of(identity).is_some(),
        _ => true,
    };
    if given.is_some() || named {
        return Survey { identity: by_name, roster };
    }
    Survey { identity: identity::of_instance(&context.aws(aws), None).await, roster }
}

async fn survey_aws(aws: &Aws, group: &GroupRef, given: Option<NodeId>) -> Survey {
    let roster = async {
        match aws.roster(group) {
            Some(source) => source.roster().await,
            None => Ok(Roster::new()),
        }
    };
    let (identity, roster) = tokio::join!(identity::of_instance(aws, given), roster);
    Survey { identity, roster }
}
