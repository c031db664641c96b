//! The log: lines with date and level, on standard error or in a file that is put aside at set times.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use bellwether_host::clock;
use bellwether_host::log_file::{LogFile, LogFileError};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::options::Options;
use crate::render::level::Level;
use crate::render::warnings;

/// Where lines go.
pub(super) struct Log {
    file: Option<Mutex<LogFile>>,
}

impl Log {
    /// The log that the options ask for.
    ///
    /// # Errors
    /// When its file cannot be opened.
    pub(super) fn open(options: &Options) -> Result<Arc<Self>, LogFileError> {
        let now = clock::now().wall;
        let open = |path| LogFile::open(path, Some(options.rotation), TimeZone::system(), now, note);
        let file = options.log_file.as_deref().map(open).transpose()?;
        Ok(Arc::new(Self { file: file.map(Mutex::new) }))
    }

    /// Takes also what the crates below warn of.
    pub(super) fn take_warnings(self: &Arc<Self>) {
        let log = Arc::clone(self);
        warnings::pass_to(tracing::Level::WARN, move |level, text| {
            log.write(level.into(), text);
        });
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

    /// Writes a line. What comes from scripts and from the network must not begin another one, nor steer a terminal.
    /// Where standard error itself fails there is nobody left to tell.
    fn write(&self, level: Level, text: &str) {
        let now = clock::now().wall;
        let line = line(now, level, text);
        match &self.file {
            Some(file) => file.lock().unwrap_or_else(PoisonError::into_inner).write(now, &line),
            None => drop(writeln!(std::io::stderr().lock(), "{line}")),
        }
    }
}

/// A line of the log about itself.
fn note(now: Timestamp, text: &str) -> String {
    line(now, Level::Warning, text)
}

fn line(now: Timestamp, level: Level, text: &str) -> String {
    let local = now.to_zoned(TimeZone::system());
    let mut line = format!("{},{:03} {:<7} ", local.strftime("%F %T"), local.millisecond(), level.as_str());
    for character in text.chars() {
        match character {
            '\t' => line.push(character),
            // Writing to a String cannot fail.
            control if control.is_control() => drop(write!(line, "{}", control.escape_default())),
            other => line.push(other),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_with_date_and_level() {
        let now: Timestamp = "2026-11-21T10:00:00.045Z".parse().unwrap();
        let line = line(now, Level::Info, "a\nERROR b\u{1b}[2J\tc");
        let (date, text) = line.split_at("2026-11-21 10:00:00,045".len());
        assert!(date.ends_with(":00:00,045"), "{line}");
        assert_eq!(text, " INFO    a\\nERROR b\\u{1b}[2J\tc");
    }
}
