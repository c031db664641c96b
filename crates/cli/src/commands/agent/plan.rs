//! What arguments and configuration mean to the agent. Arguments win.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_host::facts::{FactSources, FacterCommand};
use bellwether_host::paths;

use super::AgentArgs;
use crate::agent::AgentPlan;
use crate::agent::plan::{FactsPlan, Grace, Limits, RuleFiles};
use crate::failure::Failure;
use crate::render::console::Verbosity;
use crate::render::level::Level;
use crate::settings::agent::AgentSettings;
use crate::watch::log::{LogPlan, LogTarget};
use crate::wiring::context::Context;
use crate::wiring::transport::{FleetPlace, TransportRef};

const CALLERS: &str = "/etc/bellwether/callers.toml";
const POLICY: &str = "/etc/bellwether/policy.toml";
const FACTS: &str = "/etc/bellwether/facts.d";
const ACCOUNT_DAYS: usize = 30;
const REFRESH: Duration = Duration::from_mins(5);
const ANNOUNCE: Duration = Duration::from_mins(5);
const COMMANDS: usize = 8;
const OUTPUT: u32 = 1 << 20;
const LONGEST: Duration = Duration::from_hours(24);
const GRACE: Grace = Grace::For(Duration::from_secs(30));

/// The plan.
///
/// # Errors
/// When no fleet is named, or there is no place to keep anything.
pub(super) fn of(args: &AgentArgs, context: &Context) -> Result<AgentPlan, Failure> {
    let settings = &context.settings.agent;
    let state = state(context)?;
    let path = |flag: &Option<PathBuf>, setting: &Option<PathBuf>, default: &str| {
        flag.clone().or_else(|| setting.clone()).unwrap_or_else(|| PathBuf::from(default))
    };
    Ok(AgentPlan {
        place: place(args, context)?,
        aws: args.aws.clone(),
        node: context.given_node(&args.node),
        rules: RuleFiles {
            callers: path(&args.callers, &settings.callers, CALLERS),
            policy: path(&args.policy, &settings.policy, POLICY),
        },
        account: settings.audit.clone().unwrap_or_else(|| state.join("audit.log")),
        account_days: settings.audit_days.unwrap_or(ACCOUNT_DAYS),
        state,
        facts: facts(settings)?,
        limits: Limits {
            commands: settings.commands.unwrap_or(COMMANDS),
            output: settings.output_limit.unwrap_or(OUTPUT),
            longest: settings.longest.unwrap_or(LONGEST),
            grace: settings.grace.unwrap_or(GRACE),
        },
        log: LogPlan {
            target: args.log.clone().or_else(|| settings.log.clone()).unwrap_or(LogTarget::Stderr),
            least: least(context.console.verbosity),
        },
        health_listen: args.health_listen.or(settings.health_listen),
    })
}

/// What the policy says can be asked without a fleet.
fn place(args: &AgentArgs, context: &Context) -> Result<FleetPlace, Failure> {
    let named = context.fleet(&args.fleet);
    if args.check_policy.is_none() {
        return named;
    }
    let unnamed = || {
        let environment = args.fleet.environment.clone().or_else(|| context.settings.fleet.environment.clone());
        let environment = environment.map_or_else(|| "none".parse(), Ok);
        environment.map(|environment| FleetPlace { environment, transport: TransportRef::Sqs })
    };
    named.or_else(|_| unnamed().map_err(|error| Failure::usage(error.to_string())))
}

fn facts(settings: &AgentSettings) -> Result<FactsPlan, Failure> {
    let facter = settings.facter.as_deref().map(facter).transpose()?;
    let directory = settings.facts_directory.clone().unwrap_or_else(|| PathBuf::from(FACTS));
    Ok(FactsPlan {
        sources: FactSources {
            facter,
            directory: Some(directory),
            files: settings.facts_files.clone().unwrap_or_default(),
            ..FactSources::default()
        },
        refresh: settings.facts_refresh.unwrap_or(REFRESH),
        announce: settings.announce.unwrap_or(ANNOUNCE),
    })
}

fn facter(text: &str) -> Result<FacterCommand, Failure> {
    let wrong = || Failure::usage(format!("'agent.facter': '{text}' is no program with its arguments"));
    let words = shlex::split(text).ok_or_else(wrong)?;
    let mut words = words.into_iter().map(OsString::from);
    let program = words.next().ok_or_else(wrong)?;
    Ok(FacterCommand::Program { program, args: words.collect() })
}

fn state(context: &Context) -> Result<PathBuf, Failure> {
    let directory = paths::state_dir(&context.environment, paths::is_root());
    directory.as_deref().map(|directory: &Path| directory.join("agent")).ok_or_else(|| {
        Failure::usage("there is no place for the agent's key and journal: neither XDG_STATE_HOME nor HOME is set")
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
