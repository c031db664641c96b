//! Beginning: in the foreground, under a supervisor, or away from the terminal.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bellwether_core::environment::Environment;
use bellwether_host::log_file::{Readers, make_directory, open_to_append};
use bellwether_host::own_program::{BehindTheScenes, be_called, start_in_background};
use bellwether_host::paths;

use super::agent::{Agent, directory};
use super::args::{Options, Place};
use super::config::{self, Config};
use super::log::{Log, LogPlan};
use super::pid_file::PidFile;
use super::{IN_BACKGROUND, NAME, failed, print, status};

/// The usual log file.
const LOG_FILE: &str = "/var/log/ec2_collective/ec2-cagent.log";
/// Who may look into its directory: the owner and the group.
const LOG_DIRECTORY_MODE: u32 = 0o750;

/// Begins as the options say.
pub(super) async fn start(options: Options, environment: &Environment) -> u8 {
    let config = match config::load() {
        Ok(config) => config,
        Err(wrong) => return failed(&wrong.join(&format!("\n{NAME}: "))),
    };
    let _ = print(&mut std::io::stderr(), &format!("{NAME}: WARNING: {}\n", warning(&config)), status::OK);
    if options.place == Place::Background {
        return go_to_background(&options);
    }
    match prepare(config, &options, environment) {
        Ok(ready) => ready.run().await,
        Err(why) => failed(&why),
    }
}

/// Starts this program once more, and lets it go.
fn go_to_background(options: &Options) -> u8 {
    let log_file = options.log_file.clone().unwrap_or_else(|| LOG_FILE.into());
    // Not as the caller wrote them: the one in the background is in another directory.
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut arguments: Vec<OsString> = vec![IN_BACKGROUND.into(), "-l".into(), absolute(&log_file).into()];
    if let Some(path) = &options.pid_file {
        arguments.extend(["-p".into(), absolute(path).into()]);
    }
    if let Err(why) = make_usual_directory(&log_file) {
        return failed(&why);
    }
    // What a crash writes goes where people look.
    let errors = match open_to_append(&log_file, Readers::Group) {
        Ok(errors) => errors,
        Err(error) => return failed(&format!("cannot open the log file {}: {error}", log_file.display())),
    };
    match start_in_background(NAME, &arguments, errors) {
        Ok(()) => status::OK,
        Err(error) => failed(&error.to_string()),
    }
}

/// Goes on away from the terminal. What is in the way is told to whoever started us, on standard output.
pub(super) async fn in_background(options: &Options, environment: &Environment) -> u8 {
    be_called(NAME);
    let begun = BehindTheScenes::begin().map_err(|error| format!("cannot leave the terminal: {error}"));
    let ready = begun.and_then(|behind| {
        let config = config::load().map_err(|wrong| wrong.join("; "))?;
        let ready = prepare(config, options, environment)?;
        behind.ready().map_err(|error| error.to_string())?;
        Ok(ready)
    });
    match ready {
        Ok(ready) => ready.run().await,
        Err(why) => print(&mut std::io::stdout(), &why, status::FAILED),
    }
}

/// An agent that can begin, and holds its files.
struct Ready {
    agent: Agent,
    log: Arc<Log>,
    warning: String,
    _pid_file: PidFile,
}

fn prepare(config: Config, options: &Options, environment: &Environment) -> Result<Ready, String> {
    let file = match options.place {
        Place::Foreground => None,
        Place::Background | Place::Supervised => Some(options.log_file.clone().unwrap_or_else(|| LOG_FILE.into())),
    };
    if let Some(file) = &file {
        make_usual_directory(file)?;
    }
    let plan = LogPlan { file: file.as_deref().map(absolute).transpose()?, least: config.agent.log_level.into() };
    let log = Log::open(&plan).map_err(|error| error.to_string())?;
    log.take_warnings();
    let state = directory(environment)?;
    let pid_file = PidFile::write(options.pid_file.as_deref(), &state, paths::is_root())?;
    for key in &config.unknown {
        log.warning(&format!("the configuration has the key {key}, which means nothing here"));
    }
    let warning = warning(&config);
    let agent = Agent::prepare(config, environment, plan, &log)?;
    Ok(Ready { agent, log, warning, _pid_file: pid_file })
}

/// Programs beside the agent open the log too.
fn absolute(path: &Path) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(|error| format!("cannot tell where {} is: {error}", path.display()))
}

impl Ready {
    async fn run(self) -> u8 {
        self.log.always(&self.warning);
        self.agent.run().await;
        status::OK
    }
}

/// The usual directory is made where it is missing. Any other one is the administrator's.
fn make_usual_directory(log_file: &Path) -> Result<(), String> {
    match log_file.parent() {
        // The log holds command lines.
        Some(directory) if log_file == Path::new(LOG_FILE) => make_directory(directory, LOG_DIRECTORY_MODE)
            .map_err(|error| format!("cannot keep the log in {}: {error}", directory.display())),
        _ => Ok(()),
    }
}

/// What everybody must know who starts an agent of this protocol.
fn warning(config: &Config) -> String {
    let queue = &config.agent.sqs_read_queue;
    let user = if paths::is_root() { "root" } else { "this user" };
    let commands =
        if config.policy.allows_everything() { "anything" } else { "what 'bellwether' in the configuration allows" };
    let remedy = if config.policy.allows_everything() {
        "; list what is allowed under 'bellwether' in the configuration, and move to 'bellwether agent'"
    } else {
        "; move to 'bellwether agent'"
    };
    format!(
        "LEGACY PROTOCOL: nothing in it is signed. Whoever may send to the queue {queue} runs {commands} here as {user}\
         {remedy}"
    )
}
