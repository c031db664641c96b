//! Under which subjects records and history are kept.
//!
//! A name becomes one token of a subject: letters, digits and '-' stay as they are, so that `nats kv ls` can be read;
//! every other byte becomes '=' and two hexadecimal digits. All of it is legal in a key of a bucket, and no two names
//! become the same token.

use bellwether_core::claim::Entry;
use bellwether_core::names::JobName;

/// What the keys of records begin with; it leaves room for other keys, and a key must not begin with `_kv`.
const RECORDS: &str = "job";

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// The names that belong to a bucket.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    bucket: String,
}

impl Keys {
    pub(super) fn new(bucket: &str) -> Self {
        Self { bucket: bucket.to_owned() }
    }

    /// The stream behind the bucket, as every NATS client names it.
    pub(super) fn records_stream(&self) -> String {
        format!("KV_{}", self.bucket)
    }

    /// All that the bucket holds.
    pub(super) fn bucket_subjects(&self) -> String {
        format!("$KV.{}.>", self.bucket)
    }

    /// The record of a job.
    pub(super) fn record(&self, job: &JobName) -> String {
        format!("$KV.{}.{RECORDS}.{}", self.bucket, token(job.as_str()))
    }

    /// The records of all jobs.
    pub(super) fn all_records(&self) -> String {
        format!("$KV.{}.{RECORDS}.>", self.bucket)
    }

    /// The job whose record is kept under a subject; none when it is not the subject of a record.
    pub(super) fn job(&self, subject: &str) -> Option<JobName> {
        let bucket = subject.strip_prefix("$KV.")?.strip_prefix(&self.bucket)?;
        let job = name(bucket.strip_prefix(&format!(".{RECORDS}."))?)?;
        JobName::new(job).ok()
    }

    /// The stream with the history.
    pub(super) fn history_stream(&self) -> String {
        format!("{}_history", self.bucket)
    }

    /// The history of all jobs.
    pub(super) fn all_history(&self) -> String {
        format!("{}_history.>", self.bucket)
    }

    /// The history of a job.
    pub(super) fn history(&self, job: &JobName) -> String {
        format!("{}_history.{}.>", self.bucket, token(job.as_str()))
    }

    /// An entry: one subject per run and outcome, at which there can be one message.
    pub(super) fn entry(&self, entry: &Entry) -> String {
        let (job, run) = (token(entry.job.as_str()), token(entry.run_id.as_str()));
        format!("{}_history.{job}.{run}.{}", self.bucket, entry.outcome.as_str())
    }
}

fn stays(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// The one token of a subject that stands for a name.
pub(super) fn token(name: &str) -> String {
    let mut token = String::with_capacity(name.len());
    for byte in name.bytes() {
        if stays(byte) {
            token.push(char::from(byte));
        } else {
            token.push('=');
            token.push(char::from(DIGITS[usize::from(byte >> 4)]));
            token.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    token
}

/// The name that [`token`] made this of; none for what it never makes.
pub(super) fn name(text: &str) -> Option<String> {
    let digit = |byte: u8| DIGITS.iter().position(|digit| *digit == byte).and_then(|value| u8::try_from(value).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            bytes.push(digit(rest.next()?)? << 4 | digit(rest.next()?)?);
        } else {
            bytes.push(byte);
        }
    }
    let name = String::from_utf8(bytes).ok()?;
    (token(&name) == text).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_core::names::LONGEST_NAME;

    #[test]
    fn any_name_becomes_one_legal_token_and_comes_back() {
        let all_ascii: String = (' '..='~').collect();
        let longest = "備".repeat(LONGEST_NAME / "備".len());
        for text in ["backup", "a.b", "a=2Eb", "*", ">", "_kv", " ", "🐑", &all_ascii, &longest] {
            let token = token(text);
            assert!(token.bytes().all(|byte| stays(byte) || byte == b'='), "{token}");
            assert_eq!(name(&token).as_deref(), Some(text));
        }
        assert_eq!(token("nightly-backup.1"), "nightly-backup=2E1");
        assert_ne!(token("a=2Eb"), token("a.b"));
    }

    #[test]
    fn what_was_not_made_here_is_no_name() {
        for text in ["a=", "a=2", "a=2e", "a=41", "a=FF", "a.b", "a_b"] {
            assert_eq!(name(text), None, "{text}");
        }
        let keys = Keys::new("b");
        let job = JobName::new("x y").unwrap();
        assert_eq!(keys.job(&keys.record(&job)), Some(job));
        assert_eq!(keys.job("$KV.b.other"), None);
        assert_eq!(keys.job("$KV.bb.job.x"), None);
    }
}
