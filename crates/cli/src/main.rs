//! The `bellwether` program: reads the command line, runs one command, prints one error, sets the exit status.

mod agent;
mod args;
mod commands;
mod drain;
mod dropins;
mod exit_status;
mod failure;
mod fleet;
mod job;
mod notices;
mod render;
mod settings;
mod watch;
mod wiring;

use std::ffi::OsString;
use std::process::ExitCode;

use bellwether_core::environment::Environment;
use bellwether_host::paths;
use clap::Parser;
use clap::error::ErrorKind;

use crate::args::Cli;
use crate::commands::exec::tips::tip;
use crate::failure::Failure;
use crate::render::console::{Console, Verbosity};
use crate::render::warnings;
use crate::wiring::context::Context;

fn main() -> ExitCode {
    let arguments = arguments();
    let environment = environment();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let failure = Failure::unavailable(format!("the program cannot start: {error}"));
            Console::new(Verbosity::Normal, true).failure(&failure);
            return ExitCode::from(failure.status);
        }
    };
    let status = runtime.block_on(async {
        match dropins::named(&arguments) {
            Some((dropin, arguments)) => dropins::run(dropin, arguments, environment).await,
            None => native(arguments, environment).await,
        }
    });
    // Whatever a blocking thread still waits for (a name server, a stuck disk) must not hold the exit.
    runtime.shutdown_background();
    ExitCode::from(status)
}

#[expect(clippy::disallowed_methods, reason = "this is where the arguments are read")]
fn arguments() -> Vec<OsString> {
    std::env::args_os().collect()
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn environment() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

async fn native(arguments: Vec<OsString>, environment: Environment) -> u8 {
    let no_color = environment.get("NO_COLOR").is_some();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return explain(&error, tip(&arguments, error.kind()), no_color),
    };
    let verbosity = match (cli.quiet, cli.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let console = Console::new(verbosity, no_color);
    show_warnings(console);
    let result = match settings::load(&paths::config_files(&environment), &environment) {
        Ok(settings) => commands::run(cli.command, Context { environment, settings, console }).await,
        Err(failure) => Err(failure),
    };
    result.unwrap_or_else(|failure| {
        console.failure(&failure);
        failure.status
    })
}

/// Shows what the crates below warn of, in the shape of our own warnings.
fn show_warnings(console: Console) {
    let least = if console.verbosity == Verbosity::Quiet { tracing::Level::ERROR } else { tracing::Level::WARN };
    warnings::pass_to(least, move |level, text| match level {
        tracing::Level::ERROR => console.error(text),
        _ => console.warning(text),
    });
}

/// Prints help, the version, or what is wrong with the command line, and what may have been meant.
fn explain(error: &clap::Error, tip: Option<&str>, no_color: bool) -> u8 {
    // Where even the explanation cannot be printed, the status still tells.
    let _ = error.print();
    if let Some(tip) = tip {
        Console::new(Verbosity::Normal, no_color).hint(tip);
    }
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => exit_status::OK,
        _ => exit_status::USAGE,
    }
}
