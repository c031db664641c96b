//! The account of what was run, and what was not: lines of JSON in the log.

use bellwether_core::collective::message::{Action, Command};
use serde::Serialize;

/// How much of a command is written, in characters.
const LONGEST: usize = 2_000;

/// What has become of a command.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Decision {
    /// It will run.
    Accepted,
    /// It will not.
    Refused,
}

/// A command that came for this host.
#[derive(Debug, Serialize)]
pub(super) struct Came<'a> {
    decision: Decision,
    msg_id: &'a str,
    batch_msg_id: &'a str,
    mode: &'a str,
    command: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    script_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    script_param: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    with: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    without: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

/// A command that has ended.
#[derive(Debug, Serialize)]
pub(super) struct Ended<'a> {
    pub(super) ended: &'a str,
    pub(super) batch_msg_id: &'a str,
    pub(super) rc: i32,
    pub(super) seconds: f64,
    pub(super) output_bytes: u64,
    pub(super) replied: bool,
}

impl<'a> Came<'a> {
    pub(super) fn new(decision: Decision, msg_id: &'a str, command: &'a Command, why: Option<&'a str>) -> Self {
        let (text, payload, parameters) = match &command.action {
            Action::Ping | Action::Count => ("", None, None),
            Action::Cli(line) => (line.as_str(), None, None),
            Action::Script { name, payload, parameters } => (name.as_str(), payload.as_ref(), parameters.as_deref()),
            Action::S3 { object, parameters } => (object.as_str(), None, parameters.as_deref()),
        };
        Self {
            decision,
            msg_id,
            batch_msg_id: command.batch.as_str(),
            mode: command.action.mode().as_str(),
            command: shortened(text),
            script_bytes: payload.map(String::len),
            script_param: parameters.map(shortened),
            with: command.filter.wf.as_deref().map(shortened),
            without: command.filter.wof.as_deref().map(shortened),
            why,
        }
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}
