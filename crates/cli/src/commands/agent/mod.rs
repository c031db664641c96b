//! `bellwether agent`: does what callers of the fleet ask of this node. `plan`: what arguments and configuration mean.
//! `clean`: what terminated nodes left behind.

mod clean;
mod plan;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::fleet::trust::CallerName;
use bellwether_host::paths;
use clap::Args;

use crate::agent::{self, Reload, check};
use crate::args::{AwsArgs, FleetArgs, NodeArgs};
use crate::commands::exec::action;
use crate::failure::Failure;
use crate::settings;
use crate::watch::log::LogTarget;
use crate::wiring::context::Context;

/// Serve this node to callers of the fleet: answer pings, tell facts, run what the policy allows
///
/// Believes only requests that bear the signature of a caller in the callers file, and runs only what the policy allows.
/// TERM lets running commands end first; HUP reads callers, policy, facts and limits again.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  bellwether agent --environment production --transport nats://nats.example.com:4222\n  bellwether agent --environment production --transport sqs:\n  bellwether agent --check-policy ops -- systemctl restart nginx\n  bellwether agent --environment production --transport sqs: --clean --dry-run"
)]
pub(crate) struct AgentArgs {
    #[command(flatten)]
    fleet: FleetArgs,

    #[command(flatten)]
    node: NodeArgs,

    /// The file of the callers that are trusted [default: /etc/bellwether/callers.toml]
    #[arg(long, value_name = "FILE")]
    callers: Option<PathBuf>,

    /// The file of what each of them may do [default: /etc/bellwether/policy.toml]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// Where it is told what goes on: stderr, syslog or the path of a file [default: stderr]
    #[arg(long, value_name = "LOG")]
    log: Option<LogTarget>,

    /// Answer questions for health (/) and metrics (/metrics) here, such as 127.0.0.1:9798
    #[arg(long, value_name = "ADDR")]
    health_listen: Option<SocketAddr>,

    /// Say whether this caller may run COMMAND on this node, and end: status 0 or 1
    #[arg(long, value_name = "CALLER")]
    check_policy: Option<CallerName>,

    /// With --check-policy: this line, run with /bin/sh
    #[arg(long, value_name = "LINE", requires = "check_policy", conflicts_with_all = ["command", "script"])]
    shell: Option<String>,

    /// With --check-policy: this file, sent and run here
    #[arg(long, value_name = "FILE", requires = "check_policy")]
    script: Option<PathBuf>,

    /// With --check-policy: as which user it runs
    #[arg(long, visible_alias = "as", value_name = "NAME", requires = "check_policy")]
    user: Option<String>,

    /// Remove what nodes that are gone, and callers that died, have left, and end
    #[arg(long, conflicts_with = "check_policy")]
    clean: bool,

    /// With --clean: show what would be removed, and remove nothing
    #[arg(long, requires = "clean")]
    dry_run: bool,

    /// With --clean: how long a node must have been silent to be gone [default: 1d]
    #[arg(long, value_name = "DUR", value_parser = duration::parse, requires = "clean")]
    silent_for: Option<Duration>,

    #[command(flatten)]
    aws: AwsArgs,

    /// With --check-policy: the program and its arguments; with --script, the script's arguments
    #[arg(last = true, value_name = "COMMAND", requires = "check_policy")]
    command: Vec<String>,
}

pub(crate) async fn run(args: AgentArgs, context: Context) -> Result<u8, Failure> {
    if args.clean {
        return clean::run(&args, &context).await;
    }
    let plan = plan::of(&args, &context)?;
    if let Some(caller) = &args.check_policy {
        let command = action::command(args.shell.as_deref(), args.script.as_deref(), &args.command)?;
        return check::run(&plan, &context, caller, (command, args.user.clone())).await;
    }
    let again = context.clone();
    let reload: Reload = Box::new(move || {
        let settings = settings::load(&paths::config_files(&again.environment), &again.environment)?;
        plan::of(&args, &Context { settings, ..again.clone() })
    });
    agent::run(plan, &context, reload).await
}
