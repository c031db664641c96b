//! The account of every decision of an agent: a line of JSON each.
//!
//! Told are the program with its arguments, the shell's line, a script's digest and arguments. Never told are what a
//! command reads and what its variables hold: secrets belong there.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use serde::Serialize;

use super::id::RequestId;
use super::keys::PublicKey;
use super::reply::Outcome;
use super::request::{Action, Command, Request};
use super::trust::CallerName;

/// The most bytes of a command line that are told.
const LONGEST_COMMAND: usize = 4 * 1_024;
/// The most names of variables that are told.
const MOST_VARIABLES: usize = 64;

/// What was decided, or has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// A command was let in.
    Run,
    /// A question is answered.
    Answer,
    /// The caller was told that it will not be done.
    Refuse,
    /// Nobody was told anything.
    Ignore,
    /// A command has ended, or nobody knows what became of it.
    Done,
}

/// An entry. What is not known, or does not apply, is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// When, by the agent's clock.
    pub time: Timestamp,
    /// What was decided.
    pub decision: Verdict,
    /// Why; of a command that was let in the rule that allows it.
    pub why: String,
    /// Whose key it bears, where the signature was found right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<CallerName>,
    /// The key that it bears, or claims to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PublicKey>,
    /// What was asked for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedFor>,
    /// What became of a command.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndedAs>,
}

/// What a request asks for, as far as it is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AskedFor {
    id: RequestId,
    call: RequestId,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    script_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    variables: Vec<String>,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EndedAs {
    /// The request.
    pub id: RequestId,
    /// What became of it.
    pub outcome: Outcome,
    /// How long it ran.
    pub duration_ms: u64,
}

impl Entry {
    /// The line, without its end.
    pub fn line(&self) -> String {
        // Entries are structs of texts and numbers, which JSON can always hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl AskedFor {
    /// What is told of a request.
    pub fn of(request: &Request) -> Self {
        let (id, call, action) = (request.id, request.call, request.action.word());
        let bare = Self {
            id,
            call,
            action,
            command: None,
            script_sha256: None,
            user: None,
            directory: None,
            variables: Vec::new(),
        };
        let Action::Run(run) = &request.action else { return bare };
        Self {
            command: Some(cut(shown(&run.command))),
            script_sha256: digest_of(&run.command),
            user: run.user.clone().map(cut),
            directory: run.directory.clone().map(cut),
            variables: run.env.keys().take(MOST_VARIABLES).cloned().map(cut).collect(),
            ..bare
        }
    }
}

/// The words as a shell would take them; what no shell can take, in quotes of our own.
fn shown(command: &Command) -> String {
    let joined =
        |words: &[String]| shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| format!("{words:?}"));
    match command {
        Command::Argv(argv) => joined(argv),
        Command::Shell(line) => line.clone(),
        Command::Script { args, .. } => joined(args),
    }
}

fn digest_of(command: &Command) -> Option<String> {
    let Command::Script { text, .. } = command else { return None };
    let mut digits = String::new();
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    Some(digits)
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST_COMMAND {
        text.truncate(text.floor_char_boundary(LONGEST_COMMAND));
        text.push_str("...");
    }
    text
}
