//! What a program prints whose output is an answer.

use super::observer::{Observer, Stream};
use super::tail::Tail;

/// How much is kept of what it says about its failure, in bytes.
const MOST_SAID: usize = 1_024;

/// Keeps standard output up to a bound, and the end of standard error.
#[derive(Debug)]
pub(crate) struct Printed {
    out: Vec<u8>,
    limit: usize,
    is_too_long: bool,
    err: Tail,
}

impl Printed {
    /// Keeps at most `limit` bytes.
    pub(crate) const fn new(limit: usize) -> Self {
        Self { out: Vec::new(), limit, is_too_long: false, err: Tail::new(MOST_SAID) }
    }

    /// The whole output; none when there was more than is kept, since a part of an answer is none.
    pub(crate) fn out(&self) -> Option<&[u8]> {
        (!self.is_too_long).then_some(&self.out)
    }

    /// What it said on standard error, in one line.
    pub(crate) fn said(self) -> String {
        let said = self.err.into_kept().tail;
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() { "it said nothing".to_owned() } else { lines.join("; ") }
    }
}

impl Observer for Printed {
    fn observe(&mut self, stream: Stream, bytes: &[u8]) {
        match stream {
            Stream::Err => self.err.push(bytes),
            Stream::Out if self.out.len() + bytes.len() > self.limit => self.is_too_long = true,
            Stream::Out => self.out.extend_from_slice(bytes),
        }
    }
}
