//! `bellwether iam`: the least an IAM role must allow.

use bellwether_aws::{permissions, policy};
use bellwether_core::roster::GroupRef;
use clap::{Args, ValueEnum};

use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;

/// Print the minimal IAM policy a command needs
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether iam once --group elb:web\n  bellwether iam clustercron\n  aws iam put-role-policy --role-name web --policy-name bellwether --policy-document \"$(bellwether iam once --group asg:web)\""
)]
pub(crate) struct IamArgs {
    /// What the policy is for
    #[arg(value_enum)]
    command: Purpose,

    /// The group that will be used [default: any kind of group]
    #[arg(long, value_name = "G")]
    group: Option<GroupRef>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Purpose {
    /// bellwether once, leader and roster
    Once,
    /// The drop-in clustercron
    Clustercron,
}

pub(crate) fn run(args: &IamArgs, context: Context) -> Result<u8, Failure> {
    let any = |kinds: &[&str]| kinds.iter().filter_map(|kind| kind.parse().ok()).collect::<Vec<GroupRef>>();
    let groups = match (&args.group, args.command) {
        (Some(group), _) => vec![group.clone()],
        (None, Purpose::Once) => any(&["elb:x", "alb:x", "asg:x", "tag:x=y"]),
        (None, Purpose::Clustercron) => any(&["elb:x", "alb:x"]),
    };
    let mut actions: Vec<&str> = groups.iter().flat_map(|group| permissions(group)).copied().collect();
    actions.sort_unstable();
    actions.dedup();
    if actions.is_empty() {
        context.console.notice("nothing needs to be allowed: the group is not looked up in AWS");
        return Ok(exit_status::OK);
    }
    context.console.result(&format!("{:#}\n", policy(&actions)))?;
    Ok(exit_status::OK)
}
