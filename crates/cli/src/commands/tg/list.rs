//! `bellwether tg list`: which target groups there are.

use bellwether_aws::TargetGroup;
use clap::Args;
use serde_json::json;

use super::naming::select;
use crate::args::ReadArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::{Text, table};
use crate::wiring::context::Context;

/// List target groups
///
/// A name that is not there is an error; a pattern that fits none makes an empty list.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bellwether tg list\n  bellwether tg list 'web-*' api --json")]
pub(crate) struct ListArgs {
    /// Names, or patterns with * and ? [default: all target groups of the region]
    #[arg(value_name = "NAME-OR-GLOB")]
    names: Vec<String>,

    #[command(flatten)]
    read: ReadArgs,
}

pub(super) async fn run(args: ListArgs, context: Context) -> Result<u8, Failure> {
    let groups = context.aws(&args.read.aws).target_groups(None);
    let found = select(&groups, &args.names, context.console).await?;
    let text = match args.read.json {
        true => format!("{:#}\n", json!(found)),
        false if found.is_empty() => "there are no such target groups\n".to_owned(),
        false => table(HEADING, found.iter().map(row), context.console.colour()),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

const HEADING: [&str; 6] = ["NAME", "TYPE", "PROTOCOL", "PORT", "VPC", "LOAD BALANCERS"];

fn row(group: &TargetGroup) -> [Text; 6] {
    let balancers: Vec<_> = group.load_balancers.iter().map(|arn| balancer_name(arn)).collect();
    [
        group.name.as_str().into(),
        group.target_type.as_str().into(),
        group.protocol.clone().unwrap_or_default().into(),
        group.port.map(|port| port.to_string()).unwrap_or_default().into(),
        group.vpc.clone().unwrap_or_default().into(),
        balancers.join(" ").into(),
    ]
}

/// The name in the ARN of a load balancer: `.../app/NAME/ID`.
pub(super) fn balancer_name(arn: &str) -> &str {
    arn.split('/').nth(2).unwrap_or(arn)
}
