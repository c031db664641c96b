//! What an agent has been asked to run, as far as it must not forget it: so that nothing runs twice, and every result
//! reaches its caller or is called unknown.
//!
//! A file of lines, to which entries are appended. *Accepted* is on the disk before the command starts; the others
//! outlive the agent's death, and after the machine's may be missing.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::admit::{Believed, Known};
use super::id::RequestId;
use super::keys::PublicKey;
use super::reply::{Done, Outcome};
use super::request::{FUTURE_SKEW, ReplyAddress, Request};
use crate::format::{self, Unreadable};
use crate::text::shown;

/// The format of the lines.
const FORMAT: u32 = 1;
/// How long after its time a request is remembered, for clocks are set back.
const KEPT_AFTER: Duration = Duration::from_secs(3_600);
/// How many requests of one key are remembered at most: a caller must not fill the disk.
const MOST_OF_A_KEY: usize = 50_000;
/// The number of a reply that is made after a restart, when nobody knows how many there were before.
pub const SEQ_AFTER_RESTART: u64 = 1 << 40;

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Line(Content);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Content {
    About {
        id: RequestId,
        key: PublicKey,
        #[serde(flatten)]
        event: Event,
    },
    /// Requests that are kept until then, and not any longer, may have been forgotten.
    Floor { floor: Timestamp },
}

/// What has happened to a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Event {
    /// It is to be run.
    Accepted(Accepted),
    /// Its command is about to start.
    Started,
    /// Its command has ended, or did not start.
    Ended(Done),
    /// Its caller was told how it ended, or will never be.
    Told,
    /// It is not to be run, and its caller knows.
    Refused { until: Timestamp },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Accepted {
    call: RequestId,
    reply: ReplyAddress,
    durable: bool,
    until: Timestamp,
}

/// A request whose caller has not been told how it ended, found at a start.
#[derive(Debug, Clone, PartialEq)]
pub struct Untold {
    /// The request.
    pub known: Known,
    /// Its call.
    pub call: RequestId,
    /// Where the caller listens.
    pub reply: ReplyAddress,
    /// Whether replies are kept for the caller.
    pub durable: bool,
    /// What is to be told.
    pub done: Done,
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Open { accepted: Accepted, started: bool, ended: Option<Done> },
    Closed { until: Timestamp },
}

/// All that is remembered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journal {
    requests: BTreeMap<Known, State>,
    /// How many of them each key has.
    of_keys: BTreeMap<PublicKey, usize>,
    /// The latest time until which something was kept that is forgotten.
    floor: Option<Timestamp>,
}

/// What was read of a file.
#[derive(Debug, PartialEq)]
pub struct Read {
    /// What is remembered.
    pub journal: Journal,
    /// How many lines were damaged. A crash of the machine can leave one at the end.
    pub damaged: usize,
}

impl Journal {
    /// Reads a file.
    ///
    /// # Errors
    /// When a newer release has written it: what is remembered there must not be forgotten.
    pub fn read(text: &str) -> Result<Read, Unreadable> {
        let (mut journal, mut damaged) = (Self::default(), 0);
        for line in text.lines().filter(|line| !line.is_empty()) {
            match format::decode::<Line>(FORMAT, line) {
                Ok(line) => journal.apply(line),
                Err(Unreadable::Damaged(_)) => damaged += 1,
                Err(newer) => return Err(newer),
            }
        }
        Ok(Read { journal, damaged })
    }

    /// Whether a request was dealt with before.
    pub fn has(&self, known: &Known) -> bool {
        self.requests.contains_key(known)
    }

    /// Whether a request can have been forgotten: a clock that was set forward and back makes old ones young again.
    pub fn may_have_forgotten(&self, request: &Request) -> bool {
        self.floor.is_some_and(|floor| kept_until(request) <= floor)
    }

    /// Whether no more requests of a key are remembered until some are forgotten.
    pub fn is_full_of(&self, key: &PublicKey) -> bool {
        self.of_keys.get(key).is_some_and(|count| *count >= MOST_OF_A_KEY)
    }

    /// Remembers that a request is to be run. The line must be on the disk before the command starts.
    pub fn accept(&mut self, believed: &Believed) -> Line {
        let request = &believed.request;
        let accepted = Accepted {
            call: request.call,
            reply: request.reply.clone(),
            durable: request.durable,
            until: kept_until(request),
        };
        self.note(believed.known(), Event::Accepted(accepted))
    }

    /// Remembers that a request was refused, so that it is not done after all when it comes again.
    pub fn refuse(&mut self, believed: &Believed) -> Line {
        self.note(believed.known(), Event::Refused { until: kept_until(&believed.request) })
    }

    /// Remembers that a command is about to start.
    pub fn start(&mut self, known: Known) -> Line {
        self.note(known, Event::Started)
    }

    /// Remembers how a command has ended.
    pub fn end(&mut self, known: Known, done: Done) -> Line {
        self.note(known, Event::Ended(brief(done)))
    }

    /// Remembers that nothing is left to do for a request.
    pub fn told(&mut self, known: Known) -> Line {
        self.note(known, Event::Told)
    }

    /// What is left to tell after a start. What had not ended then is unknown, and never run again.
    pub fn untold(&self) -> Vec<Untold> {
        let untold = |(known, state): (&Known, &State)| match state {
            State::Closed { .. } => None,
            State::Open { accepted, started, ended } => Some(Untold {
                known: *known,
                call: accepted.call,
                reply: accepted.reply.clone(),
                durable: accepted.durable,
                done: ended.clone().unwrap_or_else(|| unknown(*started)),
            }),
        };
        self.requests.iter().filter_map(untold).collect()
    }

    /// Forgets what cannot come again. Whether anything was forgotten.
    pub fn prune(&mut self, now: Timestamp) -> bool {
        let before = self.requests.len();
        self.requests.retain(|known, state| match state {
            State::Closed { until } if *until < now => {
                self.floor = self.floor.max(Some(*until));
                release(&mut self.of_keys, &known.key);
                false
            }
            _ => true,
        });
        self.requests.len() < before
    }

    /// How many requests are remembered.
    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// All that is remembered, in as few lines as can be.
    pub fn lines(&self) -> Vec<Line> {
        let floor = self.floor.map(|floor| Line(Content::Floor { floor }));
        floor.into_iter().chain(self.requests.iter().flat_map(|(known, state)| lines_of(*known, state))).collect()
    }

    fn note(&mut self, known: Known, event: Event) -> Line {
        let line = about(known, event);
        self.apply(line.clone());
        line
    }

    /// Lines may come twice, and the ones before may be missing: what is known already stays.
    fn apply(&mut self, line: Line) {
        let (known, event) = match line.0 {
            Content::About { id, key, event } => (Known { id, key }, event),
            Content::Floor { floor } => return self.floor = self.floor.max(Some(floor)),
        };
        match (event, self.requests.get_mut(&known)) {
            (Event::Accepted(accepted), None) => {
                self.insert(known, State::Open { accepted, started: false, ended: None });
            }
            (Event::Refused { until }, None) => self.insert(known, State::Closed { until }),
            (Event::Started, Some(State::Open { started, .. })) => *started = true,
            (Event::Ended(done), Some(State::Open { ended, .. })) => *ended = Some(done),
            (Event::Told, Some(state)) => {
                if let State::Open { accepted, .. } = state {
                    *state = State::Closed { until: accepted.until };
                }
            }
            _ => {}
        }
    }

    fn insert(&mut self, known: Known, state: State) {
        self.requests.insert(known, state);
        *self.of_keys.entry(known.key).or_default() += 1;
    }
}

impl Line {
    /// Its text, without its end.
    pub fn text(&self) -> String {
        // Lines are structs of texts and numbers, which JSON can always hold.
        format::encode(FORMAT, self).unwrap_or_default()
    }
}

fn about(known: Known, event: Event) -> Line {
    Line(Content::About { id: known.id, key: known.key, event })
}

/// One request less of a key.
fn release(of_keys: &mut BTreeMap<PublicKey, usize>, key: &PublicKey) {
    match of_keys.get_mut(key) {
        Some(count) if *count > 1 => *count -= 1,
        _ => drop(of_keys.remove(key)),
    }
}

/// With no more of a reason than fits into a line: it can name a program that a caller made long.
fn brief(done: Done) -> Done {
    let outcome = match done.outcome {
        Outcome::NotStarted(why) => Outcome::NotStarted(shown(&why)),
        other => other,
    };
    Done { outcome, ..done }
}

fn lines_of(known: Known, state: &State) -> Vec<Line> {
    let line = |event| about(known, event);
    match state {
        State::Closed { until } => vec![line(Event::Refused { until: *until })],
        State::Open { accepted, started, ended } => {
            let started = started.then_some(Event::Started);
            let ended = ended.clone().map(Event::Ended);
            let events = std::iter::once(Event::Accepted(accepted.clone())).chain(started).chain(ended);
            events.map(line).collect()
        }
    }
}

/// A request dated in the future is refused, and would be good a little later.
pub(super) fn kept_until(request: &Request) -> Timestamp {
    let kept = request.expires().checked_add(KEPT_AFTER + FUTURE_SKEW);
    kept.unwrap_or(Timestamp::MAX)
}

fn unknown(started: bool) -> Done {
    let why = if started {
        "the agent ended while the command ran; what became of it is not known here, and it is not run again"
    } else {
        "the agent ended when the command was about to start; it is not run again"
    };
    Done { outcome: Outcome::Unknown(why.to_owned()), duration_ms: 0, dropped_out: 0, dropped_err: 0 }
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
