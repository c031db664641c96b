//! What is printed: results on standard output, as `log_level` lets them through, all else on standard error; and all
//! of it, with the time, in the file that `-l` names.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bellwether_core::collective::config::LogLevel;
use bellwether_core::text::one_line;
use bellwether_host::clock;
use bellwether_host::log_file::{LogFile, LogFileError};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::NAME;
use crate::failure::Failure;
use crate::render::console::{Console, Verbosity};
use crate::render::warnings;

/// Where lines go.
pub(super) struct Log {
    least: LogLevel,
    console: Console,
    file: Option<Mutex<LogFile>>,
}

impl Log {
    /// A log of lines of at least a level.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(super) fn open(least: LogLevel, file: Option<&Path>) -> Result<Arc<Self>, LogFileError> {
        let open = |path| LogFile::open(path, None, TimeZone::system(), clock::now().wall, dated);
        let file = file.map(open).transpose()?.map(Mutex::new);
        Ok(Arc::new(Self { least, console: Console::new(Verbosity::Normal, true), file }))
    }

    /// Takes also what the crates below warn of.
    pub(super) fn take_warnings(self: &Arc<Self>) {
        let log = Arc::clone(self);
        warnings::pass_to(tracing::Level::WARN, move |_, text| log.tell(LogLevel::Warn, text));
    }

    /// A result, for standard output.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn result(&self, level: LogLevel, text: &str) -> Result<(), Failure> {
        if level < self.least { Ok(()) } else { self.answer(text) }
    }

    /// A result that is written whatever the level is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn answer(&self, text: &str) -> Result<(), Failure> {
        self.keep(text);
        self.console.result(&format!("{text}\n"))
    }

    /// Says what goes on, or wrong. Where standard error itself fails there is nobody left to tell.
    pub(super) fn tell(&self, level: LogLevel, text: &str) {
        if level < self.least {
            return;
        }
        self.keep(text);
        tell(text);
    }

    /// Writes to the file. Each line has the time, so that an output cannot pass for lines of the log.
    fn keep(&self, text: &str) {
        let Some(file) = &self.file else { return };
        let now = clock::now().wall;
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        text.lines().for_each(|line| file.write(now, &dated(now, line)));
    }
}

/// A line on standard error.
pub(super) fn tell(text: &str) {
    let _ = std::io::stderr().lock().write_all(format!("{NAME}: {}\n", one_line(text)).as_bytes());
}

fn dated(now: Timestamp, text: &str) -> String {
    let local = now.to_zoned(TimeZone::system());
    format!("{},{:03} {}", local.strftime("%F %T"), local.millisecond(), one_line(text))
}
