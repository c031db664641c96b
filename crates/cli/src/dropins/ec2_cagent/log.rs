//! The log: lines with date and level, in a file or on standard output; and the account of what was run.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bellwether_core::collective::config::LogLevel;
use bellwether_core::text::one_line;
use bellwether_host::clock;
use bellwether_host::log_file::{LogFile, LogFileError, Readers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::render::level::Level;
use crate::render::warnings;

/// What stands in the place of the level in the lines of the account, which are written at every level.
const AUDIT: &str = "AUDIT";

/// Where the log goes, and what goes there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LogPlan {
    /// None: standard output.
    pub(super) file: Option<PathBuf>,
    pub(super) least: Least,
}

/// The lowest level that is written.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Least {
    Debug,
    Info,
    Warning,
    /// `CRITICAL` too: what would end the old program is an error here.
    Error,
}

impl From<LogLevel> for Least {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Debug => Self::Debug,
            LogLevel::Info => Self::Info,
            LogLevel::Warn => Self::Warning,
            LogLevel::Error | LogLevel::Critical => Self::Error,
        }
    }
}

impl Least {
    const fn level(self) -> Level {
        match self {
            Self::Debug => Level::Debug,
            Self::Info => Level::Info,
            Self::Warning => Level::Warning,
            Self::Error => Level::Error,
        }
    }
}

/// Where lines go.
#[derive(Debug)]
pub(super) struct Log {
    file: Option<Mutex<LogFile>>,
    least: Level,
}

impl Log {
    /// The log that is asked for.
    ///
    /// # Errors
    /// When its file cannot be opened.
    pub(super) fn open(plan: &LogPlan) -> Result<Arc<Self>, LogFileError> {
        let open = |path| LogFile::open_for(Readers::Group, path, None, TimeZone::system(), clock::now().wall, note);
        let file = plan.file.as_deref().map(open).transpose()?;
        Ok(Arc::new(Self { file: file.map(Mutex::new), least: plan.least.level() }))
    }

    /// Takes also what the crates below warn of.
    pub(super) fn take_warnings(self: &Arc<Self>) {
        let log = Arc::clone(self);
        warnings::pass_to(tracing::Level::WARN, move |level, text| log.write(level.into(), text));
    }

    pub(super) fn debug(&self, text: &str) {
        self.write(Level::Debug, text);
    }

    pub(super) fn info(&self, text: &str) {
        self.write(Level::Info, text);
    }

    pub(super) fn warning(&self, text: &str) {
        self.write(Level::Warning, text);
    }

    pub(super) fn error(&self, text: &str) {
        self.write(Level::Error, text);
    }

    /// A warning that no level hides.
    pub(super) fn always(&self, text: &str) {
        self.put(Level::Warning.as_str(), text);
    }

    /// A line of the account, as JSON: who looks for what was run here must find it at every level.
    pub(super) fn audit(&self, entry: &impl Serialize) {
        // Entries are structs of texts and numbers, which JSON can always hold.
        let text = serde_json::to_string(entry).unwrap_or_default();
        self.put(AUDIT, &text);
    }

    fn write(&self, level: Level, text: &str) {
        if level >= self.least {
            self.put(level.as_str(), text);
        }
    }

    /// Where standard output itself fails there is nobody left to tell.
    fn put(&self, level: &str, text: &str) {
        let now = clock::now().wall;
        let line = line(now, level, text);
        match &self.file {
            Some(file) => file.lock().unwrap_or_else(PoisonError::into_inner).write(now, &line),
            None => {
                let mut output = std::io::stdout().lock();
                let _ = writeln!(output, "{line}").and_then(|()| output.flush());
            }
        }
    }
}

/// A line of the log about itself.
fn note(now: Timestamp, text: &str) -> String {
    line(now, Level::Warning.as_str(), text)
}

/// What comes from the network must not begin another line, nor steer a terminal.
fn line(now: Timestamp, level: &str, text: &str) -> String {
    let local = now.to_zoned(TimeZone::system());
    format!("{},{:03} [{level}] {}", local.strftime("%F %T"), local.millisecond(), one_line(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_with_date_and_level() {
        let now: Timestamp = "2026-11-21T10:00:00.045Z".parse().unwrap();
        let line = line(now, "INFO", "a\n2026 [ERROR] b\u{1b}[2J");
        let (date, text) = line.split_at("2026-11-21 10:00:00,045".len());
        assert!(date.ends_with(":00:00,045"), "{line}");
        assert_eq!(text, " [INFO] a 2026 [ERROR] b [2J");
    }
}
