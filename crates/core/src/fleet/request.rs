//! What a caller asks of the nodes: the body of a request's envelope.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::bytes::Bytes;
use super::id::RequestId;
use crate::filter::Filter;
use crate::names::NodeId;

/// How long a request may be carried out after it was issued, unless the caller says otherwise.
pub const DEFAULT_TTL: Duration = Duration::from_secs(60);
/// The longest time to live: an agent remembers ids for at least as long.
pub const LONGEST_TTL: Duration = Duration::from_secs(7 * 24 * 3600);
/// How far in the future a request may have been issued, for clocks differ.
pub const FUTURE_SKEW: Duration = Duration::from_secs(5);
/// The longest name of an environment: it is part of the names of queues.
pub const LONGEST_ENVIRONMENT: usize = 32;
/// The longest address for replies, in bytes.
pub const LONGEST_ADDRESS: usize = 512;

/// What an environment is called: `production`, `staging`. Requests of one never run in another. A name can be that of a
/// file: it has neither slashes nor dots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnvironmentName(String);

/// A text that cannot name an environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an environment's name has 1 to {LONGEST_ENVIRONMENT} letters a-z, digits, '-' or '_'")]
pub struct EnvironmentNameError;

impl EnvironmentName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EnvironmentName {
    type Error = EnvironmentNameError;

    fn try_from(text: String) -> Result<Self, EnvironmentNameError> {
        let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_';
        let fits = (1..=LONGEST_ENVIRONMENT).contains(&text.len()) && text.bytes().all(allowed);
        if fits { Ok(Self(text)) } else { Err(EnvironmentNameError) }
    }
}

impl std::str::FromStr for EnvironmentName {
    type Err = EnvironmentNameError;

    fn from_str(text: &str) -> Result<Self, EnvironmentNameError> {
        Self::try_from(text.to_owned())
    }
}

impl From<EnvironmentName> for String {
    fn from(name: EnvironmentName) -> Self {
        name.0
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says that a body is a request, so that a reply can never be taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestKind {
    /// The one value.
    Request,
}

/// A request. Fields that a newer release adds are ignored by older ones, except within [`Action`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// That it is one.
    pub kind: RequestKind,
    /// Its name; an agent carries out each name once.
    pub id: RequestId,
    /// The call it belongs to: the id of the call's first request.
    pub call: RequestId,
    /// What the caller calls itself, for people to read. Who it *is* comes from the key.
    pub caller: String,
    /// The environment whose agents are meant.
    pub env: EnvironmentName,
    /// Which of its nodes are meant.
    pub target: Target,
    /// What is to be done there.
    pub action: Action,
    /// When it was made, by the caller's clock.
    pub issued: Timestamp,
    /// How long after that it may be begun, in milliseconds.
    pub ttl_ms: u64,
    /// Where replies go; made by the transport, and checked by it before use.
    pub reply: ReplyAddress,
    /// Whether transports keep request and replies for nodes and callers that are away.
    #[serde(default)]
    pub durable: bool,
}

/// Which nodes are meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// Those whose facts match.
    Filter(Filter),
    /// These.
    Nodes(Vec<NodeId>),
}

/// Where replies go: a subject, or the name of a queue. Opaque to all but the transport. One that is longer than
/// [`LONGEST_ADDRESS`] makes the request unreadable: agents keep addresses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReplyAddress(pub String);

impl TryFrom<String> for ReplyAddress {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.len() <= LONGEST_ADDRESS { Ok(Self(text)) } else { Err("the address for replies is too long") }
    }
}

impl From<ReplyAddress> for String {
    fn from(address: ReplyAddress) -> Self {
        address.0
    }
}

/// What is to be done. A kind that is not known here makes the request unreadable: it cannot be done by guessing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// To say that one is there.
    Ping,
    /// To tell one's facts.
    Facts,
    /// To run a command.
    Run(Box<Run>),
}

/// A command, and how it is run. Unknown fields are errors: an older agent must not run it in another way than meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The command.
    pub command: Command,
    /// What it reads.
    #[serde(default)]
    pub stdin: Bytes,
    /// Variables added to its environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// As which user it runs; the agent's own when none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// In which directory it runs; the agent's choice when none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// How long it may run, in milliseconds, before its process group is ended.
    pub timeout_ms: u64,
    /// How many bytes of each output stream are kept at its head, and again at its tail.
    pub output_limit: u32,
}

/// The kinds of command.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Command {
    /// A program and its arguments, verbatim.
    Argv(Vec<String>),
    /// A line for `/bin/sh -c`.
    Shell(String),
    /// A script, run from a private file, with arguments.
    Script {
        /// Its text, with the line that names the interpreter.
        text: String,
        /// Its arguments, verbatim.
        args: Vec<String>,
    },
}

impl Command {
    /// `argv`, `shell` or `script`: the word for it in policies and audits.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Argv(_) => "argv",
            Self::Shell(_) => "shell",
            Self::Script { .. } => "script",
        }
    }
}

impl fmt::Debug for Command {
    /// The kind alone: arguments may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Action {
    /// `ping`, `facts`, `argv`, `shell` or `script`: the word for it in policies and audits.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::Facts => "facts",
            Self::Run(run) => run.command.word(),
        }
    }
}

impl Request {
    /// Until when it may be begun.
    pub fn expires(&self) -> Timestamp {
        let ttl = Duration::from_millis(self.ttl_ms).min(LONGEST_TTL);
        self.issued.checked_add(ttl).unwrap_or(Timestamp::MAX)
    }

    /// The body to be signed.
    ///
    /// # Errors
    /// When it cannot be written as JSON; it has no reason to.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads a body whose signature was found right.
    ///
    /// # Errors
    /// When it is no request that this release understands.
    pub fn decode(body: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(action: Action) -> Request {
        let id = RequestId::new(Timestamp::UNIX_EPOCH, [1; 10]);
        Request {
            kind: RequestKind::Request,
            id,
            call: id,
            caller: "ops".to_owned(),
            env: "production".parse().unwrap(),
            target: Target::Filter("role=web".parse().unwrap()),
            action,
            issued: Timestamp::UNIX_EPOCH,
            ttl_ms: 60_000,
            reply: ReplyAddress("bw.production.reply.x".to_owned()),
            durable: false,
        }
    }

    fn run() -> Run {
        Run {
            command: Command::Argv(vec!["uptime".to_owned()]),
            stdin: Bytes(vec![0xff, 0]),
            env: BTreeMap::new(),
            user: None,
            directory: None,
            timeout_ms: 1_000,
            output_limit: 65_536,
        }
    }

    #[test]
    fn requests_are_read_as_they_are_written() {
        for action in [Action::Ping, Action::Facts, Action::Run(Box::new(run()))] {
            let request = request(action);
            assert_eq!(Request::decode(&request.encode().unwrap()).unwrap(), request);
        }
    }

    #[test]
    fn what_is_not_understood_of_an_action_is_never_left_out() {
        let body = request(Action::Run(Box::new(run()))).encode().unwrap();
        let with_more = body.replace("\"timeout_ms\"", "\"as_root\":true,\"timeout_ms\"");
        assert!(Request::decode(&with_more).is_err());
        assert!(Request::decode(&body.replace("\"argv\"", "\"wasm\"")).is_err());
        let newer = body.replacen('{', "{\"note\":1,", 1);
        assert!(Request::decode(&newer).is_ok());
    }

    #[test]
    fn a_reply_is_no_request() {
        let body = request(Action::Ping).encode().unwrap().replace("\"request\"", "\"reply\"");
        assert!(Request::decode(&body).is_err());
    }

    #[test]
    fn an_address_that_would_fill_journals_makes_a_request_unreadable() {
        let of = |length| Request { reply: ReplyAddress("x".repeat(length)), ..request(Action::Ping) };
        assert!(Request::decode(&of(LONGEST_ADDRESS).encode().unwrap()).is_ok());
        assert!(Request::decode(&of(LONGEST_ADDRESS + 1).encode().unwrap()).is_err());
    }

    #[test]
    fn no_request_lives_longer_than_agents_remember() {
        let endless = Request { ttl_ms: u64::MAX, ..request(Action::Ping) };
        assert_eq!(endless.expires(), Timestamp::UNIX_EPOCH + LONGEST_TTL);
    }

    #[test]
    fn environments_have_names_that_fit_everywhere() {
        assert!("staging-2_b".parse::<EnvironmentName>().is_ok());
        for name in ["", "Production", "a.b", ".", "..", "a/b", "a b", "a\0", "*", &"x".repeat(LONGEST_ENVIRONMENT + 1)]
        {
            assert!(name.parse::<EnvironmentName>().is_err(), "{name}");
        }
    }
}
