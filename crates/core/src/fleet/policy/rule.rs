//! What one rule says of a request.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};

use super::directories::Directory;
use super::names::Names;
use super::words::Words;
use super::{Asked, Word};
use crate::filter::Filter;
use crate::fleet::request::{Action, Command, Run};
use crate::line_pattern::LinePattern;

/// The bytes of a digest.
pub(super) const DIGEST: usize = 32;

/// A rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) callers: Names,
    pub(super) actions: Vec<Word>,
    pub(super) only: Option<Only>,
    pub(super) users: Option<Names>,
    pub(super) variables: Option<Names>,
    pub(super) directories: Option<Vec<Directory>>,
    /// Whether it lets a request give its command something to read.
    pub(super) stdin: bool,
    pub(super) filter: Option<Filter>,
}

/// The commands that a rule is limited to.
#[derive(Debug, Clone, Default)]
pub(super) struct Only {
    pub(super) commands: Vec<Words>,
    pub(super) patterns: Vec<LinePattern>,
    pub(super) scripts: Vec<[u8; DIGEST]>,
}

/// Why a rule does not allow a request. The later, the nearer it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unmet {
    Caller,
    Action,
    Node,
    Unread,
    Command,
    User,
    Variable,
    Directory,
    Input,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Caller => "it is for other callers",
            Self::Action => "it is for other actions",
            Self::Node => "it is for other nodes",
            Self::Unread => "it needs the facts of this node, which were never read in full; the agent's log says why",
            Self::Command => "it does not list this command",
            Self::User => "it does not allow this user",
            Self::Variable => "it does not allow these variables",
            Self::Directory => "it does not allow this directory",
            Self::Input => "it does not allow the command to read anything (stdin)",
        })
    }
}

impl Rule {
    /// Whether it allows this; else the first thing that is in the way.
    pub(super) fn meets(&self, asked: Asked<'_>) -> Result<(), Unmet> {
        let must = |holds: bool, unmet| if holds { Ok(()) } else { Err(unmet) };
        must(self.callers.any_matches(asked.caller.as_str()), Unmet::Caller)?;
        must(self.actions.iter().any(|action| action.as_str() == asked.action.word()), Unmet::Action)?;
        if let Some(filter) = &self.filter {
            let facts = asked.facts.ok_or(Unmet::Unread)?;
            must(filter.matches(facts), Unmet::Node)?;
        }
        let Action::Run(run) = asked.action else { return Ok(()) };
        must(self.only.as_ref().is_none_or(|only| only.has(&run.command)), Unmet::Command)?;
        must(self.allows_user(run, asked.own_user), Unmet::User)?;
        must(run.env.keys().all(|name| self.allows_variable(name)), Unmet::Variable)?;
        must(run.directory.iter().all(|path| self.allows_directory(path)), Unmet::Directory)?;
        must(self.stdin || run.stdin.0.is_empty(), Unmet::Input)
    }

    fn allows_user(&self, run: &Run, own_user: &str) -> bool {
        let user = run.user.as_deref().unwrap_or(own_user);
        let is_usual = self.only.is_none() || user == own_user;
        self.users.as_ref().map_or(is_usual, |users| users.any_matches(user))
    }

    fn allows_variable(&self, name: &str) -> bool {
        self.variables.as_ref().map_or(self.only.is_none(), |names| names.any_matches(name))
    }

    fn allows_directory(&self, path: &str) -> bool {
        let listed = self.directories.as_ref();
        listed.map_or(self.only.is_none(), |patterns| patterns.iter().any(|pattern| pattern.matches(path)))
    }
}

impl Only {
    /// Whether a command is one of these.
    fn has(&self, command: &Command) -> bool {
        let any_line = |line: &str| self.patterns.iter().any(|pattern| pattern.matches(line));
        match command {
            Command::Argv(argv) => {
                self.commands.iter().any(|words| words.match_all(argv))
                    // Arguments that no shell can quote have no line.
                    || shlex::try_join(argv.iter().map(String::as_str)).is_ok_and(|line| any_line(&line))
            }
            Command::Shell(line) => any_line(line),
            Command::Script { text, .. } => {
                let digest = digest(&SHA256, text.as_bytes());
                self.scripts.iter().any(|allowed| allowed[..] == *digest.as_ref())
            }
        }
    }
}
