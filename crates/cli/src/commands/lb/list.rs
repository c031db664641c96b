//! `bellwether lb list`: which load balancers there are.

use bellwether_core::balancer::{Listener, LoadBalancer, NamePattern, Protocol};
use clap::Args;
use serde_json::json;

use super::naming::select;
use crate::args::ReadArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::{Text, table};
use crate::wiring::context::Context;

/// List load balancers
///
/// A name that is not there is an error; a pattern that fits none makes an empty list.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb list\n  bellwether lb list 'web-*' api\n  bellwether lb list --json --region us-east-1"
)]
pub(crate) struct ListArgs {
    /// Names, or patterns with * and ? [default: all load balancers of the region]
    #[arg(value_name = "NAME-OR-GLOB")]
    names: Vec<NamePattern>,

    #[command(flatten)]
    read: ReadArgs,
}

pub(super) async fn run(args: ListArgs, context: Context) -> Result<u8, Failure> {
    let balancers = context.aws(&args.read.aws).balancers(None);
    let found = select(&balancers, &args.names, context.console).await?;
    let text = match args.read.json {
        true => format!("{:#}\n", json!(found)),
        false if found.is_empty() && args.names.is_empty() => {
            format!("there are no classic load balancers in {}\n", balancers.region().await?)
        }
        false if found.is_empty() => String::new(),
        false => table(HEADING, found.iter().map(row), context.console.colour()),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

const HEADING: [&str; 6] = ["NAME", "SCHEME", "LISTENERS", "ZONES", "INSTANCES", "DNS NAME"];

fn row(balancer: &LoadBalancer) -> [Text; 6] {
    let listeners: Vec<_> = balancer.listeners.iter().map(|described| ports(&described.listener)).collect();
    [
        balancer.name.as_str().into(),
        balancer.scheme.clone().unwrap_or_default().into(),
        listeners.join(" ").into(),
        balancer.zones.join(" ").into(),
        balancer.instances.len().to_string().into(),
        balancer.dns_name.as_str().into(),
    ]
}

/// A listener without its certificate, which is longer than the rest of a line, and without a protocol towards the
/// instances that goes without saying.
pub(super) fn ports(listener: &Listener) -> String {
    let said = |back: &Protocol| *back != listener.protocol || back.is_secure();
    let instance_protocol = listener.instance_protocol.filter(said);
    Listener { certificate: None, instance_protocol, ..listener.clone() }.to_string()
}
