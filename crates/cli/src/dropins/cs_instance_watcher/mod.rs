//! The drop-in for CloneSquad's `cs-instance-watcher`. What differs from it is listed in `docs/cs-instance-watcher.md`.

mod args;
mod config;
mod log;
mod options;
mod unit;
mod watcher;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

use bellwether_core::environment::Environment;

use args::{Given, Parsed};
use log::Log;
use options::Options;

/// The name by which the program is called.
pub(super) const NAME: &str = "cs-instance-watcher";

/// The exit statuses of cs-instance-watcher, as Python and its argparse have them.
mod status {
    /// Stopped by a signal; the unit is written; help.
    pub(super) const OK: u8 = 0;
    /// It could not do what it was asked to.
    pub(super) const FAILED: u8 = 1;
    /// The command line or the configuration is wrong.
    pub(super) const USAGE: u8 = 2;
}

/// Runs `cs-instance-watcher` with these arguments; the answer is the exit status.
pub(super) async fn run(arguments: &[OsString], environment: Environment) -> u8 {
    let texts: Option<Vec<String>> = arguments.iter().map(|word| word.to_str().map(str::to_owned)).collect();
    let Some(arguments) = texts else { return usage(&["an argument is no UTF-8 text".to_owned()]) };
    match args::parse(&arguments) {
        Parsed::Help => print(&mut std::io::stdout(), &format!("{}{}", args::USAGE, args::HELP), status::OK),
        Parsed::Wrong(why) => usage(&[why]),
        Parsed::Given(given) => with_options(given, &arguments, &environment).await,
    }
}

async fn with_options(given: Given, arguments: &[String], environment: &Environment) -> u8 {
    let options = match config::load(given) {
        Ok(options) => options,
        Err(wrong) => return usage(&wrong),
    };
    match options.unit_to_write() {
        Some(path) => write_unit(path, &options, arguments),
        None => watch(&options, environment).await,
    }
}

fn write_unit(path: &Path, options: &Options, arguments: &[String]) -> u8 {
    let relative = options.relative_paths();
    if !relative.is_empty() {
        return usage(&relative);
    }
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return failed(&format!("cannot find out where this program is: {error}; is /proc mounted?")),
    };
    let Some(program) = program.to_str() else { return failed("the path of this program is no UTF-8 text") };
    match unit::write(path, &[program.to_owned(), NAME.to_owned()], arguments) {
        Ok(()) => status::OK,
        Err(why) => failed(&why),
    }
}

async fn watch(options: &Options, environment: &Environment) -> u8 {
    let log = match Log::open(options) {
        Ok(log) => log,
        Err(error) => return failed(&error.to_string()),
    };
    log.take_warnings();
    match watcher::run(options, environment, &log).await {
        Ok(()) => status::OK,
        Err(why) => {
            log.error(&why);
            status::FAILED
        }
    }
}

/// As argparse has it: the usage, then a line for what is wrong.
fn usage(wrong: &[String]) -> u8 {
    let wrong: String = wrong.iter().map(|why| format!("{NAME}: error: {why}\n")).collect();
    print(&mut std::io::stderr(), &format!("{}{wrong}", args::USAGE), status::USAGE)
}

fn failed(why: &str) -> u8 {
    print(&mut std::io::stderr(), &format!("{NAME}: {why}\n"), status::FAILED)
}

fn print(to: &mut dyn Write, text: &str, status: u8) -> u8 {
    // Where it cannot be printed the status still tells.
    let _ = to.write_all(text.as_bytes());
    status
}
