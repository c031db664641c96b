//! JetStream's requests and answers, as far as the store needs them.
//!
//! The library's own JetStream interface is not used: it does not tell a request that was never sent from one whose
//! answer is missing, and that difference is what a claim depends on.

use std::time::Duration;

use async_nats::HeaderMap;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bellwether_core::text::shown;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::failure::{Failure, RUN_AGAIN};
use super::link::{Kind, Link};

/// How soon a message is offered again that nobody took.
const PAUSE: Duration = Duration::from_millis(50);

/// JetStream's numbers for what it refuses.
pub(super) mod code {
    pub(in crate::nats) const ACCOUNT_RESOURCES_EXCEEDED: u64 = 10_002;
    pub(in crate::nats) const NO_PEERS: u64 = 10_005;
    pub(in crate::nats) const NOT_AVAILABLE: u64 = 10_008;
    pub(in crate::nats) const NOT_LEADER: u64 = 10_009;
    pub(in crate::nats) const INSUFFICIENT_RESOURCES: u64 = 10_023;
    pub(in crate::nats) const NO_MESSAGE_FOUND: u64 = 10_037;
    pub(in crate::nats) const NOT_ENABLED_FOR_ACCOUNT: u64 = 10_039;
    pub(in crate::nats) const SEQUENCE_NOT_FOUND: u64 = 10_043;
    pub(in crate::nats) const STORAGE_RESOURCES_EXCEEDED: u64 = 10_047;
    pub(in crate::nats) const MESSAGE_TOO_LARGE: u64 = 10_054;
    pub(in crate::nats) const STREAM_NAME_EXISTS: u64 = 10_058;
    pub(in crate::nats) const STREAM_NOT_FOUND: u64 = 10_059;
    pub(in crate::nats) const STREAM_NOT_MATCH: u64 = 10_060;
    pub(in crate::nats) const WRONG_LAST_SEQUENCE: u64 = 10_071;
    pub(in crate::nats) const REPLICAS_NOT_SUPPORTED: u64 = 10_074;
    pub(in crate::nats) const NOT_ENABLED: u64 = 10_076;
    #[cfg(test)]
    pub(in crate::nats) const STORE_FAILED: u64 = 10_077;
    pub(in crate::nats) const STREAM_SEALED: u64 = 10_109;
}

/// What the server says when it refuses.
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    #[serde(default)]
    pub(super) err_code: u64,
    #[serde(default)]
    pub(super) description: String,
}

impl Refusal {
    /// Whether it is about a sequence that is there: 'wrong last sequence: 7'. A server that cannot read its own disk
    /// says the same with a 0.
    pub(super) fn tells_a_sequence(&self) -> bool {
        let told = self.description.rsplit(' ').next().and_then(|number| number.parse::<u64>().ok());
        self.err_code == code::WRONG_LAST_SEQUENCE && told.is_some_and(|sequence| sequence > 0)
    }
}

#[derive(Deserialize)]
struct Refused {
    error: Option<Refusal>,
}

/// Where a published message was stored.
#[derive(Debug, Deserialize)]
pub(super) struct Stored {
    stream: String,
    pub(super) seq: u64,
}

/// A message that a stream holds.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) subject: String,
    pub(super) sequence: u64,
    pub(super) headers: Vec<u8>,
    pub(super) payload: Vec<u8>,
}

#[derive(Deserialize)]
struct Got {
    message: GotMessage,
}

#[derive(Deserialize)]
struct GotMessage {
    subject: String,
    seq: u64,
    #[serde(default)]
    hdrs: String,
    #[serde(default)]
    data: String,
}

/// Reads an answer: what was asked for, or a refusal.
fn understood<T: DeserializeOwned>(payload: &[u8]) -> Result<T, Failure> {
    let nonsense = |error: serde_json::Error| Failure::Nonsense(shown(&error.to_string()));
    match serde_json::from_slice::<Refused>(payload).map_err(nonsense)?.error {
        Some(refusal) => Err(Failure::Refused(refusal)),
        None => serde_json::from_slice(payload).map_err(nonsense),
    }
}

fn encoded(body: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(body).map_err(|error| Failure::NotSent { why: error.to_string(), remedy: RUN_AGAIN })
}

/// Asks JetStream something.
pub(super) async fn ask<T: DeserializeOwned>(link: &Link, action: &str, body: &Value) -> Result<T, Failure> {
    call(link, Kind::Question, link.limit(), action, body).await
}

/// Has JetStream change something, which may take longer than the link's limit.
pub(super) async fn order<T: DeserializeOwned>(
    link: &Link,
    limit: Duration,
    action: &str,
    body: &Value,
) -> Result<T, Failure> {
    call(link, Kind::Order, limit, action, body).await
}

async fn call<T: DeserializeOwned>(
    link: &Link,
    kind: Kind,
    limit: Duration,
    action: &str,
    body: &Value,
) -> Result<T, Failure> {
    let answer = link.request(kind, limit, format!("$JS.API.{action}"), HeaderMap::new(), encoded(body)?).await?;
    understood(&answer.payload)
}

/// Stores a message when the last one under its subject has this sequence; 0: when there is none.
pub(super) async fn publish(
    link: &Link,
    stream: &str,
    subject: String,
    expected: u64,
    mut headers: HeaderMap,
    payload: Vec<u8>,
) -> Result<u64, Failure> {
    headers.insert("Nats-Expected-Last-Subject-Sequence", expected.to_string().as_str());
    store(link, stream, subject, headers, payload).await
}

/// Stores a message in a stream that may just have been made: not all servers of a cluster know of it at once. Tells
/// its sequence.
pub(super) async fn store(
    link: &Link,
    stream: &str,
    subject: String,
    headers: HeaderMap,
    payload: Vec<u8>,
) -> Result<u64, Failure> {
    let end = Instant::now() + link.limit();
    loop {
        match store_at_once(link, stream, subject.clone(), headers.clone(), payload.clone()).await {
            Err(Failure::NobodyThere) if Instant::now() < end => sleep(PAUSE).await,
            stored => return stored,
        }
    }
}

/// Stores a message, unless nobody takes it at this moment. Tells its sequence.
pub(super) async fn store_at_once(
    link: &Link,
    stream: &str,
    subject: String,
    mut headers: HeaderMap,
    payload: Vec<u8>,
) -> Result<u64, Failure> {
    // Should another stream have taken the subject over, its sequences would mean nothing here.
    headers.insert("Nats-Expected-Stream", stream);
    let answer = link.request(Kind::Order, link.limit(), subject, headers, payload).await?;
    let stored: Stored = understood(&answer.payload)?;
    if stored.stream != stream || stored.seq == 0 {
        return Err(Failure::Nonsense(format!("it was stored in {} at {}", shown(&stored.stream), stored.seq)));
    }
    Ok(stored.seq)
}

/// The last message whose subject matches.
///
/// This request is answered by the stream's leader alone, who has all that was ever confirmed. The faster 'direct get'
/// is answered by any copy, and may miss what the leader has just confirmed. (A leader that was cut off from the
/// others may answer for some seconds more, until it notices; what it tells is old then, and no swap from it succeeds.)
pub(super) async fn last(link: &Link, stream: &str, filter: &str) -> Result<Option<Held>, Failure> {
    get(link, stream, &json!({ "last_by_subj": filter })).await
}

/// The first message at this sequence or later whose subject matches.
pub(super) async fn next(link: &Link, stream: &str, filter: &str, from: u64) -> Result<Option<Held>, Failure> {
    get(link, stream, &json!({ "seq": from, "next_by_subj": filter })).await
}

async fn get(link: &Link, stream: &str, body: &Value) -> Result<Option<Held>, Failure> {
    match ask::<Got>(link, &format!("STREAM.MSG.GET.{stream}"), body).await {
        Ok(Got { message }) => held(message).map(Some),
        Err(failure) if failure.is_refusal(code::NO_MESSAGE_FOUND) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn held(message: GotMessage) -> Result<Held, Failure> {
    let bytes = |text: &str| BASE64_STANDARD.decode(text).map_err(|error| Failure::Nonsense(error.to_string()));
    Ok(Held {
        headers: bytes(&message.hdrs)?,
        payload: bytes(&message.data)?,
        subject: message.subject,
        sequence: message.seq,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_what_was_asked_for_or_a_refusal_or_nonsense() {
        let stored: Stored = understood(br#"{"stream":"KV_a","seq":7,"domain":"x"}"#).unwrap();
        assert_eq!((stored.stream.as_str(), stored.seq), ("KV_a", 7));
        let refused = br#"{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 3"},"seq":0}"#;
        let failure = understood::<Stored>(refused).unwrap_err();
        assert!(matches!(failure, Failure::Refused(refusal) if refusal.tells_a_sequence()));
        let failed = Refusal { err_code: code::WRONG_LAST_SEQUENCE, description: "wrong last sequence: 0".into() };
        assert!(!failed.tells_a_sequence());
        for answer in [&b""[..], b"{}", b"[]", b"null", b"\xff", br#"{"stream":"a","seq":-1}"#] {
            assert!(matches!(understood::<Stored>(answer), Err(Failure::Nonsense(_))), "{answer:?}");
        }
    }
}
