//! The command line of `bellwether` itself. Each command's own arguments stand in its file under `commands`.

use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::names::NodeId;
use clap::{Args, Parser, Subcommand};

use crate::commands::{
    agent, completions, doctor, env, exec, facts, history, iam, keys, lb, leader, man, once, ping, results, roster,
    status, store, tg, watch,
};
use crate::wiring::transport::TransportRef;

/// Run a job once in a fleet, and manage the fleet it runs in.
#[derive(Debug, Parser)]
#[command(name = "bellwether", version, max_term_width = 100, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "Configuration: /etc/bellwether.toml, then ~/.config/bellwether.toml, then BELLWETHER_* variables, \
                        then flags.\nThe old program names work too: bellwether clustercron ..., or a link named clustercron."
)]
pub(crate) struct Cli {
    /// Say less: errors alone
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Say more: what is being done, and why
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Once(Box<once::OnceArgs>),
    Leader(leader::LeaderArgs),
    Roster(roster::RosterArgs),
    History(history::HistoryArgs),
    Status(status::StatusArgs),
    Store(store::StoreArgs),
    Watch(Box<watch::WatchArgs>),
    Agent(Box<agent::AgentArgs>),
    Exec(Box<exec::ExecArgs>),
    Ping(ping::PingArgs),
    Facts(facts::FactsArgs),
    Results(results::ResultsArgs),
    Keys(keys::KeysArgs),
    Env(env::EnvArgs),
    Doctor(doctor::DoctorArgs),
    Iam(iam::IamArgs),
    Lb(Box<lb::LbArgs>),
    Tg(Box<tg::TgArgs>),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Which node this is.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct NodeArgs {
    /// This node's id [default: its instance id on EC2, else its host name]
    #[arg(long, value_name = "ID")]
    pub(crate) node: Option<NodeId>,
}

/// How to reach AWS.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "AWS")]
pub(crate) struct AwsArgs {
    /// The region to ask [default: the AWS chain, then the instance's own]
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// The profile of ~/.aws/config to use
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Ask this endpoint instead of AWS
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
}

/// Which fleet is meant, and how it is reached.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Fleet")]
pub(crate) struct FleetArgs {
    /// The environment whose nodes are meant
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<EnvironmentName>,

    /// What carries the messages: nats://HOST:PORT, tls://HOST:PORT (several servers with commas), or sqs:
    #[arg(long, value_name = "URL")]
    pub(crate) transport: Option<TransportRef>,
}

/// What commands have in common that look at things in AWS.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ReadArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) aws: AwsArgs,
}

/// What commands have in common that change things in AWS.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ChangeArgs {
    /// Check everything, print the calls that would change something, and make none of them
    #[arg(long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) aws: AwsArgs,
}
