//! `bellwether leader`: is this node the first healthy one?

use bellwether_core::roster::{Choice, GroupRef};
use clap::Args;

use crate::args::{AwsArgs, NodeArgs};
use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;
use crate::wiring::roster::survey;

/// Tell whether this node is the first healthy one of a group
///
/// Exits 0 when it is, 1 when it is not. Best effort: two nodes that see different health can both be told yes, or
/// none; where that matters use `bellwether once` with a shared store.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether leader --group elb:web && /usr/local/bin/report\n  bellwether leader --group asg:workers --verbose"
)]
pub(crate) struct LeaderArgs {
    /// The group: local, nodes:a,b,c, file:PATH, elb:NAME, alb:NAME-OR-ARN, asg:NAME or tag:KEY=VALUE
    #[arg(long, value_name = "G")]
    group: Option<GroupRef>,

    #[command(flatten)]
    node: NodeArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) async fn run(args: LeaderArgs, context: Context) -> Result<u8, Failure> {
    let group = context.required_group(args.group.as_ref(), "--group G, for example --group elb:NAME,")?;
    let survey = survey(&context, &group, &args.node, &args.aws).await;
    let (identity, roster) = (survey.identity?, survey.roster?);
    let (status, answer) = match roster.choose(&identity) {
        Choice::Chosen => (exit_status::OK, "this node is the first healthy one".to_owned()),
        Choice::Other(leader) => (exit_status::NO, format!("{leader} is the first healthy one")),
        Choice::Nobody => (exit_status::NO, "no member is healthy".to_owned()),
    };
    context.console.detail(&format!("group {group}, node {}: {answer}", identity.id));
    Ok(status)
}
