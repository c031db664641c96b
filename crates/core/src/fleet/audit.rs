//! The account of every decision of an agent: a line of JSON each.
//!
//! Told are the program with its arguments, the shell's line, a script's digest and arguments; of what a command reads the
//! digest and the length. Never told are what it reads and what its variables hold: secrets belong there.
//!
//! An entry is far shorter than what a file of lines takes, whatever a caller sends: what is cut is told by its digest, so
//! that nobody hides a command behind its length.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::id::RequestId;
use super::keys::PublicKey;
use super::reply::Outcome;
use super::request::{Action, Command, Request};
use super::trust::CallerName;

/// The most bytes of a command line that are told, as JSON has them.
const LONGEST_COMMAND: usize = 4 * 1_024;
/// The same of a directory, a reason, and how a command ended.
const LONGEST_TEXT: usize = 1_024;
/// The same of the names of users and variables.
const LONGEST_NAME: usize = 128;
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
    #[serde(serialize_with = "short")]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    /// Of the whole command, where it was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    command_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdin_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdin_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    script_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    variables: Vec<String>,
    /// How many there are, where not all are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    variables_total: Option<usize>,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EndedAs {
    /// The request.
    pub id: RequestId,
    /// What became of it.
    #[serde(serialize_with = "short_outcome")]
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
        let (call, action) = (Some(request.call), Some(request.action.word()));
        let bare = Self { call, action, ..Self::named(request) };
        let Action::Run(run) = &request.action else { return bare };
        let whole = shown(&run.command);
        let command = cut(&whole, LONGEST_COMMAND);
        let (is_cut, stdin) = (command != whole, Some(&run.stdin.0).filter(|bytes| !bytes.is_empty()));
        Self {
            command_sha256: is_cut.then(|| sha256(whole.as_bytes())),
            command_bytes: is_cut.then_some(whole.len()),
            command: Some(command),
            stdin_sha256: stdin.map(|bytes| sha256(bytes)),
            stdin_bytes: stdin.map(Vec::len),
            script_sha256: script_digest(&run.command),
            user: run.user.as_deref().map(|user| cut(user, LONGEST_NAME)),
            directory: run.directory.as_deref().map(|path| cut(path, LONGEST_TEXT)),
            variables: run.env.keys().take(MOST_VARIABLES).map(|name| cut(name, LONGEST_NAME)).collect(),
            variables_total: Some(run.env.len()).filter(|total| *total > MOST_VARIABLES),
            ..bare
        }
    }

    /// What is told of a request that is ignored: which it is, and no more.
    pub fn named(request: &Request) -> Self {
        Self {
            id: request.id,
            call: None,
            action: None,
            command: None,
            command_sha256: None,
            command_bytes: None,
            stdin_sha256: None,
            stdin_bytes: None,
            script_sha256: None,
            user: None,
            directory: None,
            variables: Vec::new(),
            variables_total: None,
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

fn script_digest(command: &Command) -> Option<String> {
    let Command::Script { text, .. } = command else { return None };
    Some(sha256(text.as_bytes()))
}

fn sha256(bytes: &[u8]) -> String {
    let mut digits = String::new();
    for byte in digest(&SHA256, bytes).as_ref() {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// As much of a text as takes so many bytes in JSON, where some characters take six.
fn cut(text: &str, most: usize) -> String {
    let mut bytes = 0;
    let fits = |character: &char| {
        bytes += match character {
            '"' | '\\' => 2,
            character if character.is_ascii_control() => 6,
            character => character.len_utf8(),
        };
        bytes <= most
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    if kept.len() < text.len() {
        kept.push_str("...");
    }
    kept
}

fn short<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&cut(text, LONGEST_TEXT))
}

fn short_outcome<S: Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    let outcome = match outcome {
        Outcome::NotStarted(why) => Outcome::NotStarted(cut(why, LONGEST_TEXT)),
        Outcome::Unknown(why) => Outcome::Unknown(cut(why, LONGEST_TEXT)),
        other => other.clone(),
    };
    outcome.serialize(serializer)
}
