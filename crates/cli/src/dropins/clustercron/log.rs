//! The log as people grep for it: on standard error `LEVEL    logger : message`, in syslog `logger [pid]: message`.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use bellwether_host::syslog::{DEV_LOG, Syslog};

use crate::render::level::Level;
use crate::render::warnings;

/// Where messages of at least a level go.
pub(super) struct Log {
    least: Level,
    syslog: Option<Syslog>,
}

impl Log {
    /// A log to standard error; with `syslog`, to `/dev/log` alone where there is one.
    pub(super) fn open(verbose: u8, syslog: bool) -> Self {
        let least = match verbose {
            0 => Level::Error,
            1 => Level::Info,
            _ => Level::Debug,
        };
        let syslog = syslog.then(|| Syslog::connect(Path::new(DEV_LOG)).ok()).flatten();
        Self { least, syslog }
    }

    /// Takes also what the crates below warn of.
    pub(super) fn take_warnings(self: &Arc<Self>) {
        let log = Arc::clone(self);
        let least = if log.takes(Level::Warning) { tracing::Level::WARN } else { tracing::Level::ERROR };
        warnings::pass_to(least, move |level, text| {
            let level = level.into();
            log.write(level, "clustercron", text);
        });
    }

    /// Whether a message of this level is written at all.
    pub(super) fn takes(&self, level: Level) -> bool {
        level >= self.least
    }

    /// Writes a message. Each of its lines names the logger, so that what a command prints cannot pass for somebody
    /// else's message. Where the log itself fails there is nobody left to tell.
    pub(super) fn write(&self, level: Level, logger: &str, message: &str) {
        if !self.takes(level) {
            return;
        }
        for line in message.lines() {
            match &self.syslog {
                Some(syslog) => {
                    let _ = syslog.send(level.severity(), &format!("{logger} [{}]: {line}", std::process::id()));
                }
                None => {
                    let line = format!("{:<8} {logger} : {line}\n", level.as_str());
                    let _ = std::io::stderr().lock().write_all(line.as_bytes());
                }
            }
        }
    }
}
