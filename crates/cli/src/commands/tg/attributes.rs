//! `bellwether tg attributes`: the attributes of a group.

use bellwether_aws::{ApiError, AttributeChange, TargetGroupAttributes};
use bellwether_core::drain::TargetGroupArn;
use clap::{Args, Subcommand};
use serde_json::json;

use super::naming::exact;
use crate::args::{ChangeArgs, ReadArgs};
use crate::exit_status;
use crate::failure::Failure;
use crate::render::call::{Call, as_json};
use crate::render::fields::fields;
use crate::wiring::context::Context;

/// Look at and change the attributes of target groups
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether tg attributes get web\n  bellwether tg attributes set web deregistration_delay.timeout_seconds=60 stickiness.enabled=true"
)]
pub(crate) struct AttributesArgs {
    #[command(subcommand)]
    command: AttributesCommand,
}

#[derive(Debug, Subcommand)]
enum AttributesCommand {
    Get(GetArgs),
    Set(SetArgs),
}

/// Show attributes by AWS's names, as 'set' takes them
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether tg attributes get web\n  bellwether tg attributes get web deregistration_delay.timeout_seconds --json"
)]
struct GetArgs {
    /// The target group
    #[arg(value_name = "NAME-OR-ARN", value_parser = exact)]
    group: String,

    /// Which ones [default: all of them]
    #[arg(value_name = "KEY")]
    keys: Vec<String>,

    #[command(flatten)]
    read: ReadArgs,
}

/// Change attributes; what is not given stays
///
/// The values of attributes that this release knows are checked; others are AWS's to judge.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether tg attributes set web deregistration_delay.timeout_seconds=60\n  bellwether tg attributes set web stickiness.enabled=true stickiness.type=lb_cookie --dry-run"
)]
struct SetArgs {
    /// The target group
    #[arg(value_name = "NAME-OR-ARN", value_parser = exact)]
    group: String,

    /// What to set, by AWS's names
    #[arg(value_name = "KEY=VALUE", required = true, value_parser = change)]
    changes: Vec<AttributeChange>,

    #[command(flatten)]
    change: ChangeArgs,
}

fn change(text: &str) -> Result<AttributeChange, String> {
    text.parse().map_err(|error: ApiError| Failure::from(error).in_one_line())
}

pub(super) async fn run(args: AttributesArgs, context: Context) -> Result<u8, Failure> {
    match args.command {
        AttributesCommand::Get(args) => get(args, context).await,
        AttributesCommand::Set(args) => set(args, context).await,
    }
}

async fn get(args: GetArgs, context: Context) -> Result<u8, Failure> {
    let groups = context.aws(&args.read.aws).target_groups(None);
    let arn = match args.group.parse::<TargetGroupArn>() {
        Ok(arn) => arn,
        Err(_) => groups.get(&args.group).await?.arn,
    };
    let all = groups.attributes(&arn).await?;
    if let Some(unknown) = args.keys.iter().find(|key| all.get(key).is_none()) {
        let known: Vec<_> = all.iter().map(|(key, _)| key).collect();
        return Err(Failure::unavailable(format!("alb:{} has no attribute '{unknown}'", arn.name()))
            .remedy(format!("it has: {}", known.join(", "))));
    }
    let wanted = all.iter().filter(|(key, _)| args.keys.is_empty() || args.keys.iter().any(|wanted| wanted == key));
    let shown: TargetGroupAttributes = wanted.collect();
    let text = match args.read.json {
        true => format!("{:#}\n", json!(shown)),
        false => in_words(&shown),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

async fn set(args: SetArgs, context: Context) -> Result<u8, Failure> {
    let groups = context.aws_for_changes(&args.change.aws).target_groups(None);
    let group = groups.get(&args.group).await?;
    let text = match args.change.dry_run {
        true => as_json(&[call(&group.arn, &args.changes)], group.arn.region()),
        false => {
            groups.set_attributes(&group.arn, &args.changes).await?;
            let set: Vec<_> = args.changes.iter().map(AttributeChange::to_string).collect();
            format!("{}: set {}\n", group.name, set.join(" "))
        }
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

fn in_words(attributes: &TargetGroupAttributes) -> String {
    let pairs: Vec<_> = attributes.iter().map(|(key, value)| (key, value.to_owned())).collect();
    fields(&pairs)
}

fn call(group: &TargetGroupArn, changes: &[AttributeChange]) -> Call {
    let attribute = |change: &AttributeChange| json!({"Key": change.key(), "Value": change.value()});
    let attributes: Vec<_> = changes.iter().map(attribute).collect();
    Call::elbv2("ModifyTargetGroupAttributes", json!({"TargetGroupArn": group, "Attributes": attributes}))
}
