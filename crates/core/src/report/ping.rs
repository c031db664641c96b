//! Pings, as healthchecks.io and what speaks like it take them (Pinging API): `URL/start`, `URL` for success,
//! `URL/STATUS` or `URL/fail` for failure, each with `rid`, which tells runs apart that overlap.

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::{Ending, Report};
use crate::names::{JobName, NodeId, RunId};
use crate::time::Tick;

/// The most of a body that healthchecks.io keeps, in bytes; it keeps the start of a longer one.
const LONGEST_BODY: usize = 100_000;

/// Where a job's pings go. Whoever knows it can ping: it is shown without all that follows its host.
#[derive(Clone, PartialEq, Eq)]
pub struct PingUrl(Url);

/// Why a text is no ping URL. It does not repeat the text, which may be a secret with a small mistake in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PingUrlError {
    /// Not a URL at all.
    #[error("the ping URL is not a URL; write for example https://hc-ping.com/UUID")]
    Malformed,
    /// Of another scheme than http and https.
    #[error("the ping URL must start with https:// or http://")]
    Scheme,
}

impl FromStr for PingUrl {
    type Err = PingUrlError;

    fn from_str(text: &str) -> Result<Self, PingUrlError> {
        let mut url = Url::parse(text.trim()).map_err(|_| PingUrlError::Malformed)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(PingUrlError::Scheme);
        }
        url.set_fragment(None);
        Ok(Self(url))
    }
}

impl fmt::Display for PingUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())?;
        self.0.port().map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl fmt::Debug for PingUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PingUrl({self})")
    }
}

impl PingUrl {
    /// The URL that says that a run has started.
    pub fn for_start(&self, run_id: &RunId) -> String {
        self.with(Some("start"), run_id)
    }

    /// The URL that says how a run ended. A failure without a status of its own, or with one that would pass for
    /// success, is told as `fail`.
    pub fn for_end(&self, report: &Report) -> String {
        let status = report.status.filter(|status| (1..=255).contains(status)).map(|status| status.to_string());
        match (report.ending, status) {
            (Ending::Success, _) => self.with(None, &report.run_id),
            (_, Some(status)) => self.with(Some(&status), &report.run_id),
            (_, None) => self.with(Some("fail"), &report.run_id),
        }
    }

    fn with(&self, segment: Option<&str>, run_id: &RunId) -> String {
        let mut url = self.0.clone();
        // Every http URL has a path.
        if let (Some(segment), Ok(mut path)) = (segment, url.path_segments_mut()) {
            path.pop_if_empty().push(segment);
        }
        if let Some(uuid) = uuid(run_id)
            && url.query_pairs().all(|(name, _)| name != "rid")
        {
            url.query_pairs_mut().append_pair("rid", &uuid);
        }
        url.into()
    }
}

/// A run's id in the form of a UUID (RFC 9562, section 4), in which alone a `rid` is taken; none for one of another
/// program.
fn uuid(run_id: &RunId) -> Option<String> {
    let id = run_id.as_str();
    let is_ours = id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_ours.then(|| [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-"))
}

/// What a ping says of a start.
pub fn start_body(job: &JobName, tick: Tick, node: &NodeId) -> String {
    format!("{job}: started on node {node}, tick {tick}\n")
}

/// What a ping says of an end: a line of summary, then the end of the output, all of it UTF-8, since other bodies are
/// not kept.
pub fn end_body(report: &Report) -> String {
    let summary = report.summary();
    let text = String::from_utf8_lossy(&report.output.tail);
    let left_out = report.output.total.saturating_sub(report.output.tail.len() as u64);
    let cut = format!("[{left_out} bytes before this are not kept]\n");
    let cut = if left_out > 0 { cut.as_str() } else { "" };
    let room = LONGEST_BODY.saturating_sub(summary.len() + cut.len() + 2);
    format!("{summary}\n\n{cut}{}", end_of(&text, room))
}

/// The last bytes of a text, at most so many, from the start of a character on.
fn end_of(text: &str, most: usize) -> &str {
    let from = text.len().saturating_sub(most);
    let from = (from..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    &text[from..]
}

#[cfg(test)]
#[path = "ping_tests.rs"]
mod tests;
