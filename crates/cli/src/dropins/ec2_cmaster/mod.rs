//! The drop-in for `ec2-cmaster` of EC2 Collective. What differs from it is listed in `docs/ec2-cmaster.md`.

mod args;
mod cleaning;
mod command;
mod config;
mod listener;
mod log;
mod pace;
mod places;
mod readers;
mod report;
mod stop;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Write;
use std::sync::Arc;

use bellwether_core::collective::config::{LogLevel, MasterConfig};
use bellwether_core::collective::message::Command;
use bellwether_core::collective::names::MessageId;
use bellwether_core::collective::round::{Copies, Ended, Expected, Terms};
use bellwether_core::environment::Environment;

use args::{Options, Parsed};
use cleaning::delete_copies;
use listener::Listener;
use log::Log;
use places::Places;
use stop::Stop;

use crate::failure::Failure;

/// The name by which the program is called.
pub(super) const NAME: &str = "ec2-cmaster";

/// How often a command is sent: SQS asks some of its servers only, so that an agent may miss one.
const COPIES: usize = 3;

/// The exit statuses of ec2-cmaster that are not those of a command.
mod status {
    /// Help.
    pub(super) const OK: u8 = 0;
    /// It was not done, or not all of it, or the command line is wrong.
    pub(super) const FAILED: u8 = 1;
}

/// Runs `ec2-cmaster` with these arguments; the answer is the exit status.
pub(super) async fn run(arguments: &[OsString], environment: Environment) -> u8 {
    match args::parse(arguments) {
        Parsed::Help => print(&mut std::io::stdout(), args::USAGE, status::OK),
        Parsed::Wrong(why) => {
            print(&mut std::io::stderr(), &format!("{NAME}: {why}\n\n{}", args::USAGE), status::FAILED)
        }
        Parsed::Run(options) => carry_out(options, environment).await.unwrap_or_else(|failure| {
            log::tell(&failure.in_one_line());
            status::FAILED
        }),
    }
}

fn print(to: &mut dyn Write, text: &str, status: u8) -> u8 {
    // Where it cannot be printed the status still tells.
    let _ = to.write_all(text.as_bytes());
    status
}

async fn carry_out(options: Options, environment: Environment) -> Result<u8, Failure> {
    let (config, unknown) = config::load()?;
    let log = Log::open(config.log_level, options.log_file.as_deref());
    let log = log.map_err(|error| Failure::unavailable(error.to_string()))?;
    log.take_warnings();
    options.warnings.iter().for_each(|text| log.tell(LogLevel::Warn, text));
    unknown.iter().for_each(|key| log.tell(LogLevel::Warn, &format!("{}: '{key}' is not a key", config::FILE)));
    let (command, body) = command::make(&options)?;
    let collective = config::environment(options.prefix, &config)?;
    let mut stop = Stop::install()?;
    let places = tokio::select! {
        places = places::find(places::queues(&config, environment), &config, &collective, &log) => places?,
        () = stop.asked() => return Ok(status::FAILED),
    };
    warn_loudly(&places, &log);
    let terms = Terms {
        mode: command.action.mode(),
        ping_timeout: config.ping_timeout,
        cmd_timeout: options.timeout.unwrap_or(config.cmd_timeout),
    };
    let mut master = Master { places, command, body, terms, config, log };
    master.send_and_listen(&mut stop).await
}

/// Whoever is used to this protocol should know what it is.
fn warn_loudly(places: &Places, log: &Log) {
    let text = format!(
        "WARNING: commands of this protocol are not signed: whoever may send to the queue {} is root on every agent; let \
         few send to it, and see 'bellwether exec' for signed commands",
        places.commands.name()
    );
    log.tell(LogLevel::Warn, &text);
}

/// A command, and all that is needed to carry it out.
struct Master {
    places: Places,
    command: Command,
    body: String,
    terms: Terms,
    config: MasterConfig,
    log: Arc<Log>,
}

impl Master {
    /// However it ends, the copies are deleted; a second wish to stop gives that up.
    async fn send_and_listen(&mut self, stop: &mut Stop) -> Result<u8, Failure> {
        let copies = [self.body.as_str(); COPIES];
        let sent = tokio::select! {
            sent = self.places.queues.send_batch(&self.places.commands, &copies) => sent.map(Some),
            () = stop.asked() => Ok(None),
        };
        let copies: BTreeSet<String> = match sent {
            Ok(Some(copies)) => copies.iter().map(ToString::to_string).collect(),
            not_sent => {
                self.clean(stop, &BTreeSet::new(), async {}).await;
                return Ok(not_sent.map(|_| status::FAILED)?);
            }
        };
        let expected = Expected::new(self.command.filter.clone());
        let ids = copies.iter().filter_map(|id| MessageId::new(id).ok());
        let mut listener =
            Listener::new(&self.places, self.terms, expected, Copies::new(ids, self.command.ts), &self.log);
        let ended = tokio::select! {
            ended = listener.listen() => ended,
            () = stop.asked() => Ok(Ended::Interrupted),
        };
        if ended.as_ref().is_ok_and(|ended| *ended == Ended::TimedOut) {
            let seconds = self.terms.cmd_timeout.as_secs_f64();
            self.log.tell(LogLevel::Warn, &format!("cmd_timeout timeout reached {seconds}"));
        }
        let status = listener.report(*ended.as_ref().unwrap_or(&Ended::Interrupted));
        self.clean(stop, &copies, listener.finish()).await;
        ended.and(status)
    }

    async fn clean(&self, stop: &mut Stop, copies: &BTreeSet<String>, beside: impl Future<Output = ()>) {
        let Self { places, command, config, log, .. } = self;
        let deleted = delete_copies(places, &command.batch, copies, config.clean_timeout, log);
        tokio::select! {
            ((), ()) = async { tokio::join!(deleted, beside) } => {}
            () = stop.asked() => {}
        }
    }
}
