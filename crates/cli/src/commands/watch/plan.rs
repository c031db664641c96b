//! What arguments and configuration mean to the loop. Arguments win.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use bellwether_core::notice::NodeState;
use bellwether_core::watch::{Policy, Reaction, SourceRef};
use bellwether_host::paths;
use jiff::SignedDuration;

use super::WatchArgs;
use crate::failure::Failure;
use crate::render::console::Verbosity;
use crate::render::level::Level;
use crate::settings::watch::WatchSettings;
use crate::watch::log::{LogPlan, LogTarget};
use crate::watch::{BlockRule, HooksPlan, Mode, WatchPlan};
use crate::wiring::context::Context;

const POLL: Duration = Duration::from_secs(5);
const LEAD: Duration = Duration::from_mins(5);
/// When CloneSquad's own watcher looks up again where the API is.
const STALE_AFTER: Duration = Duration::from_mins(5);
const HOOKS: &str = "/etc/bellwether/hooks.d";
const HOOK_TIMEOUT: Duration = Duration::from_mins(5);

/// The plan.
///
/// # Errors
/// When a reaction lacks what it needs, or there is no place to keep anything.
pub(super) fn of(args: &WatchArgs, context: &Context) -> Result<WatchPlan, Failure> {
    let settings = &context.settings.watch;
    let lead = args.lead.or(settings.lead).unwrap_or(LEAD);
    let plan = WatchPlan {
        sources: sources(args, settings),
        poll: args.poll.or(settings.poll).unwrap_or(POLL),
        stale_after: STALE_AFTER,
        aws: context.aws_for_changes(&args.aws),
        node: context.given_node(&args.node),
        policy: Policy {
            reactions: reactions(args, settings),
            lead: SignedDuration::try_from(lead).map_err(|error| Failure::usage(format!("--lead: {error}")))?,
        },
        ports: args.ports.clone().or_else(|| settings.ports.clone()),
        block: args.block.or(settings.block).unwrap_or_default(),
        hooks: HooksPlan {
            dir: args.hooks.clone().or_else(|| settings.hooks.clone()).unwrap_or_else(|| PathBuf::from(HOOKS)),
            timeout: args.hook_timeout.or(settings.hook_timeout).unwrap_or(HOOK_TIMEOUT),
        },
        webhook: settings.webhook.clone().map(|url| (url, settings.webhook_body.clone().unwrap_or_default())),
        memory: memory(context)?,
        log: LogPlan {
            target: args.log.clone().or_else(|| settings.log.clone()).unwrap_or(LogTarget::Stderr),
            least: least(context.console.verbosity),
        },
        health_listen: args.health_listen.or(settings.health_listen),
        mode: mode(args),
    };
    check(&plan)?;
    Ok(plan)
}

fn sources(args: &WatchArgs, settings: &WatchSettings) -> Vec<SourceRef> {
    match (&args.sources[..], &settings.sources) {
        ([], Some(sources)) => sources.clone(),
        ([], None) => vec![SourceRef::Imds],
        (sources, _) => sources.to_vec(),
    }
}

/// Scripts may be there for any state; other reactions are only done when they are asked for.
fn reactions(args: &WatchArgs, settings: &WatchSettings) -> BTreeMap<NodeState, Vec<Reaction>> {
    let mut reactions: BTreeMap<_, _> =
        NodeState::ALL.into_iter().map(|state| (state, vec![Reaction::Hooks])).collect();
    reactions.extend(settings.reactions.clone());
    reactions.extend(args.on.iter().map(|on| (on.state, on.chain.0.clone())));
    reactions
}

fn memory(context: &Context) -> Result<PathBuf, Failure> {
    let directory = paths::state_dir(&context.environment, paths::is_root());
    directory.map(|directory| directory.join("watch.json")).ok_or_else(|| {
        Failure::usage("there is no place to keep what has been done: neither XDG_STATE_HOME nor HOME is set")
            .remedy("set XDG_STATE_HOME to a directory that lasts")
    })
}

fn least(verbosity: Verbosity) -> Level {
    match verbosity {
        Verbosity::Quiet => Level::Error,
        Verbosity::Normal => Level::Info,
        Verbosity::Verbose => Level::Debug,
    }
}

fn mode(args: &WatchArgs) -> Mode {
    match (args.dry_run, args.once) {
        (true, _) => Mode::DryRun,
        (_, true) => Mode::Once,
        _ => Mode::Daemon,
    }
}

fn check(plan: &WatchPlan) -> Result<(), Failure> {
    let uses = |reaction| plan.policy.uses(|used| *used == reaction);
    let blocks = uses(Reaction::BlockPorts) || plan.block == BlockRule::CloneSquad;
    if blocks && plan.ports.is_none() {
        return Err(Failure::usage("ports are to be blocked, but none are named")
            .remedy("add --ports 80,443 or set 'ports' in the section [watch] of /etc/bellwether.toml"));
    }
    if plan.block == BlockRule::CloneSquad && !plan.sources.contains(&SourceRef::CloneSquad) {
        return Err(Failure::usage("CloneSquad is to decide about the ports, but is no source")
            .remedy("add --source clonesquad"));
    }
    if uses(Reaction::Webhook) && plan.webhook.is_none() {
        return Err(Failure::usage("there is a reaction 'webhook', but no webhook")
            .remedy("set 'webhook' in the section [watch] of /etc/bellwether.toml, or BELLWETHER_WATCH_WEBHOOK"));
    }
    Ok(())
}
