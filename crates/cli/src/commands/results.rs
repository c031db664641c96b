//! `bellwether results`: what became of a durable call.

use std::time::Duration;

use bellwether_core::fleet::caller::call::{Call, Terms};
use bellwether_core::fleet::caller::order::Missing;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_host::clock;
use clap::Args;
use serde_json::json;

use crate::args::{AwsArgs, FleetArgs};
use crate::commands::exec::present::{Presenter, Style};
use crate::commands::exec::summary;
use crate::exit_status;
use crate::failure::Failure;
use crate::fleet::caller::Caller;
use crate::fleet::caller::interrupt::{Interrupts, interrupts};
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
    let remembered = remembered.into_iter().find(|call| call.id == id);
    if let Some(call) = &remembered {
        is_of(call, &context.fleet(&args.fleet)?.environment)?;
    }
    let context = Context { console: context.console.with_events(args.json), ..context };
    let mut caller = context.caller(&args.fleet, &args.aws).await?;
    let mut interrupt = interrupts()?;
    let result = show(&args, id, remembered, &mut caller, &context, &mut interrupt).await;
    caller.close_unless(&mut interrupt).await;
    result
}

/// Nothing is kept of a call in another environment than its own.
fn is_of(call: &RememberedCall, environment: &EnvironmentName) -> Result<(), Failure> {
    match &call.environment {
        Some(of) if of != environment => {
            Err(Failure::usage(format!("call {} was made in the environment '{of}', not in '{environment}'", call.id))
                .remedy(format!("add --environment {of}")))
        }
        _ => Ok(()),
    }
}

async fn show(
    args: &ResultsArgs,
    id: RequestId,
    remembered: Option<RememberedCall>,
    caller: &mut Caller,
    context: &Context,
    interrupt: &mut Interrupts,
) -> Result<u8, Failure> {
    let asked = remembered.as_ref().map(|call| call.asked().to_vec()).unwrap_or_default();
    let nodes = remembered.map(|call| call.nodes).unwrap_or_default();
    let (replies, interrupted) = tokio::select! {
        replies = caller.results(id, &asked) => (replies?, false),
        () = interrupt.recv() => (Default::default(), true),
    };
    if nodes.is_empty() && replies.replies.is_empty() && !interrupted {
        return Err(Failure::unavailable(format!("nothing is known of call {id}")).remedy(
            "only calls made with --durable or --async are kept, for seven days; 'bellwether results' lists yours",
        ));
    }
    let mut presenter = Presenter::new(Style::of(args.fold, args.json), context.console, &nodes);
    let mut call = Call::new(all_at_once(), nodes);
    let now = clock::mono();
    call.sent_to(&asked, now);
    for doubt in &replies.doubts {
        presenter.warnings().doubt("a reply", doubt);
    }
    for (node, missing, reply) in &replies.replies {
        if *missing != Missing::Nothing {
            presenter.missing(node, *missing);
        }
        call.heard(node, &reply.event, now);
        presenter.reply(reply);
    }
    presenter.finish(&call, interrupted)?;
    Ok(if interrupted { exit_status::UNANSWERED } else { summary::status(&call) })
}

/// What has not come by now is not waited for.
fn all_at_once() -> Terms {
    let long = Duration::from_secs(1);
    Terms { batch: None, pause: Duration::ZERO, max_failures: None, first_answer: long, patience: long }
}

fn list(calls: &[RememberedCall], as_json: bool, colour: bool) -> String {
    if as_json {
        let calls: Vec<_> = calls
            .iter()
            .map(|call| {
                json!({
                    "id": call.id, "at": call.at.to_string(), "command": call.command, "environment": call.environment,
                    "nodes": call.nodes, "asked": call.asked(),
                })
            })
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
