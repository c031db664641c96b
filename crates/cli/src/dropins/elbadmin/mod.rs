//! The drop-in for elbadmin 0.2 of boto 2. What differs from it is listed in `docs/elbadmin.md`.

mod args;
mod commands;
mod details;
mod failure;
mod reap;
mod region;

use std::ffi::OsString;
use std::io::Write;
use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings};
use bellwether_core::environment::Environment;

use args::{OPTIONS, Parsed, Request, USAGE};
use failure::Failure;

use crate::render::console::{Console, Verbosity};
use crate::render::warnings;

/// How long an answer is waited for unless a boto file says: after a change whose answer is given up nobody knows
/// whether it was made. boto waited for 70 s.
const PATIENCE: Duration = Duration::from_secs(10);

/// The exit statuses of elbadmin, as its users know them.
mod status {
    /// Done; or help and version.
    pub(super) const OK: u8 = 0;
    /// Not done, or not found; or no command at all.
    pub(super) const FAILED: u8 = 1;
    /// The command line is wrong.
    pub(super) const USAGE: u8 = 2;
}

/// Runs `elbadmin` with these arguments; the answer is the exit status.
pub(super) async fn run(arguments: &[OsString], environment: Environment) -> u8 {
    let console = Console::new(Verbosity::Normal, true);
    let help = || format!("{USAGE}{OPTIONS}");
    match args::parse(arguments) {
        Parsed::Help => print(&help(), status::OK, console),
        Parsed::Version => print(&version(), status::OK, console),
        Parsed::Nothing => print(&help(), status::FAILED, console),
        Parsed::Wrong(why) => fail(&format!("{USAGE}\nelbadmin: error: {why}\n"), status::USAGE),
        Parsed::Run(request) => match carry_out(request, environment, console).await {
            Ok(()) => status::OK,
            Err(Failure::Said { text, status }) => print(&format!("{text}\n"), status, console),
            Err(Failure::Told(why)) => fail(&format!("elbadmin: error: {why}\n"), status::FAILED),
        },
    }
}

fn version() -> String {
    format!("0.2 (bellwether {})\n", env!("CARGO_PKG_VERSION"))
}

fn print(text: &str, status: u8, console: Console) -> u8 {
    match console.result(text) {
        Ok(()) => status,
        Err(failure) => fail(&format!("elbadmin: error: {}\n", failure.message), status::FAILED),
    }
}

fn fail(text: &str, status: u8) -> u8 {
    tell(text);
    status
}

fn tell(text: &str) {
    // Where it cannot be told the status still tells.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Prints whom it asks, and then the answer.
async fn carry_out(request: Request, environment: Environment, console: Console) -> Result<(), Failure> {
    warnings::pass_to(tracing::Level::WARN, |_, text| tell(&format!("elbadmin: warning: {text}\n")));
    let aws = Aws::new(AwsSettings { environment, default_timeout: Some(PATIENCE), ..AwsSettings::default() });
    let balancers = region::balancers(&aws, request.region.as_deref()).await?;
    console.result(&format!("{}\n", balancers.host().await?))?;
    commands::run(request.command, &balancers, console).await
}
