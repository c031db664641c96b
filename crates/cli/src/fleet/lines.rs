//! Output that comes in parts, taken apart into lines.

use crate::render::table::steers;

/// The longest line that is waited for: a longer one is shown in parts.
const LONGEST: usize = 64 * 1024;

/// The part of a line that has come so far.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    /// Takes more output, and hands on every line that is complete, without its end.
    pub(crate) fn take(&mut self, bytes: &[u8], mut show: impl FnMut(&[u8])) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(part);
            if self.begun.ends_with(b"\n") {
                self.begun.pop();
                show(&self.begun);
                self.begun.clear();
            } else if self.begun.len() >= LONGEST {
                show(&self.begun);
                self.begun.clear();
            }
        }
    }

    /// Hands on the last line, where it had no end.
    pub(crate) fn finish(&mut self, mut show: impl FnMut(&[u8])) {
        if !self.begun.is_empty() {
            show(&self.begun);
            self.begun.clear();
        }
    }
}

/// What a terminal may be shown of a line that another machine wrote: nothing in it moves the cursor, changes the title
/// or hides what follows. Bytes that are no text are shown as `\xNN`.
pub(crate) fn harmless(line: &[u8]) -> String {
    let mut text = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\t' => text.push(c),
                c if steers(c) => text.extend(c.escape_default()),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(parts: &[&[u8]]) -> Vec<Vec<u8>> {
        let (mut lines, mut shown) = (Lines::default(), Vec::new());
        for part in parts {
            lines.take(part, |line| shown.push(line.to_vec()));
        }
        lines.finish(|line| shown.push(line.to_vec()));
        shown
    }

    #[test]
    fn lines_are_the_same_however_they_come() {
        assert_eq!(lines(&[b"one\ntw", b"o\n\nth", b"ree"]), [&b"one"[..], b"two", b"", b"three"]);
        assert_eq!(lines(&[b"\xff\xfe\n"]), [b"\xff\xfe"]);
        assert!(lines(&[b""]).is_empty());
    }

    #[test]
    fn a_line_without_end_is_shown_in_parts() {
        let shown = lines(&[&vec![b'x'; LONGEST + 10], b"y\n"]);
        assert_eq!(shown.concat().len(), LONGEST + 11);
    }

    #[test]
    fn no_output_takes_over_a_terminal() {
        assert_eq!(harmless("\u{1b}]0;owned\u{7}\té\u{9b}2J".as_bytes()), "\\u{1b}]0;owned\\u{7}\té\\u{9b}2J");
        assert_eq!(harmless(b"ok\xff\r"), "ok\\xff\\r");
        assert_eq!(harmless("a\u{202e}b\u{2069}c".as_bytes()), "a\\u{202e}b\\u{2069}c");
    }
}
