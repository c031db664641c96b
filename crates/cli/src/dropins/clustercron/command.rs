//! The cron command: run directly, with its output passed on (`-o`) or only logged.

use std::ffi::OsString;
use std::time::Duration;

use bellwether_host::child::{Child, CommandSpec, How, Observer, OutputMode, Stream, Tail};
use bellwether_host::signals::Signals;

use super::log::Log;
use super::status;
use crate::exit_status;
use crate::render::level::Level;

const MAIN: &str = "clustercron.main";

/// How much of each stream the log is told, in bytes.
const LOGGED_OUTPUT: usize = 64 * 1024;

/// The ends of both streams, for the log.
struct Heard {
    stdout: Tail,
    stderr: Tail,
}

impl Observer for Heard {
    fn observe(&mut self, stream: Stream, bytes: &[u8]) {
        match stream {
            Stream::Out => self.stdout.push(bytes),
            Stream::Err => self.stderr.push(bytes),
        }
    }
}

/// Runs the command to its end; the answer is the exit status of clustercron.
pub(super) async fn run(command: &[OsString], output: bool, log: &Log) -> u8 {
    let words: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
    log.write(Level::Info, MAIN, &format!("run command: {}", words.join(" ")));
    let (program, args) = match command.split_first() {
        Some((program, args)) => (program.clone(), args.to_vec()),
        None => return status::OK,
    };
    let spec = CommandSpec {
        program,
        args,
        env: Vec::new(),
        inherit: Vec::new(),
        output: if output { OutputMode::PassThrough } else { OutputMode::Capture },
        // The command of 1.0.1 outlives a clustercron that is killed.
        tied: false,
        timeout: None,
        kill_after: Duration::ZERO,
    };
    // Caught before the command is there, so that none is missed.
    let signals = Signals::install();
    let limit = if log.takes(Level::Info) { LOGGED_OUTPUT } else { 0 };
    let heard = Heard { stdout: Tail::new(limit), stderr: Tail::new(limit) };
    match (Child::spawn(&spec, heard), signals) {
        (Ok(child), Ok(signals)) => until_ended(child, signals, log).await,
        (Err(error), _) => not_started(&error.to_string(), log),
        (_, Err(error)) => not_started(&format!("signals cannot be caught: {error}"), log),
    }
}

/// The reason goes to standard error whatever the log's level and place.
fn not_started(why: &str, log: &Log) -> u8 {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "clustercron: the command was not started: {why}");
    log.write(Level::Info, MAIN, &format!("stderr: {why}"));
    log.write(Level::Info, MAIN, &format!("returncode: {}", status::NOT_STARTED));
    status::NOT_STARTED
}

async fn until_ended(mut child: Child<Heard>, mut signals: Signals, log: &Log) -> u8 {
    let ended = loop {
        tokio::select! {
            biased;
            ended = child.ended() => break ended,
            signal = signals.next() => {
                if let Err(error) = child.signal(signal) {
                    log.write(Level::Warning, MAIN, &format!("{signal} could not be passed on: {error}"));
                }
            }
        }
    };
    let heard = child.into_observer();
    let status = match ended.how {
        How::Exited(status) => status,
        How::Signaled(signal) => exit_status::signaled(signal),
    };
    log.write(Level::Info, MAIN, &format!("stdout: {}", text_of(heard.stdout)));
    log.write(Level::Info, MAIN, &format!("stderr: {}", text_of(heard.stderr)));
    log.write(Level::Info, MAIN, &format!("returncode: {status}"));
    exit_status::from_command(status)
}

/// The text of a stream's end, without the blanks around it.
fn text_of(tail: Tail) -> String {
    String::from_utf8_lossy(&tail.into_kept().tail).trim().to_owned()
}
