//! The record of a job: one per job, changed only by compare-and-swap.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::format::{self, DecodeError};
use crate::names::{NodeId, RunId};
use crate::time::Tick;

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// A node has taken the tick; its command has not been started.
    Claimed,
    /// The command may be running.
    Started,
    /// The command ended and its status is recorded.
    Done,
    /// The node died, or lost the store, while its command may have been running.
    Lost,
}

/// The run that a claim under `--overlap replace` pushed aside, until it is known to have stopped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Displaced {
    /// The run that must stop.
    pub run_id: RunId,
    /// Its lease: when that is over, counted from the claim, it has stopped whether it says so or not.
    #[serde(rename = "lease_ms", with = "milliseconds")]
    pub lease: Duration,
    /// Whether it has said so.
    pub stopped: bool,
    /// What its record said; none in a claim of a release that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Was>,
}

/// What the record of a displaced run said when it was pushed aside: history is told of it by the run that waited for
/// it, should it die without a word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Was {
    /// Its tick.
    pub tick: Tick,
    /// Its node.
    pub node: NodeId,
    /// Its fence.
    pub fence: u64,
    /// Its attempt.
    pub attempt: u32,
    /// When its command was started, by its node's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
}

/// What a store keeps of a job: its latest tick and who runs it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Record {
    /// The tick claimed last; it never goes back.
    pub tick: Tick,
    /// The run that claimed it.
    pub run_id: RunId,
    /// The node of that run.
    pub node: NodeId,
    /// Grows with every claim of the job, so that what a job writes to can refuse an older run.
    pub fence: u64,
    /// Which start of the command this is, from 1; grows with every start of the same tick.
    pub attempt: u32,
    /// How far the run has come.
    pub state: State,
    /// Grows with every change that the run makes to its record.
    pub beat: u64,
    /// How long the run may go without changing its record before others take it for dead.
    #[serde(rename = "lease_ms", with = "milliseconds")]
    pub lease: Duration,
    /// When the command was started, by the node's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it ended, by the node's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// The exit status of an ended command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<i32>,
    /// The run that must have stopped before this one starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub displaced: Option<Displaced>,
    /// When the job is due next, by the schedule of the wrapper that made the claim; for people to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Tick>,
}

impl Record {
    /// The record as every store keeps it: JSON with its format number.
    ///
    /// # Errors
    /// Never for a record made by this program; the encoder's error otherwise.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        format::encode(self)
    }

    /// Reads what [`Record::encode`] wrote.
    ///
    /// # Errors
    /// When the text is of a newer format or no record.
    pub fn decode(text: &str) -> Result<Self, DecodeError> {
        format::decode(text)
    }

    /// Whether the run has neither ended nor been given up.
    pub fn is_live(&self) -> bool {
        matches!(self.state, State::Claimed | State::Started)
    }
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            tick: Tick::at("2026-11-21T10:00:00Z".parse().unwrap()),
            run_id: RunId::new("r1").unwrap(),
            node: NodeId::new("nœud-1").unwrap(),
            fence: 7,
            attempt: 1,
            state: State::Started,
            beat: 3,
            lease: Duration::from_secs(30),
            started: Some("2026-11-21T10:00:00.25Z".parse().unwrap()),
            ended: None,
            status: None,
            displaced: Some(Displaced {
                run_id: RunId::new("r0").unwrap(),
                lease: Duration::from_secs(5),
                stopped: false,
                was: Some(Was {
                    tick: Tick::at("2026-11-21T09:00:00Z".parse().unwrap()),
                    node: NodeId::new("n0").unwrap(),
                    fence: 6,
                    attempt: 2,
                    started: None,
                }),
            }),
            next: None,
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = record().encode().unwrap();
        assert_eq!(Record::decode(&text).unwrap(), record());
    }

    #[test]
    fn the_encoding_is_the_one_other_releases_read() {
        assert_eq!(
            record().encode().unwrap(),
            r#"{"format":1,"tick":"2026-11-21T10:00:00Z","run_id":"r1","node":"nœud-1","fence":7,"attempt":1,"state":"started","beat":3,"lease_ms":30000,"started":"2026-11-21T10:00:00.25Z","displaced":{"run_id":"r0","lease_ms":5000,"stopped":false,"was":{"tick":"2026-11-21T09:00:00Z","node":"n0","fence":6,"attempt":2}}}"#
        );
    }

    #[test]
    fn a_claim_that_tells_little_of_whom_it_displaced_is_read() {
        let text = record().encode().unwrap();
        let (start, was) = text.split_once(r#","was""#).unwrap();
        let little = Record::decode(&format!("{start}{}", &was[was.find('}').unwrap() + 1..])).unwrap();
        assert_eq!(little.displaced, record().displaced.map(|displaced| Displaced { was: None, ..displaced }));
    }

    #[test]
    fn a_newer_format_is_refused_even_when_its_fields_are_unknown() {
        let error = Record::decode(r#"{"format":2,"shape":"new"}"#).unwrap_err();
        assert!(matches!(error, DecodeError::Newer(2)));
        assert!(matches!(Record::decode("{}").unwrap_err(), DecodeError::Damaged(_)));
        assert!(matches!(Record::decode("not json").unwrap_err(), DecodeError::Damaged(_)));
    }
}
