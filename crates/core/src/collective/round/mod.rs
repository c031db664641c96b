//! One run of a master: who is expected, who has answered, whether it is over, and what came of it. The caller sends
//! and receives, and tells the time.
//!
//! - [`Copies`]: which replies are ours. [`Expected`]: whom the agents' facts let expect. `answers`: who has answered.
//!   [`Summary`]: how it ended.

mod answers;
mod copies;
mod expected;
mod summary;

use std::time::Duration;

use super::message::{Mode, Reply};
use crate::time::Mono;
use answers::Answers;
pub use copies::Copies;
pub use expected::Expected;
pub use summary::{Ended, Summary};

/// For how long a run may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// What is asked for.
    pub mode: Mode,
    /// Agents that nobody expects may make themselves known for this long.
    pub ping_timeout: Duration,
    /// Then it is over, whoever is still missing.
    pub cmd_timeout: Duration,
}

/// A command that has been sent, and what has come back.
#[derive(Debug, Clone)]
pub struct Round {
    terms: Terms,
    copies: Copies,
    sent: Mono,
    expected: Expected,
    answers: Answers,
    /// The last one that is not 0, of all commands that ended.
    status: i32,
}

/// What a reply is to this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It answers somebody else's command; it must be left to them.
    Other,
    /// It is ours, and was taken before, or is of no use.
    Again,
    /// An agent is there.
    Present,
    /// A command has ended.
    Result,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Receive more, until then at the latest.
    Wait(Mono),
    /// It is over.
    End(Ended),
}

impl Round {
    /// A command whose copies were sent just now.
    pub fn new(terms: Terms, expected: Expected, copies: Copies, now: Mono) -> Self {
        Self { terms, copies, sent: now, expected, answers: Answers::default(), status: 0 }
    }

    /// When the command was sent.
    pub const fn sent(&self) -> Mono {
        self.sent
    }

    /// Whom the facts let expect, to be told more.
    pub const fn expected(&mut self) -> &mut Expected {
        &mut self.expected
    }

    /// Takes a reply; the id is that of its own message.
    pub fn reply(&mut self, id: &str, reply: &Reply) -> Taken {
        if !self.copies.has(reply) {
            return Taken::Other;
        }
        let is_result = reply.mode.runs_something();
        let is_asked_for = !is_result || self.terms.mode.runs_something();
        if !is_asked_for || !self.answers.is_new(id) {
            return Taken::Again;
        }
        if !is_result {
            self.answers.present(&reply.hostname);
            return Taken::Present;
        }
        self.answers.result(&reply.hostname);
        if reply.rc.value() != 0 {
            self.status = reply.rc.value();
        }
        Taken::Result
    }

    /// What is to be done now. It is over as soon as all expected agents have answered; when nobody is expected, or
    /// not yet known to be, after the time in which agents can make themselves known.
    pub fn step(&self, now: Mono) -> Step {
        let patience_ends = self.sent + self.terms.cmd_timeout;
        let discovery_ends = self.sent + self.terms.ping_timeout;
        if now >= patience_ends {
            return Step::End(Ended::TimedOut);
        }
        let knows_all = now >= discovery_ends || self.expected.is_complete();
        if knows_all && self.is_answered() {
            return Step::End(Ended::Answered);
        }
        Step::Wait(if now < discovery_ends { discovery_ends.min(patience_ends) } else { patience_ends })
    }

    /// Whether everybody who is known of has answered all that was asked.
    fn is_answered(&self) -> bool {
        let is_here = |host| self.answers.has(host);
        let commands_ended = !self.terms.mode.runs_something() || self.answers.late().next().is_none();
        commands_ended && self.expected.hosts().all(is_here)
    }

    /// What came of it.
    pub fn summary(&self, ended: Ended) -> Summary {
        let runs_something = self.terms.mode.runs_something();
        let discovered = self.answers.discovered();
        let late = self.answers.late().filter(|_| runs_something).cloned().collect::<Vec<_>>();
        let missing = self.expected.hosts().filter(|host| !self.answers.has(host)).cloned().collect::<Vec<_>>();
        let is_short = ended != Ended::Answered || discovered == 0 || !late.is_empty() || !missing.is_empty();
        Summary {
            mode: self.terms.mode,
            ended,
            responses: if runs_something { self.answers.results() } else { discovered },
            discovered,
            expected: self.expected.hosts().count(),
            late,
            missing,
            status: if is_short { 1 } else { self.status },
        }
    }
}

#[cfg(test)]
#[path = "round_tests.rs"]
mod tests;
