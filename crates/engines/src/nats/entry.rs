//! How an entry is kept: a line of JSON, and behind it the output as it came.

use bellwether_core::claim::Entry;

pub(super) fn encode(entry: &Entry) -> Result<Vec<u8>, serde_json::Error> {
    // JSON escapes the newlines in strings, so the first newline is the line's end.
    let mut bytes = entry.encode()?.into_bytes();
    bytes.push(b'\n');
    bytes.extend_from_slice(&entry.output.tail);
    Ok(bytes)
}

/// Reads what [`encode`] wrote; else why it cannot be read, and what to do.
pub(super) fn decode(bytes: &[u8]) -> Result<Entry, (String, &'static str)> {
    const REMEDY: &str = "another program may have written it; remove the message from the history's stream";
    let no_line = || ("an entry of the history has no line of text".to_owned(), REMEDY);
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(no_line)?;
    let line = std::str::from_utf8(&bytes[..end]).map_err(|_| no_line())?;
    Entry::decode(line, bytes[end + 1..].to_vec())
        .map_err(|error| (format!("an entry of the history cannot be read: {error}"), error.remedy()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_testkit::store::fixtures::{entry, job};

    #[test]
    fn the_output_follows_the_first_line() {
        let entry = Entry { note: Some("a\nb".into()), ..entry(&job("j"), 1) };
        let bytes = encode(&entry).unwrap();
        let lines: Vec<_> = bytes.splitn(2, |byte| *byte == b'\n').collect();
        assert_eq!(lines[0], entry.encode().unwrap().as_bytes());
        assert_eq!(lines[1], entry.output.tail);
        assert_eq!(decode(&bytes).unwrap(), entry);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert!(decode(b"{\"format\":2,\"shape\":1}\n").unwrap_err().1.contains("upgrade"));
        for bytes in [&b""[..], b"\n", b"{\"format\":1}\n", b"{\"format\":1}", b"\xff\n"] {
            assert!(decode(bytes).unwrap_err().0.contains("an entry of the history"), "{bytes:?}");
        }
    }
}
