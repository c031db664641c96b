//! The drop-in for `ec2-cagent` of EC2 Collective, on the legacy protocol. What differs from it is listed in
//! `docs/ec2-cagent.md`.
//!
//! - `args`, `config`, `policy`: what is asked for. `start`: in the foreground, or away from the terminal.
//! - `agent`: the agent. `job`, `command`: what a program beside it is told, and does.
//! - `log`, `audit`, `pid_file`, `mailbox`: what both use.

mod agent;
mod args;
mod audit;
mod command;
mod config;
mod job;
mod log;
mod mailbox;
mod pid_file;
mod policy;
mod start;

use std::ffi::OsString;
use std::io::Write;
use std::time::Duration;

use bellwether_core::environment::Environment;

use args::Parsed;

/// The name by which the program is called.
pub(super) const NAME: &str = "ec2-cagent";
/// The first argument of a program that the agent starts to run one command. Nobody else uses it.
const RUN: &str = "--run-one-command";
/// The first argument of an agent that is on its way to the background. Nobody else uses it.
const IN_BACKGROUND: &str = "--in-background";
/// For how long it is tried to send an answer: as long as the queue would keep it. Masters have given up long before.
const PATIENCE: Duration = Duration::from_secs(60);

/// The exit statuses of ec2-cagent.
mod status {
    /// Stopped by a signal; gone to the background; help.
    pub(super) const OK: u8 = 0;
    /// The command line or the configuration is wrong, or the agent cannot begin.
    pub(super) const FAILED: u8 = 1;
}

/// Runs `ec2-cagent` with these arguments; the answer is the exit status.
pub(super) async fn run(arguments: &[OsString], environment: Environment) -> u8 {
    let (in_background, arguments) = match arguments {
        [first, ..] if first == RUN => return command::run(&environment).await,
        [first, rest @ ..] if first == IN_BACKGROUND => (true, rest),
        all => (false, all),
    };
    match args::parse(arguments) {
        Parsed::Help => print(&mut std::io::stdout(), args::USAGE, status::OK),
        Parsed::Wrong(why) => failed(&format!("{why}\n\n{}", args::USAGE)),
        Parsed::Run(options) if in_background => start::in_background(&options, &environment).await,
        Parsed::Run(options) => start::start(options, &environment).await,
    }
}

fn failed(why: &str) -> u8 {
    print(&mut std::io::stderr(), &format!("{NAME}: {}\n", why.trim_end()), status::FAILED)
}

fn print(to: &mut dyn Write, text: &str, status: u8) -> u8 {
    // Where it cannot be printed the status still tells.
    let _ = to.write_all(text.as_bytes());
    status
}
