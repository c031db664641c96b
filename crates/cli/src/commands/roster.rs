//! `bellwether roster`: who is in a group.

use bellwether_core::roster::{Choice, GroupRef, Health, Identity, Roster};
use clap::Args;
use serde_json::json;

use crate::args::{AwsArgs, NodeArgs};
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::{Text, Tone, table};
use crate::wiring::context::Context;
use crate::wiring::roster::survey;

/// Show who is in a group, who of them is healthy, and which is this node
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether roster elb:web\n  bellwether roster alb:arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef\n  bellwether roster tag:Role=worker --json"
)]
pub(crate) struct RosterArgs {
    /// The group: local, nodes:a,b,c, file:PATH, elb:NAME, alb:NAME-OR-ARN, asg:NAME or tag:KEY=VALUE
    #[arg(value_name = "G")]
    group: Option<GroupRef>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    node: NodeArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) async fn run(args: RosterArgs, context: Context) -> Result<u8, Failure> {
    let group = context.required_group(args.group.as_ref(), "G, for example elb:NAME,")?;
    let survey = survey(&context, &group, &args.node, &args.aws).await;
    let roster = survey.roster?;
    // The list is of use also where this node does not know who it is.
    let identity = match survey.identity {
        Ok(identity) => Some(identity),
        Err(error) => {
            context.console.warning(&error.message);
            None
        }
    };
    let text = if args.json {
        as_json(&group, &roster, identity.as_ref())
    } else {
        as_table(&roster, identity.as_ref(), context.console.colour())
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

fn as_json(group: &GroupRef, roster: &Roster, me: Option<&Identity>) -> String {
    let members: Vec<_> = roster
        .members()
        .map(|(node, health)| {
            let (state, reason) = match health {
                Health::Healthy => ("healthy", ""),
                Health::Unhealthy { state, reason } => (state.as_str(), reason.as_str()),
            };
            let healthy = *health == Health::Healthy;
            json!({"node": node, "healthy": healthy, "state": state, "reason": reason, "this_node": me.is_some_and(|me| me.is(node))})
        })
        .collect();
    let document = json!({
        "group": group.to_string(),
        "node": me.map(|me| me.id.as_str()),
        "leads": me.map(|me| roster.choose(me) == Choice::Chosen),
        "members": members,
    });
    format!("{document:#}\n")
}

fn as_table(roster: &Roster, me: Option<&Identity>, colour: bool) -> String {
    if roster.is_empty() {
        return "the group has no members\n".to_owned();
    }
    let first = roster.healthy().next();
    let rows = roster.members().map(|(node, health)| {
        let (state, reason) = match health {
            Health::Healthy => (Text::toned("healthy", Tone::Good), ""),
            Health::Unhealthy { state, reason } => (Text::toned(state, Tone::Bad), reason.as_str()),
        };
        let mut role = Vec::new();
        role.extend((first == Some(node)).then_some("first"));
        role.extend(me.is_some_and(|me| me.is(node)).then_some("this node"));
        [node.as_str().into(), state, role.join(", ").into(), reason.into()]
    });
    table(["NODE", "HEALTH", "ROLE", "REASON"], rows, colour)
}
