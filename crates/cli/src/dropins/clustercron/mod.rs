//! The drop-in for clustercron 1.0.1. What differs from it is listed in `docs/clustercron.md`.

mod args;
mod cache;
mod choice;
mod command;
mod config;
mod log;

use std::ffi::OsString;
use std::io::Write;
use std::sync::Arc;

use bellwether_aws::{Aws, AwsSettings};
use bellwether_core::environment::Environment;

use crate::render::level::Level;
use args::{Options, Parsed};
use log::Log;

/// The exit statuses of clustercron, as its users know them.
mod status {
    /// Chosen and nothing to run; or help and version.
    pub(super) const OK: u8 = 0;
    /// Not chosen, or not known.
    pub(super) const NOT_CHOSEN: u8 = 1;
    /// The command could not be started.
    pub(super) const NOT_STARTED: u8 = 2;
    /// The command line is wrong.
    pub(super) const USAGE: u8 = 3;
}

/// Runs `clustercron` with these arguments; the answer is the exit status.
pub(super) async fn run(arguments: &[OsString], environment: Environment) -> u8 {
    match args::parse(arguments) {
        Parsed::Help => print(&mut std::io::stdout(), args::USAGE, status::OK),
        Parsed::Version => print(&mut std::io::stdout(), &version(), status::OK),
        Parsed::Wrong(why) => {
            print(&mut std::io::stderr(), &format!("clustercron: {why}\n\n{}", args::USAGE), status::USAGE)
        }
        Parsed::Run(options) => choose_and_run(&options, environment).await,
    }
}

fn version() -> String {
    format!("1.0.1 (bellwether {})\n", env!("CARGO_PKG_VERSION"))
}

fn print(to: &mut dyn Write, text: &str, status: u8) -> u8 {
    // Where it cannot be printed the status still tells.
    let _ = to.write_all(text.as_bytes());
    status
}

async fn choose_and_run(options: &Options, environment: Environment) -> u8 {
    let log = Arc::new(Log::open(options.flags.verbose, options.flags.syslog));
    log.take_warnings();
    let aws = Aws::new(AwsSettings { environment: environment.clone(), ..AwsSettings::default() });
    match is_chosen(options, &environment, &aws, &log).await {
        Ok(true) if options.command.is_empty() => status::OK,
        Ok(true) => command::run(&options.command, options.flags.output, &log).await,
        Ok(false) => status::NOT_CHOSEN,
        Err(error) => {
            log.write(Level::Error, error.logger, &format!("{}; {}", error.message, error.remedy));
            status::NOT_CHOSEN
        }
    }
}

async fn is_chosen(options: &Options, environment: &Environment, aws: &Aws, log: &Log) -> Result<bool, choice::Error> {
    if !options.flags.cache {
        return choice::ask(options, aws, log).await;
    }
    let config = config::load(environment)?;
    choice::ask_cache_first(options, aws, &config, log).await
}
