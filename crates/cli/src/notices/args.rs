//! Which notices the user wants, from flags and configuration.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use bellwether_core::report::ping::PingUrl;
use clap::Args;

use super::failures::FailureCommand;
use crate::failure::Failure;
use crate::settings::Settings;

/// Who is told how runs go.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Notices")]
pub(crate) struct NoticeArgs {
    /// Tell this URL of each run: URL/start, then URL, or URL/STATUS when it failed, with the end of the output, as
    /// healthchecks.io takes it
    #[arg(long, value_name = "URL")]
    ping: Option<Given>,

    /// Run this command when a run has failed or was found lost; it is split into words as a shell would, and reads
    /// the end of the output
    #[arg(long, value_name = "COMMAND")]
    on_failure: Option<FailureCommand>,

    /// Keep metrics of the job in this file, for node_exporter's textfile collector
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
}

/// A ping URL as it was given. It is looked at later than other values: what is said of a wrong value repeats it, and
/// this one is a secret.
#[derive(Clone)]
struct Given(String);

impl FromStr for Given {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given")
    }
}

/// The notices that are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) ping: Option<PingUrl>,
    pub(crate) on_failure: Option<FailureCommand>,
    pub(crate) metrics: Option<PathBuf>,
}

impl Wanted {
    /// Takes the flags, and the configuration where they say nothing.
    ///
    /// # Errors
    /// When `--ping` is no URL.
    pub(crate) fn settle(args: &NoticeArgs, settings: &Settings) -> Result<Self, Failure> {
        let given = args.ping.as_ref().map(|given| given.0.parse::<PingUrl>());
        let ping = given.transpose().map_err(|error| Failure::usage(format!("--ping: {error}")))?;
        Ok(Self {
            ping: ping.or_else(|| settings.ping.clone()),
            on_failure: args.on_failure.clone().or_else(|| settings.on_failure.clone()),
            metrics: args.metrics.clone().or_else(|| settings.metrics.clone()),
        })
    }
}
