//! How an entry is kept: a line of JSON, and behind it the output as it came.

use bellwether_core::claim::{Entry, KeptOutput, Outcome};
use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::time::Tick;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The format this program writes. An entry of a higher format is refused, never guessed at.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Line {
    format: u32,
    job: JobName,
    tick: Tick,
    run_id: RunId,
    node: NodeId,
    fence: u64,
    attempt: u32,
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    output_total: u64,
    recorded: Timestamp,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

pub(super) fn encode(entry: &Entry) -> Result<Vec<u8>, serde_json::Error> {
    let entry = entry.clone();
    // JSON escapes the newlines in strings, so the first newline is the line's end.
    let mut bytes = serde_json::to_vec(&Line {
        format: FORMAT,
        job: entry.job,
        tick: entry.tick,
        run_id: entry.run_id,
        node: entry.node,
        fence: entry.fence,
        attempt: entry.attempt,
        outcome: entry.outcome,
        started: entry.started,
        ended: entry.ended,
        status: entry.status,
        note: entry.note,
        output_total: entry.output.total,
        recorded: entry.recorded,
    })?;
    bytes.push(b'\n');
    bytes.extend_from_slice(&entry.output.tail);
    Ok(bytes)
}

/// Reads what [`encode`] wrote; else why it cannot be read, and what to do.
pub(super) fn decode(bytes: &[u8]) -> Result<Entry, (String, &'static str)> {
    const REMEDY: &str = "another program may have written it; remove the message from the history's stream";
    let damaged = |why: String| (format!("an entry is damaged: {why}"), REMEDY);
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(|| damaged("it has no line".to_owned()))?;
    let (line, tail) = (&bytes[..end], &bytes[end + 1..]);
    let Format { format } = serde_json::from_slice(line).map_err(|error| damaged(error.to_string()))?;
    if format > FORMAT {
        let why = format!("an entry has format {format}, this release understands {FORMAT}");
        return Err((why, "upgrade bellwether on this node"));
    }
    let line: Line = serde_json::from_slice(line).map_err(|error| damaged(error.to_string()))?;
    Ok(Entry {
        job: line.job,
        tick: line.tick,
        run_id: line.run_id,
        node: line.node,
        fence: line.fence,
        attempt: line.attempt,
        outcome: line.outcome,
        started: line.started,
        ended: line.ended,
        status: line.status,
        note: line.note,
        output: KeptOutput { tail: tail.to_vec(), total: line.output_total },
        recorded: line.recorded,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_testkit::store::fixtures::{entry, job};

    #[test]
    fn the_encoding_is_the_one_other_releases_read() {
        let entry = Entry { note: Some("a\nb".into()), ..entry(&job("j"), 1) };
        let text = String::from_utf8(encode(&entry).unwrap()).unwrap();
        assert_eq!(
            text,
            "{\"format\":1,\"job\":\"j\",\"tick\":\"2026-11-21T10:00:01Z\",\"run_id\":\"run-1\",\"node\":\"nœud-1\",\
             \"fence\":1,\"attempt\":1,\"outcome\":\"done\",\"started\":\"2026-11-21T10:00:01Z\",\
             \"ended\":\"2026-11-21T10:00:01.5Z\",\"status\":0,\"note\":\"a\\nb\",\"output_total\":12,\
             \"recorded\":\"2026-11-21T10:00:01.6Z\"}\noutput 1\n"
        );
        assert_eq!(decode(text.as_bytes()).unwrap(), entry);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert!(decode(b"{\"format\":2,\"shape\":1}\n").unwrap_err().1.contains("upgrade"));
        for bytes in [&b""[..], b"\n", b"{\"format\":1}\n", b"{\"format\":1}", b"\xff\n"] {
            assert!(decode(bytes).unwrap_err().0.contains("damaged"), "{bytes:?}");
        }
    }
}
