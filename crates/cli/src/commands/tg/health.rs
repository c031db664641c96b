//! `bellwether tg health`: how the targets of a group are.

use bellwether_aws::TargetHealth;
use bellwether_core::drain::Standing;
use clap::Args;
use serde_json::{Value, json};

use super::naming::exact;
use crate::args::ReadArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::{Text, Tone, table};
use crate::wiring::context::Context;

/// Show how the targets of a group are, and what their reason codes mean
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bellwether tg health web\n  bellwether tg health web --json")]
pub(crate) struct HealthArgs {
    /// The target group
    #[arg(value_name = "NAME-OR-ARN", value_parser = exact)]
    group: String,

    #[command(flatten)]
    read: ReadArgs,
}

pub(super) async fn run(args: HealthArgs, context: Context) -> Result<u8, Failure> {
    let groups = context.aws(&args.read.aws).target_groups(None);
    let targets = match args.group.parse() {
        Ok(arn) => groups.health(&arn).await?,
        Err(_) => groups.health(&groups.get(&args.group).await?.arn).await?,
    };
    let text = match args.read.json {
        true => format!("{:#}\n", as_json(&targets)),
        false if targets.is_empty() => "the group has no targets\n".to_owned(),
        false => as_table(&targets, context.console.colour()),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

/// The targets, one object each.
pub(super) fn as_json(targets: &[TargetHealth]) -> Value {
    let one = |health: &TargetHealth| {
        let seen = &health.observation;
        json!({
            "target": health.target,
            "zone": health.zone,
            "check_port": health.check_port,
            "state": seen.state,
            "reason": seen.reason,
            "description": seen.description,
            "standing": seen.standing,
            "anomaly": health.anomaly,
            "explanation": health.explanation(),
        })
    };
    Value::Array(targets.iter().map(one).collect())
}

/// The targets, one a line; nothing where there are none.
pub(super) fn as_table(targets: &[TargetHealth], colour: bool) -> String {
    if targets.is_empty() {
        return String::new();
    }
    let row = |health: &TargetHealth| -> [Text; 4] {
        let seen = &health.observation;
        [
            health.target.to_string().into(),
            Text::toned(seen.state.as_str(), tone(seen.standing)),
            seen.reason.as_str().into(),
            health.explanation().into(),
        ]
    };
    table(["TARGET", "STATE", "REASON", "MEANING"], targets.iter().map(row), colour)
}

fn tone(standing: Standing) -> Tone {
    match standing {
        Standing::InService | Standing::Unchecked => Tone::Good,
        Standing::Unhealthy | Standing::Idle => Tone::Bad,
        _ => Tone::Doubtful,
    }
}
