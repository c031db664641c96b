//! Where it is told what goes on: standard error, the journal, syslog or a file.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use bellwether_core::environment::Environment;
use bellwether_host::clock;
use bellwether_host::log_file::LogFile;
use bellwether_host::syslog::{DEV_LOG, Syslog};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::failure::Failure;
use crate::render::level::Level;
use crate::render::warnings;

/// Where messages go, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogPlan {
    /// Where.
    pub(crate) target: LogTarget,
    /// The least level that is told.
    pub(crate) least: Level,
}

/// Where messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LogTarget {
    /// Standard error. Where that is the journal, with a priority that it understands.
    Stderr,
    /// The system's log.
    Syslog,
    /// A file. Who moves it away, as logrotate does, gets a new one.
    File(PathBuf),
}

impl FromStr for LogTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "stderr" => Ok(Self::Stderr),
            "syslog" => Ok(Self::Syslog),
            path if path.starts_with('/') => Ok(Self::File(path.into())),
            other => Err(format!("'{other}' is no log; use stderr, syslog, or the path of a file, from / on")),
        }
    }
}

/// A log. Clones write to the same one. Where the log itself fails there is nobody left to tell.
#[derive(Clone)]
pub(crate) struct Log(Arc<Inner>);

struct Inner {
    least: Level,
    sink: Sink,
}

enum Sink {
    Stderr,
    Journal,
    Syslog(Syslog),
    File(Mutex<LogFile>),
}

impl Log {
    /// Opens a log, and takes also what the crates below warn of.
    ///
    /// # Errors
    /// When the file cannot be opened, or nobody listens at `/dev/log`.
    pub(crate) fn open(plan: &LogPlan, environment: &Environment) -> Result<Self, Failure> {
        let sink = match &plan.target {
            LogTarget::Stderr if environment.get("JOURNAL_STREAM").is_some() => Sink::Journal,
            LogTarget::Stderr => Sink::Stderr,
            LogTarget::Syslog => Sink::Syslog(syslog()?),
            LogTarget::File(path) => Sink::File(Mutex::new(file(path)?)),
        };
        let log = Self(Arc::new(Inner { least: plan.least, sink }));
        log.take_warnings();
        Ok(log)
    }

    fn take_warnings(&self) {
        let log = self.clone();
        warnings::pass_to(tracing::Level::WARN, move |level, text| {
            log.tell(level.into(), text);
        });
    }

    /// Tells something that people may want to know when they look for an error.
    pub(crate) fn debug(&self, text: &str) {
        self.tell(Level::Debug, text);
    }

    /// Tells what goes on.
    pub(crate) fn info(&self, text: &str) {
        self.tell(Level::Info, text);
    }

    /// Tells what is not as it should be.
    pub(crate) fn warning(&self, text: &str) {
        self.tell(Level::Warning, text);
    }

    /// Tells what failed.
    pub(crate) fn error(&self, text: &str) {
        self.tell(Level::Error, text);
    }

    /// Every line of a text is a message of its own, so that what a script prints cannot pass for one of ours.
    fn tell(&self, level: Level, text: &str) {
        if level < self.0.least {
            return;
        }
        for line in text.lines() {
            self.write(level, line);
        }
    }

    fn write(&self, level: Level, line: &str) {
        let now = clock::now().wall;
        match &self.0.sink {
            Sink::Stderr => to_stderr(&shaped(now, level, line)),
            Sink::Journal => to_stderr(&format!("<{}>{line}", level.severity() as u8)),
            Sink::Syslog(syslog) => {
                let _ = syslog.send(level.severity(), &format!("bellwether[{}]: {line}", std::process::id()));
            }
            Sink::File(file) => {
                let shaped = shaped(now, level, line);
                file.lock().unwrap_or_else(PoisonError::into_inner).write(now, &shaped);
            }
        }
    }
}

/// A line, on standard error and in files.
fn shaped(now: Timestamp, level: Level, text: &str) -> String {
    format!("{now:.3} {} {text}", level.as_str())
}

fn to_stderr(line: &str) {
    let _ = std::io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}

fn syslog() -> Result<Syslog, Failure> {
    let connected = Syslog::connect(Path::new(DEV_LOG));
    connected.map_err(|error| {
        Failure::unavailable(format!("cannot log to syslog at {DEV_LOG}: {error}"))
            .remedy("start a syslog daemon, or log to stderr or a file")
    })
}

fn file(path: &Path) -> Result<LogFile, Failure> {
    let note = |now, text: &str| shaped(now, Level::Error, text);
    let opened = LogFile::open(path, None, TimeZone::UTC, clock::now().wall, note);
    opened.map_err(|error| Failure::unavailable(error.to_string()))
}
