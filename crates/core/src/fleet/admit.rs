//! What an agent does with a message: one decision, in an order in which what costs little comes first, and nothing is
//! believed before its signature is found right.

use jiff::Timestamp;

use super::audit::{AskedFor, Entry, Verdict};
use super::envelope::Envelope;
use super::journal::kept_until;
use super::keys::PublicKey;
use super::policy::{Asked, Decision, Policy, is_plain};
use super::reply::{Refusal, Why};
use super::request::{Action, Command, EnvironmentName, FUTURE_SKEW, Request, Run, Target};
use super::trust::{CallerName, Standing, Trust};
use crate::facts::Facts;
use crate::names::NodeId;
use crate::text::shown;

pub use super::ignored::Ignored;

/// The most variables of a request.
const MOST_VARIABLES: usize = 1_000;

/// What an agent knows when a message comes.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    /// The time.
    pub now: Timestamp,
    /// Who it is.
    pub node: &'a NodeId,
    /// Where it listens.
    pub env: &'a EnvironmentName,
    /// What it knows of its node.
    pub facts: &'a Facts,
    /// Whom it believes.
    pub trust: &'a Trust,
    /// What it does for them.
    pub policy: &'a Policy,
    /// As whom commands run when nobody is named.
    pub own_user: &'a str,
    /// Whether this caller's request was dealt with before.
    pub seen: &'a dyn Fn(&Known) -> bool,
    /// Whether a request can have been dealt with and forgotten.
    pub forgotten: &'a dyn Fn(&Request) -> bool,
    /// Whether replies can go where a request wants them.
    pub answerable: &'a dyn Fn(&Request) -> bool,
    /// Whether the facts were ever read in full: rules that depend on them do not hold before.
    pub is_read: bool,
    /// Why no command can be run now for this key, in words with what to do; none when one can.
    pub busy: &'a dyn Fn(&PublicKey) -> Option<String>,
}

/// How a request is remembered: by who asked, too, so that nobody can use up the ids of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Known {
    /// Its id.
    pub id: super::id::RequestId,
    /// Whose it is.
    pub key: PublicKey,
}

/// A request that is believed.
#[derive(Debug, Clone, PartialEq)]
pub struct Believed {
    /// What is asked.
    pub request: Request,
    /// By whom.
    pub caller: CallerName,
    /// By which key.
    pub key: PublicKey,
}

impl Believed {
    /// How it is remembered.
    pub fn known(&self) -> Known {
        Known { id: self.request.id, key: self.key }
    }

    fn depends_on_facts(&self, policy: &Policy) -> bool {
        let is_target_by_facts = match &self.request.target {
            Target::Filter(filter) => filter.depends_on_facts(),
            Target::Nodes(_) => false,
        };
        is_target_by_facts || self.request.action == Action::Facts || policy.depends_on_facts()
    }
}

/// What is to be done with a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// The question is to be answered: a ping, or one for facts.
    Answer(Box<Believed>),
    /// The command is to be run.
    Run(Box<Believed>),
    /// The caller is to be told why not.
    Refuse(Box<Believed>, Refusal),
    /// Nobody is to be told anything.
    Ignore(Ignored),
}

impl Admission {
    /// Whether it could have been another one with other facts of the node.
    pub fn rests_on_facts(&self, policy: &Policy) -> bool {
        match self {
            Self::Answer(believed) | Self::Refuse(believed, _) => believed.depends_on_facts(policy),
            Self::Run(believed) => believed.depends_on_facts(policy),
            Self::Ignore(ignored) => *ignored == Ignored::NotTarget,
        }
    }
}

/// A message that is not believed, and what is known of it nevertheless.
struct Disbelieved {
    ignored: Ignored,
    why: String,
    key: Option<PublicKey>,
    caller: Option<CallerName>,
}

impl Door<'_> {
    /// Decides, and says what is to be written down about it.
    pub fn admit(&self, message: &[u8]) -> (Admission, Entry) {
        match self.believe(message) {
            Err(Disbelieved { ignored, why, key, caller }) => {
                (Admission::Ignore(ignored), self.entry(Verdict::Ignore, why, key, caller))
            }
            Ok(believed) => self.judge(believed),
        }
    }

    /// Who says what; all that can be told without looking at what is asked.
    fn believe(&self, message: &[u8]) -> Result<Believed, Disbelieved> {
        let ignore = |ignored, why: String, key, caller| Err(Disbelieved { ignored, why, key, caller });
        let envelope = match Envelope::decode(message) {
            Ok(envelope) => envelope,
            Err(error) => return ignore(Ignored::Malformed, shown(&error.to_string()), None, None),
        };
        let key = envelope.key();
        let caller = match self.trust.standing(&key, self.now) {
            Standing::Trusted(caller) => caller.clone(),
            Standing::Unknown => {
                return ignore(Ignored::UnknownKey, "nobody here knows its key".to_owned(), Some(key), None);
            }
            Standing::Ended(name, until) => {
                let why = format!("its key, once of {name}, is not believed since {until}");
                return ignore(Ignored::UnknownKey, why, Some(key), None);
            }
        };
        let verified = match envelope.verify() {
            Ok(verified) => verified,
            Err(error) => return ignore(Ignored::BadSignature, error.to_string(), Some(key), None),
        };
        match Request::decode(&verified.body) {
            Ok(request) => Ok(Believed { request, caller, key }),
            Err(error) => {
                let why = format!("it is no request that this release understands: {}", shown(&error.to_string()));
                ignore(Ignored::Malformed, why, Some(key), Some(caller))
            }
        }
    }

    fn judge(&self, believed: Believed) -> (Admission, Entry) {
        if let Some((ignored, why)) = self.is_not_ours(&believed) {
            let entry = self.entry(Verdict::Ignore, why, Some(believed.key), Some(believed.caller));
            let asked = Some(AskedFor::named(&believed.request));
            return (Admission::Ignore(ignored), Entry { asked, ..entry });
        }
        match self.weigh(&believed) {
            Err(refusal) => {
                let entry = self.about(&believed, Verdict::Refuse, refusal.detail.clone());
                (Admission::Refuse(Box::new(believed), refusal), entry)
            }
            Ok(rule) if matches!(believed.request.action, Action::Run(_)) => {
                let entry = self.about(&believed, Verdict::Run, rule);
                (Admission::Run(Box::new(believed)), entry)
            }
            Ok(rule) => {
                let entry = self.about(&believed, Verdict::Answer, rule);
                (Admission::Answer(Box::new(believed)), entry)
            }
        }
    }

    /// What is for others, or was dealt with. That comes before the time: what was done in time and is delivered again
    /// much later must not be called expired.
    fn is_not_ours(&self, believed: &Believed) -> Option<(Ignored, String)> {
        let request = &believed.request;
        if request.env != *self.env {
            return Some((Ignored::OtherEnvironment, format!("it is for the environment {}", request.env)));
        }
        let is_target = match &request.target {
            Target::Filter(filter) => filter.matches(self.facts),
            Target::Nodes(nodes) => nodes.contains(self.node),
        };
        if !is_target {
            return Some((Ignored::NotTarget, "it is for other nodes".to_owned()));
        }
        if (self.seen)(&believed.known()) {
            return Some((Ignored::Seen, "it was dealt with before".to_owned()));
        }
        if self.now >= kept_until(request) {
            return Some((Ignored::Stale, format!("it expired at {}, long ago", request.expires())));
        }
        let why = || "it wants its replies where no caller awaits any; find out what made it".to_owned();
        (!(self.answerable)(request)).then(|| (Ignored::BadAddress, why()))
    }

    /// Whether it is done; the rule that allows it.
    fn weigh(&self, believed: &Believed) -> Result<String, Refusal> {
        let request = &believed.request;
        let refuse = |why, detail: String| Err(Refusal { why, detail });
        let facts = self.is_read.then_some(self.facts);
        let asked = Asked { caller: &believed.caller, action: &request.action, own_user: self.own_user, facts };
        let rule = match self.policy.decide(asked) {
            Decision::Allowed(rule) => rule,
            Decision::Denied(detail) => return refuse(Why::Policy, detail),
        };
        // Only now: what came too late is remembered on the disk, where a key without any right is to leave nothing.
        if let Some(detail) = self.out_of_time(request) {
            return refuse(Why::Expired, detail);
        }
        let Action::Run(run) = &request.action else { return Ok(rule) };
        match (impossible(run), (self.busy)(&believed.key)) {
            (Some(detail), _) => refuse(Why::Impossible, detail.to_owned()),
            (None, Some(busy)) => refuse(Why::Busy, busy),
            (None, None) => Ok(rule),
        }
    }

    fn out_of_time(&self, request: &Request) -> Option<String> {
        const REMEDY: &str = "compare the clocks of caller and node";
        const FORGOTTEN: &str =
            "this node's clock was ahead for a while, and it may have forgotten this request; give it a longer --ttl";
        let now = self.now;
        let begins = request.issued.checked_sub(FUTURE_SKEW).unwrap_or(Timestamp::MIN);
        if now < begins {
            return Some(format!("it is dated {}, and here it is {now}; {REMEDY}", request.issued));
        }
        if (self.forgotten)(request) {
            return Some(FORGOTTEN.to_owned());
        }
        let expired = request.expires();
        (now >= expired)
            .then(|| format!("it expired at {expired}, and here it is {now}; give it a longer --ttl, or {REMEDY}"))
    }

    fn about(&self, believed: &Believed, decision: Verdict, why: String) -> Entry {
        let asked = Some(AskedFor::of(&believed.request));
        let entry = self.entry(decision, why, Some(believed.key), Some(believed.caller.clone()));
        Entry { asked, ..entry }
    }

    fn entry(&self, decision: Verdict, why: String, key: Option<PublicKey>, caller: Option<CallerName>) -> Entry {
        Entry { time: self.now, decision, why, caller, key, asked: None, ended: None }
    }
}

/// What no system can do: texts that it cannot be given.
fn impossible(run: &Run) -> Option<&'static str> {
    let words: Vec<&String> = match &run.command {
        Command::Argv(argv) if argv.first().is_none_or(String::is_empty) => {
            return Some("the command names no program");
        }
        Command::Argv(argv) => argv.iter().collect(),
        Command::Shell(line) => vec![line],
        Command::Script { text, .. } if !text.starts_with("#!") => {
            return Some("the script does not begin with #! and its interpreter");
        }
        Command::Script { args, .. } => args.iter().collect(),
    };
    if run.env.len() > MOST_VARIABLES {
        return Some("it sets too many variables");
    }
    if !run.directory.as_deref().is_none_or(is_plain) {
        return Some("the directory is no absolute path without '.', '..' and empty parts");
    }
    let is_name = |name: &&String| !name.is_empty() && !name.contains('=');
    if !run.env.keys().all(|name| is_name(&name)) {
        return Some("the name of a variable is empty or has a '='");
    }
    let more = run.env.iter().flat_map(|(name, value)| [name, value]).chain(&run.user).chain(&run.directory);
    words.into_iter().chain(more).any(|text| text.contains('\0')).then_some("a text has the character NUL in it")
}

#[cfg(test)]
#[path = "admit_tests.rs"]
mod tests;
