//! `bellwether results`: what became of a durable call.

use std::time::Duration;

use bellwether_core::fleet::caller::believe::Doubt;
use bellwether_core::fleet::caller::call::{Call, Terms};
use bellwether_core::fleet::caller::order::Missing;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::names::NodeId;
use bellwether_host::clock;
use clap::Args;
use serde_json::json;

use crate::args::{AwsArgs, FleetArgs};
use crate::commands::exec::present::{Presenter, Style};
use crate::commands::exec::summary;
use crate::exit_status;
use crate::failure::Failure;
use crate::fleet::caller::Caller;
use crate::fleet::caller::show::Show;
use crate::fleet::calls::{Calls, RememberedCall};
use crate::render::table::{Text, table};
use crate::wiring::context::Context;

/// Show the answers to an earlier call that was made with --durable or --async
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether results\n  bellwether results 019c7d4e-5f00-7a3b-8c4d-0123456789ab\n  bellwether results 019c7d4e-5f00-7a3b-8c4d-0123456789ab --fold\n\nStatus: as 'bellwether exec'; 2 while some have not answered."
)]
pub(crate) struct ResultsArgs {
    /// The call's id, as --async printed it; without it, the calls that are remembered are listed
    #[arg(value_name = "ID")]
    call: Option<RequestId>,

    /// Show equal outputs once, with the nodes that wrote them
    #[arg(long, conflicts_with = "json")]
    fold: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    fleet: FleetArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) async fn run(args: ResultsArgs, context: Context) -> Result<u8, Failure> {
    let remembered = Calls::in_state_dir(&context)?.all()?;
    let Some(id) = args.call else {
        context.console.result(&list(&remembered, args.json, context.console.colour()))?;
        return Ok(exit_status::OK);
    };
    let mut caller = context.caller(&args.fleet, &args.aws).await?;
    let nodes = remembered.into_iter().find(|call| call.id == id).map(|call| call.nodes).unwrap_or_default();
    let result = show(&args, id, nodes, &mut caller, &context).await;
    let closed = caller.close().await;
    let status = result?;
    closed?;
    Ok(status)
}

async fn show(
    args: &ResultsArgs,
    id: RequestId,
    nodes: Vec<NodeId>,
    caller: &mut Caller,
    context: &Context,
) -> Result<u8, Failure> {
    let replies = caller.results(id).await?;
    if nodes.is_empty() && replies.replies.is_empty() {
        return Err(Failure::unavailable(format!("nothing is known of call {id}")).remedy(
            "only calls made with --durable or --async are kept, for seven days; 'bellwether results' lists yours",
        ));
    }
    let mut presenter = Presenter::new(Style::of(args.fold, args.json), context.console, &nodes);
    // Of a call that is not remembered here, nobody knows whom it asked.
    let strangers_are_left_out = !nodes.is_empty();
    let mut call = Call::new(all_at_once(), nodes);
    let now = clock::mono();
    call.sent(now);
    for doubt in &replies.doubts {
        presenter.warnings().doubt("a reply", doubt);
    }
    for (node, missing, reply) in &replies.replies {
        if strangers_are_left_out && !call.has_asked(node) {
            presenter.warnings().doubt("a reply", &Doubt::NotAsked(node.clone()));
            continue;
        }
        if *missing != Missing::Nothing {
            presenter.missing(node, *missing);
        }
        call.heard(node, &reply.event, now);
        presenter.reply(reply);
    }
    presenter.finish(&call, false)?;
    Ok(summary::status(&call))
}

/// Every node was asked; what has not come by now is not waited for.
fn all_at_once() -> Terms {
    let long = Duration::from_secs(1);
    Terms { batch: None, pause: Duration::ZERO, max_failures: None, first_answer: long, patience: long }
}

fn list(calls: &[RememberedCall], as_json: bool, colour: bool) -> String {
    if as_json {
        let calls: Vec<_> = calls
            .iter()
            .map(|call| json!({"id": call.id, "at": call.at.to_string(), "command": call.command, "nodes": call.nodes}))
            .collect();
        return format!("{:#}\n", json!({"calls": calls}));
    }
    if calls.is_empty() {
        return "no durable calls are remembered here\n".to_owned();
    }
    let rows = calls.iter().rev().map(|call| {
        let at = call.at.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        [call.id.to_string(), at, call.nodes.len().to_string(), call.command.clone()].map(Text::from)
    });
    table(["ID", "AT", "NODES", "COMMAND"], rows, colour)
}
