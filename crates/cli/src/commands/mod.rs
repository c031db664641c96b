//! The native commands, one file each.

pub(crate) mod agent;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod env;
pub(crate) mod exec;
pub(crate) mod facts;
pub(crate) mod history;
pub(crate) mod iam;
pub(crate) mod keys;
pub(crate) mod lb;
pub(crate) mod leader;
pub(crate) mod man;
pub(crate) mod once;
pub(crate) mod ping;
pub(crate) mod results;
pub(crate) mod roster;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod tg;
pub(crate) mod watch;

use crate::args::Command;
use crate::failure::Failure;
use crate::wiring::context::Context;

/// Runs a command; the answer is the exit status.
pub(crate) async fn run(command: Command, context: Context) -> Result<u8, Failure> {
    match command {
        Command::Once(args) => once::run(*args, context).await,
        Command::Leader(args) => leader::run(args, context).await,
        Command::Roster(args) => roster::run(args, context).await,
        Command::History(args) => history::run(args, context).await,
        Command::Status(args) => status::run(args, context).await,
        Command::Store(args) => store::run(args, context).await,
        Command::Watch(args) => watch::run(*args, context).await,
        Command::Agent(args) => agent::run(*args, context).await,
        Command::Exec(args) => exec::run(*args, context).await,
        Command::Facts(args) => facts::run(args, context).await,
        Command::Results(args) => results::run(args, context).await,
        Command::Keys(args) => keys::run(args, &context).await,
        Command::Ping(args) => ping::run(args, context).await,
        Command::Env(args) => env::run(args, context).await,
        Command::Doctor(args) => doctor::run(args, context).await,
        Command::Iam(args) => iam::run(&args, context),
        Command::Lb(args) => lb::run(*args, context).await,
        Command::Tg(args) => tg::run(*args, context).await,
        Command::Completions(args) => completions::run(&args, context),
        Command::Man(args) => man::run(&args, context),
    }
}
