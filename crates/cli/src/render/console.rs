//! Standard output for results, standard error for everything else.

use std::io::{self, IsTerminal, Write};

use bellwether_core::names::NodeId;
use serde_json::json;

use crate::failure::Failure;

/// How much is said on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors alone.
    Quiet,
    /// Also why nothing was run, and what looks wrong.
    Normal,
    /// Also what is being done.
    Verbose,
}

/// The terminal, pipe or file the command was started with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    pub(crate) verbosity: Verbosity,
    colour: bool,
    /// Whether standard output is for events, of which warnings are some.
    events: bool,
}

impl Console {
    /// A console; colours only go to a terminal, and never when `NO_COLOR` is set.
    pub(crate) fn new(verbosity: Verbosity, no_color: bool) -> Self {
        let colour = !no_color && io::stdout().is_terminal() && io::stderr().is_terminal();
        Self { verbosity, colour, events: false }
    }

    /// The same console where standard output is one JSON object per line for everything that happens, or is not: then
    /// warnings are told there too, and to programs even when `--quiet` keeps them from people.
    #[must_use]
    pub(crate) fn with_events(self, events: bool) -> Self {
        Self { events, ..self }
    }

    /// Whether results may be coloured.
    pub(crate) fn colour(self) -> bool {
        self.colour
    }

    /// Writes a result to standard output.
    ///
    /// # Errors
    /// When it cannot be written. A reader that has gone away is no error: it has what it wanted.
    pub(crate) fn result(self, text: &str) -> Result<(), Failure> {
        self.result_bytes(text.as_bytes())
    }

    /// The same for what need not be text.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn result_bytes(self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::unavailable(format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Whether somebody may be watching how far it is.
    pub(crate) fn shows_progress(self) -> bool {
        self.verbosity >= Verbosity::Normal && io::stderr().is_terminal()
    }

    /// Rewrites the line that says how far it is; an empty text takes it away. Only for terminals.
    pub(crate) fn progress(self, text: &str) {
        let _ = io::stderr().lock().write_all(format!("\r\x1b[K{text}").as_bytes());
    }

    /// Says what is being done, to those who asked.
    pub(crate) fn detail(self, text: &str) {
        if self.verbosity >= Verbosity::Verbose {
            self.say("", text);
        }
    }

    /// Says why something was not done.
    pub(crate) fn notice(self, text: &str) {
        if self.verbosity >= Verbosity::Normal {
            self.say("", text);
        }
    }

    /// Says what looks wrong but did not stop the command.
    pub(crate) fn warning(self, text: &str) {
        self.warning_about(&[], text);
    }

    /// The same, about nodes that the text names.
    pub(crate) fn warning_about(self, nodes: &[NodeId], text: &str) {
        self.warning_event(nodes, text);
        if self.verbosity >= Verbosity::Normal {
            self.say(if self.colour { "\x1b[33mwarning:\x1b[0m " } else { "warning: " }, text);
        }
    }

    /// Says what is worth knowing of nodes. To people it is no warning, for most often all is well.
    pub(crate) fn notice_about(self, nodes: &[NodeId], text: &str) {
        self.warning_event(nodes, text);
        self.notice(text);
    }

    /// Says what to do about what was told before.
    pub(crate) fn hint(self, text: &str) {
        self.warning_event(&[], text);
        if self.verbosity >= Verbosity::Normal {
            self.say("hint: ", text);
        }
    }

    /// Where standard output is closed or full, the event that the command itself tells next fails.
    fn warning_event(self, nodes: &[NodeId], text: &str) {
        if self.events {
            let _ = self.result(&format!("{}\n", json!({"event": "warning", "text": text, "nodes": nodes})));
        }
    }

    /// Says what the command failed on.
    pub(crate) fn failure(self, failure: &Failure) {
        self.error(&failure.message);
        if let Some(remedy) = &failure.remedy {
            self.say("hint: ", remedy);
        }
    }

    /// Says what went wrong.
    pub(crate) fn error(self, text: &str) {
        self.say(if self.colour { "\x1b[31merror:\x1b[0m " } else { "error: " }, text);
    }

    /// One line of standard error. Where that is closed or full there is nobody left to tell.
    fn say(self, prefix: &str, text: &str) {
        let line = format!("bellwether: {prefix}{text}\n");
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }
}
