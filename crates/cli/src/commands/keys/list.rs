//! `bellwether keys list`.

use std::collections::BTreeMap;

use bellwether_core::fleet::caller::pins::Pins;
use bellwether_core::fleet::keys::PublicKey;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::trust::Trust;
use bellwether_core::names::NodeId;
use clap::Args;
use serde_json::{Value, json};

use super::FileArgs;
use crate::failure::Failure;
use crate::render::table::{Text, table};
use crate::wiring::context::Context;

/// List the callers that the agent of this host believes, and the nodes this user knows, of every environment
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether keys list --json")]
pub(super) struct ListArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    file: FileArgs,
}

/// The known nodes, by their environment.
type Known = BTreeMap<EnvironmentName, Pins>;

pub(super) fn list(args: &ListArgs, context: &Context) -> Result<String, Failure> {
    let file = args.file.open(context);
    let trust = file.read()?;
    let known = context.known_nodes()?.read_all()?;
    if args.json {
        return Ok(format!("{:#}\n", as_json(&trust, &known)));
    }
    let rows = rows(&trust, &known);
    if rows.is_empty() {
        return Ok(format!("no caller is believed ({}), and no node is known\n", file.path().display()));
    }
    Ok(table(["KIND", "NAME", "ENVIRONMENT", "KEY", "UNTIL"], rows, context.console.colour()))
}

fn as_json(trust: &Trust, known: &Known) -> Value {
    let callers: Vec<_> = trust
        .iter()
        .map(|(key, trusted)| {
            json!({"name": trusted.name, "key": key, "until": trusted.until.map(|until| until.to_string())})
        })
        .collect();
    let node = |(environment, node, key)| json!({"environment": environment, "node": node, "key": key});
    let nodes: Vec<_> = nodes(known).map(node).collect();
    json!({"callers": callers, "nodes": nodes})
}

/// The table's rows. A caller is believed whatever the agent's environment is.
fn rows(trust: &Trust, known: &Known) -> Vec<[Text; 5]> {
    let callers = trust.iter().map(|(key, trusted)| {
        let until = trusted.until.map(|until| until.to_string()).unwrap_or_default();
        ["caller".to_owned(), trusted.name.to_string(), String::new(), key.to_string(), until]
    });
    let nodes = nodes(known).map(|(environment, node, key)| {
        ["node".to_owned(), node.to_string(), environment.to_string(), key.to_string(), String::new()]
    });
    callers.chain(nodes).map(|row| row.map(Text::from)).collect()
}

fn nodes(known: &Known) -> impl Iterator<Item = (&EnvironmentName, &NodeId, &PublicKey)> {
    known.iter().flat_map(|(environment, pins)| pins.iter().map(move |(node, key)| (environment, node, key)))
}
