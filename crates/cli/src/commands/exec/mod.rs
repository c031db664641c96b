//! `bellwether exec`: runs a command on the nodes of the fleet.
//!
//! - `action`: what is run, from the options. `plan`: whom it is for, and how the call is made.
//! - `stream`, `folded`, `events`: the three ways of showing it. `progress`: how far it is. `summary`: what it came to.

mod action;
mod events;
mod folded;
mod plan;
pub(crate) mod present;
mod progress;
mod stream;
pub(crate) mod summary;

use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::fleet::caller::call::Call;
use bellwether_core::fleet::caller::share::Share;
use bellwether_core::fleet::request::{Action, LONGEST_TTL};
use clap::Args;
use tokio::signal::unix::Signal;

use crate::args::{AwsArgs, FleetArgs};
use crate::exit_status;
use crate::failure::Failure;
use crate::fleet::audience::AudienceArgs;
use crate::fleet::caller::Caller;
use crate::fleet::caller::drive::{Ended, Question};
use crate::fleet::caller::interrupt::interrupts;
use crate::fleet::calls::Calls;
use crate::wiring::context::Context;

use action::ActionArgs;
use plan::Plan;
use present::{Presenter, Style};

/// Run a command on the nodes of the fleet, and show what they answer
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether exec role=web -- uptime\n  bellwether exec 'role=web and cpus>=4' --batch 20% --max-failures 2 -- systemctl restart app\n  bellwether exec --all --fold --shell 'df -h / | tail -1'\n  bellwether exec --nodes i-0123456789abcdef0 --script ./repair.sh -- --force\n\nStatus: 0 all succeeded, 1 some failed, 2 some did not answer, 64 wrong usage, 69 the transport is unavailable."
)]
pub(crate) struct ExecArgs {
    #[command(flatten)]
    audience: AudienceArgs,

    /// Every node of the environment
    #[arg(long, conflicts_with_all = ["filter", "nodes"], help_heading = "Which nodes")]
    all: bool,

    /// At most so many of the nodes
    #[arg(long, value_name = "N", help_heading = "Which nodes", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,

    #[command(flatten)]
    action: ActionArgs,

    /// So many nodes at a time, or such a part of them: 5, 20%
    #[arg(long, value_name = "N|P%", help_heading = "How the nodes are asked")]
    batch: Option<Share>,

    /// How long to wait between two batches
    #[arg(long, value_name = "DUR", default_value = "0s", value_parser = duration::parse, requires = "batch", help_heading = "How the nodes are asked")]
    pause: Duration,

    /// Ask no further batch when more nodes than this failed, refused, timed out or were lost: 0, 5%
    #[arg(long, value_name = "N|P%", requires = "batch", help_heading = "How the nodes are asked")]
    max_failures: Option<Share>,

    /// How long a node has for its first answer
    #[arg(long, value_name = "DUR", default_value = "10s", value_parser = duration::parse, help_heading = "How the nodes are asked")]
    wait: Duration,

    /// How long after now the command may still be begun
    #[arg(long, value_name = "DUR", default_value = "60s", value_parser = ttl, help_heading = "How the nodes are asked")]
    ttl: Duration,

    /// Keep the request for nodes that are away, and the replies for 'bellwether results'
    #[arg(long, help_heading = "How the nodes are asked")]
    durable: bool,

    /// Print the call's id and wait for nothing; 'bellwether results ID' has the answers
    #[arg(long = "async", conflicts_with_all = ["batch", "fold"], help_heading = "How the nodes are asked")]
    detached: bool,

    /// Show equal outputs once, with the nodes that wrote them
    #[arg(long, conflicts_with = "json")]
    fold: bool,

    /// Print one JSON object per line for everything that happens
    #[arg(long)]
    json: bool,

    /// Show who would be asked, and ask nobody
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    fleet: FleetArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

/// Reads a time to live. A longer one would be cut short by the agents, in silence.
fn ttl(text: &str) -> Result<Duration, String> {
    let ttl = duration::parse(text).map_err(|error| error.to_string())?;
    let fits = !ttl.is_zero() && ttl <= LONGEST_TTL;
    if fits { Ok(ttl) } else { Err("it must be more than nothing and at most 7d".to_owned()) }
}

pub(crate) async fn run(args: ExecArgs, context: Context) -> Result<u8, Failure> {
    if !args.all && args.audience.is_everyone() {
        return Err(Failure::usage("no node is named")
            .remedy("give a FILTER such as role=web, --nodes ID,ID, or --all for every node of the environment"));
    }
    let action = args.action.action()?;
    let mut caller = context.caller(&args.fleet, &args.aws).await?;
    let mut interrupt = interrupts()?;
    let result = exec(&args, action, &mut caller, &context, &mut interrupt).await;
    let closed = caller.close_unless(&mut interrupt).await;
    let status = result?;
    closed?;
    Ok(status)
}

async fn exec(
    args: &ExecArgs,
    action: Action,
    caller: &mut Caller,
    context: &Context,
    interrupt: &mut Signal,
) -> Result<u8, Failure> {
    let plan = tokio::select! {
        plan = Plan::new(args, caller, context.console) => plan?,
        _ = interrupt.recv() => return Ok(exit_status::UNANSWERED),
    };
    if args.dry_run {
        context.console.result(&plan.preview())?;
        return Ok(exit_status::OK);
    }
    let style = Style::of(args.fold, args.json);
    let mut presenter = Presenter::new(style, context.console, plan.call_nodes());
    presenter.expected(&plan.expected);
    let id = Caller::new_id()?;
    let question =
        Question { action, ttl: args.ttl, durable: args.durable || args.detached, everyone: plan.everyone.clone() };
    if question.durable {
        Calls::in_state_dir(context)?.add(id, &args.action.summary(), plan.call_nodes())?;
    }
    let longest = args.action.timeout();
    let mut call = Call::new(plan.terms.clone(), plan.call_nodes().to_vec()).with_longest_work(longest);
    let mut drive = caller.begin(id, &mut call, &question, &mut presenter).await?;
    if args.detached {
        tokio::select! {
            sent = drive.send_only() => sent?,
            _ = interrupt.recv() => {
                context.console.notice("interrupted; some nodes may have the request, and others not");
                return Ok(exit_status::UNANSWERED);
            }
        }
        context.console.result(&format!("{id}\n"))?;
        return Ok(exit_status::OK);
    }
    let ended = drive.run(interrupt).await;
    let interrupted = matches!(ended, Ok(Ended::Interrupted));
    presenter.finish(&call, interrupted)?;
    if question.durable {
        context.console.notice(&format!("what is missing may come later: 'bellwether results {id}'"));
    }
    ended?;
    Ok(if interrupted { exit_status::UNANSWERED } else { summary::status(&call) })
}
