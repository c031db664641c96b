//! `bellwether tg show`: all there is to know about a target group.

use bellwether_aws::{GroupHealthCheck, TargetGroup, TargetGroupAttributes, TargetHealth};
use clap::Args;
use serde_json::json;

use super::health;
use super::list::balancer_name;
use super::naming::exact;
use crate::args::ReadArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::fields::{fields, indented};
use crate::render::table::printable;
use crate::wiring::context::Context;

/// Show a target group with its health check, its attributes and the health of its targets
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether tg show web\n  bellwether tg show arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef --json"
)]
pub(crate) struct ShowArgs {
    /// The target group
    #[arg(value_name = "NAME-OR-ARN", value_parser = exact)]
    group: String,

    #[command(flatten)]
    read: ReadArgs,
}

pub(super) async fn run(args: ShowArgs, context: Context) -> Result<u8, Failure> {
    let groups = context.aws(&args.read.aws).target_groups(None);
    let group = groups.get(&args.group).await?;
    let (attributes, targets) = tokio::try_join!(groups.attributes(&group.arn), groups.health(&group.arn))?;
    let text = match args.read.json {
        true => {
            let mut value = json!(group);
            value["attributes"] = json!(attributes);
            value["targets"] = health::as_json(&targets);
            format!("{value:#}\n")
        }
        false => in_words(&group, &attributes, &targets, context.console.colour()),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

fn in_words(group: &TargetGroup, attributes: &TargetGroupAttributes, targets: &[TargetHealth], colour: bool) -> String {
    let balancers: Vec<_> = group.load_balancers.iter().map(|arn| balancer_name(arn)).collect();
    let port = group.port.map(|port| port.to_string()).unwrap_or_default();
    let facts = fields(&[
        ("ARN", group.arn.to_string()),
        ("Type", group.target_type.to_string()),
        (
            "Protocol",
            [group.protocol.as_deref(), group.protocol_version.as_deref()].map(Option::unwrap_or_default).join(" "),
        ),
        ("Port", port),
        ("VPC", group.vpc.clone().unwrap_or_default()),
        ("Health check", group.health_check.as_ref().map_or_else(|| "none".to_owned(), check)),
        ("Load balancers", balancers.join(" ")),
    ]);
    let attributes: Vec<_> = attributes.iter().map(|(key, value)| (key, value.to_owned())).collect();
    let parts = [facts, fields(&attributes), health::as_table(targets, colour)];
    let parts = parts.iter().filter(|part| !part.is_empty()).map(|part| indented(part));
    format!("{}\n{}", printable(&group.name), parts.collect::<Vec<_>>().join("\n"))
}

fn check(check: &GroupHealthCheck) -> String {
    let GroupHealthCheck { protocol, port, path, interval, timeout, healthy_threshold, unhealthy_threshold, matcher } =
        check;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let expects = matcher.as_ref().map(|matcher| format!(" expecting {matcher}")).unwrap_or_default();
    format!(
        "{}:{}{}{expects}, every {interval} s with a timeout of {timeout} s; healthy after {healthy_threshold}, \
         unhealthy after {unhealthy_threshold}",
        text(protocol),
        text(port),
        text(path),
    )
}
