//! `bellwether iam`: the least an IAM role must allow.

use bellwether_aws::{Grant, permissions, policy, store_permissions};
use bellwether_core::roster::GroupRef;
use clap::{Args, ValueEnum};

use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;
use crate::wiring::store::StoreRef;

/// Print the minimal IAM policy a command needs
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether iam once --group elb:web\n  bellwether iam once --group asg:web --store dynamodb:claims\n  bellwether iam clustercron\n  aws iam put-role-policy --role-name web --policy-name bellwether --policy-document \"$(bellwether iam once --group asg:web)\""
)]
pub(crate) struct IamArgs {
    /// What the policy is for
    #[arg(value_enum)]
    command: Purpose,

    /// The group that will be used [default: any kind of group]
    #[arg(long, value_name = "G")]
    group: Option<GroupRef>,

    /// The store that will be used; a DynamoDB table needs permissions of its own
    #[arg(long, value_name = "URL")]
    store: Option<StoreRef>,
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
    let mut grants = vec![Grant::anywhere(groups.iter().flat_map(|group| permissions(group)).copied())];
    if let Some(StoreRef::DynamoDb(table)) = &args.store {
        grants.push(Grant::on_table(store_permissions().iter().copied(), table, None, None));
    }
    if grants.iter().all(|grant| grant.actions.is_empty()) {
        context.console.notice("nothing needs to be allowed: AWS is not asked");
        return Ok(exit_status::OK);
    }
    context.console.result(&format!("{:#}\n", policy(&grants)))?;
    Ok(exit_status::OK)
}
