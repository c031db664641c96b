//! What history keeps of a run: one entry per run and outcome.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::format::{self, DecodeError};
use crate::names::{JobName, NodeId, RunId};
use crate::time::Tick;

/// How a run, or a tick that was not run, ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The command ended by itself, by its timeout or by a signal passed on; `status` tells.
    Done,
    /// The node died, or could not reach the store, while the command may have been running.
    Lost,
    /// The tick was not run because an earlier one still was.
    Skipped,
    /// A later tick took the run's place.
    Replaced,
}

impl Outcome {
    /// The word that history shows and stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Lost => "lost",
            Self::Skipped => "skipped",
            Self::Replaced => "replaced",
        }
    }
}

/// The end of a command's output, as far as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct KeptOutput {
    /// The last bytes, standard output and error as they came.
    #[serde(skip)]
    pub tail: Vec<u8>,
    /// How many bytes there were in all.
    #[serde(rename = "output_total")]
    pub total: u64,
}

/// One line of history.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// The job.
    pub job: JobName,
    /// The tick.
    pub tick: Tick,
    /// The run; with the outcome, the key of the entry.
    pub run_id: RunId,
    /// The node it ran on.
    pub node: NodeId,
    /// Its fence; 0 for a tick that was never claimed.
    pub fence: u64,
    /// How many starts of the command there were for this tick; 0 for none.
    pub attempt: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// When the command was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// The command's status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<i32>,
    /// Why, where the outcome alone does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The end of what the command wrote.
    #[serde(flatten)]
    pub output: KeptOutput,
    /// When the entry was made, by the clock of the node that made it.
    pub recorded: Timestamp,
}

impl Entry {
    /// The entry as every store keeps it: JSON with its format number, in one line, without the bytes of the output.
    /// Those are kept beside it as they are.
    ///
    /// # Errors
    /// Never for an entry made by this program; the encoder's error otherwise.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        format::encode(self)
    }

    /// Reads what [`Entry::encode`] wrote; `tail` is the output that was kept beside it.
    ///
    /// # Errors
    /// When the text is of a newer format or no entry.
    pub fn decode(text: &str, tail: Vec<u8>) -> Result<Self, DecodeError> {
        let mut entry: Self = format::decode(text)?;
        entry.output.tail = tail;
        Ok(entry)
    }
}

impl Outcome {
    /// When several outcomes are told of one run, the higher one is the truth: a run that was taken for lost and then
    /// reports its own end was not lost.
    const fn weight(self) -> u8 {
        match self {
            Self::Skipped => 0,
            Self::Lost => 1,
            Self::Replaced => 2,
            Self::Done => 3,
        }
    }
}

/// One entry per run, in the order given: where history has several of a run, the one that knows most.
pub fn fold(entries: Vec<Entry>) -> Vec<Entry> {
    let mut folded: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        match folded.iter_mut().find(|kept| kept.run_id == entry.run_id && kept.job == entry.job) {
            Some(kept) if kept.outcome.weight() < entry.outcome.weight() => *kept = entry,
            Some(_) => {}
            None => folded.push(entry),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(run: &str, outcome: Outcome) -> Entry {
        let at: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        Entry {
            job: JobName::new("job").unwrap(),
            tick: Tick::at(at),
            run_id: RunId::new(run).unwrap(),
            node: NodeId::new("a").unwrap(),
            fence: 1,
            attempt: 1,
            outcome,
            started: None,
            ended: None,
            status: None,
            note: None,
            output: KeptOutput::default(),
            recorded: at,
        }
    }

    #[test]
    fn a_run_that_reports_its_end_was_not_lost() {
        let told = vec![
            entry("r2", Outcome::Done),
            entry("r1", Outcome::Lost),
            entry("r1", Outcome::Done),
            entry("r0", Outcome::Lost),
        ];
        let folded: Vec<_> = fold(told).into_iter().map(|entry| (entry.run_id.to_string(), entry.outcome)).collect();
        let expected = [("r2", Outcome::Done), ("r1", Outcome::Done), ("r0", Outcome::Lost)];
        assert_eq!(folded, expected.map(|(run, outcome)| (run.to_owned(), outcome)));
    }

    #[test]
    fn the_encoding_is_the_one_other_releases_read() {
        let entry = Entry {
            fence: u64::MAX,
            started: Some("2026-11-21T10:00:00.000000001Z".parse().unwrap()),
            status: Some(-1),
            note: Some("a\0\nb".to_owned()),
            output: KeptOutput { tail: b"\xff\0end".to_vec(), total: 70_000 },
            ..entry("r1", Outcome::Done)
        };
        let text = entry.encode().unwrap();
        assert_eq!(
            text,
            r#"{"format":1,"job":"job","tick":"2026-11-21T10:00:00Z","run_id":"r1","node":"a","fence":18446744073709551615,"attempt":1,"outcome":"done","started":"2026-11-21T10:00:00.000000001Z","status":-1,"note":"a\u0000\nb","output_total":70000,"recorded":"2026-11-21T10:00:00Z"}"#
        );
        assert_eq!(Entry::decode(&text, b"\xff\0end".to_vec()).unwrap(), entry);
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        assert!(matches!(Entry::decode(r#"{"format":2}"#, Vec::new()), Err(DecodeError::Newer(2))));
        for text in ["", "{}", r#"{"format":1}"#, r#"{"format":1,"job":"j"}"#] {
            assert!(matches!(Entry::decode(text, Vec::new()), Err(DecodeError::Damaged(_))), "{text}");
        }
    }
}
