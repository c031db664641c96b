//! `bellwether exec`: runs a command on the nodes of the fleet.
//!
//! - `action`: what is run, from the options. `plan`: whom it is for, and how the call is made.
//! - `stream`, `folded`, `events`: the three ways of showing it. `progress`: how far it is. `summary`, `tally`: what it came
//!   to. [`tips`]: what a command line that cannot be read may have meant.

pub(crate) mod action;
mod events;
mod folded;
mod plan;
pub(crate) mod present;
mod progress;
mod stream;
pub(crate) mod summary;
mod tally;
pub(crate) mod tips;

use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::fleet::caller::call::Call;
use bellwether_core::fleet::caller::share::Share;
use bellwether_core::fleet::request::{Action, DEFAULT_TTL, LONGEST_TTL, Target};
use clap::Args;

use crate::args::{AwsArgs, FleetArgs};
use crate::exit_status;
use crate::failure::Failure;
use crate::fleet::audience::AudienceArgs;
use crate::fleet::caller::Caller;
use crate::fleet::caller::drive::{Ended, Question};
use crate::fleet::caller::interrupt::{Interrupts, interrupts};
use crate::fleet::caller::show::Show;
use crate::fleet::calls::{Calls, RememberedCall};
use crate::wiring::context::Context;

use action::ActionArgs;
use plan::Plan;
use present::{Presenter, Style};

/// How long after the others a node may begin that has come to match a moment ago.
const NEWCOMERS: Duration = Duration::from_millis(300);

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
    #[arg(long, value_name = "N", help_heading = "Which nodes", value_parser = limit)]
    limit: Option<u32>,

    #[command(flatten)]
    action: ActionArgs,

    /// So many nodes at a time, or such a part of them: 5, 20%
    #[arg(long, value_name = "N|P%", value_parser = batch, help_heading = "How the nodes are asked")]
    batch: Option<Share>,

    /// How long to wait between two batches
    #[arg(long, value_name = "DUR", default_value = "0s", value_parser = duration::parse, requires = "batch", help_heading = "How the nodes are asked")]
    pause: Duration,

    /// Ask no further batch when more nodes than this failed, refused, timed out or were lost: 0, 5%
    #[arg(long, value_name = "N|P%", requires = "batch", help_heading = "How the nodes are asked")]
    max_failures: Option<Share>,

    /// How long a node has for its first answer
    #[arg(long, value_name = "DUR", default_value = "10s", value_parser = duration::parse_positive, help_heading = "How the nodes are asked")]
    wait: Duration,

    /// How long after now the command may still be begun: 60s, or 1h with --durable and --async
    #[arg(long, value_name = "DUR", value_parser = ttl, help_heading = "How the nodes are asked")]
    ttl: Option<Duration>,

    /// Keep the request for nodes that are away, and the replies for 'bellwether results'
    #[arg(long, help_heading = "How the nodes are asked")]
    durable: bool,

    /// Print the call's id and wait for nothing; 'bellwether results ID' has the answers
    #[arg(long = "async", conflicts_with_all = ["batch", "fold"], help_heading = "How the nodes are asked")]
    detached: bool,

    /// Show equal outputs once, with the nodes that wrote them
    #[arg(long, conflicts_with = "json", help_heading = "What is shown")]
    fold: bool,

    /// Print one JSON object per line for everything that happens
    #[arg(long, help_heading = "What is shown")]
    json: bool,

    /// Show who would be asked, and ask nobody
    #[arg(long, help_heading = "What is shown")]
    dry_run: bool,

    #[command(flatten)]
    fleet: FleetArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

/// How long a request is kept that waits for nodes to return, unless the caller says otherwise.
const DURABLE_TTL: Duration = Duration::from_secs(3_600);

impl ExecArgs {
    /// Whether the request is kept for nodes that are away.
    fn is_durable(&self) -> bool {
        self.durable || self.detached
    }

    fn ttl(&self) -> Duration {
        self.ttl.unwrap_or(if self.is_durable() { DURABLE_TTL } else { DEFAULT_TTL })
    }
}

/// Reads the size of a batch.
fn batch(text: &str) -> Result<Share, String> {
    match text.parse::<Share>() {
        Ok(share) if share.is_nothing() => {
            Err("a batch has at least one node: write 5 or 20%, or leave --batch out to ask all at once".to_owned())
        }
        share => share.map_err(|error| error.to_string()),
    }
}

/// Reads how many nodes are asked at most.
fn limit(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(number @ 1..) => Ok(number),
        _ => Err("write a number of nodes, 1 at least; --dry-run asks nobody".to_owned()),
    }
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
    let context = Context { console: context.console.with_events(args.json), ..context };
    let action = args.action.action(&context.environment)?;
    let mut caller = context.caller(&args.fleet, &args.aws).await?;
    let mut interrupt = interrupts()?;
    let result = exec(&args, action, &mut caller, &context, &mut interrupt).await;
    caller.close_unless(&mut interrupt).await;
    result
}

async fn exec(
    args: &ExecArgs,
    action: Action,
    caller: &mut Caller,
    context: &Context,
    interrupt: &mut Interrupts,
) -> Result<u8, Failure> {
    let plan = tokio::select! {
        plan = Plan::new(args, caller) => plan?,
        () = interrupt.recv() => return Ok(exit_status::UNANSWERED),
    };
    let console = context.console;
    if args.dry_run {
        plan.preview(args.json, &caller.environment, console)?;
        plan.tell(&caller.environment, console);
        return Ok(exit_status::OK);
    }
    let style = Style::of(args.fold, args.json);
    let mut presenter = Presenter::new(style, console, plan.call_nodes());
    let id = Caller::new_id()?;
    presenter.expected(id, &caller.environment, &plan.audience);
    plan.tell(&caller.environment, console);
    plan.audience.tell_wait(args.wait, console);
    let question = Question { action, ttl: args.ttl(), durable: args.is_durable(), everyone: plan.everyone.clone() };
    let memory = match question.durable {
        true => Some((
            Calls::in_state_dir(context)?,
            RememberedCall::new(id, &caller.environment, args.action.summary(), plan.call_nodes()),
        )),
        false => None,
    };
    let longest = args.action.timeout();
    let mut call = Call::new(plan.terms.clone(), plan.call_nodes().to_vec()).with_longest_work(longest);
    if matches!(&plan.everyone, Some(Target::Filter(filter)) if filter.depends_on_facts()) {
        call = call.with_newcomers(NEWCOMERS);
    }
    let mut drive = caller.begin(id, &mut call, &question, &mut presenter).await?;
    if let Some((calls, remembered)) = memory {
        drive = drive.remembering(calls, remembered);
    }
    if args.detached {
        tokio::select! {
            sent = drive.send_only() => sent?,
            () = interrupt.recv() => {
                console.notice("interrupted; some nodes may have the request, and others not");
                return Ok(exit_status::UNANSWERED);
            }
        }
        presenter.left_alone(id, plan.call_nodes())?;
        return Ok(if call.ended() == 0 { exit_status::OK } else { exit_status::UNANSWERED });
    }
    let ended = drive.run(interrupt).await;
    let interrupted = matches!(ended, Ok(Ended::Interrupted));
    presenter.finish(&call, interrupted)?;
    if !presenter.warnings().has_doubted() {
        caller.tell_unheard(&plan.audience.expected.present, &call, console);
    }
    if question.durable {
        console.notice(&format!("what is missing may come later: 'bellwether results {id}'"));
    }
    ended?;
    Ok(if interrupted || plan.is_blind() { exit_status::UNANSWERED } else { summary::status(&call) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        exec: ExecArgs,
    }

    fn ttl_of(options: &[&str]) -> u64 {
        let line = [&["exec", "--all"], options, &["--", "true"]].concat();
        Line::try_parse_from(line).unwrap().exec.ttl().as_secs()
    }

    #[test]
    fn a_request_that_is_kept_lives_longer() {
        assert_eq!([ttl_of(&[]), ttl_of(&["--durable"]), ttl_of(&["--async"])], [60, 3_600, 3_600]);
        assert_eq!([ttl_of(&["--ttl", "5s"]), ttl_of(&["--async", "--ttl", "5s"])], [5, 5]);
    }
}
