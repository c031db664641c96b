//! One JSON object per line for everything that happens.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether_core::fleet::caller::call::Call;
use bellwether_core::fleet::caller::order::Missing;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::reply::{Event, Outcome, Reply, Stream};
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::names::NodeId;
use serde_json::{Value, json};

use super::summary::{outcome_words, unexpected};
use super::tally::Tally;
use crate::failure::Failure;
use crate::fleet::audience::Audience;
use crate::render::console::Console;

/// Prints events.
pub(super) struct Events {
    console: Console,
    failed: Option<Failure>,
}

impl Events {
    pub(super) fn new(console: Console) -> Self {
        Self { console, failed: None }
    }

    pub(super) fn expected(&mut self, call: RequestId, environment: &EnvironmentName, audience: &Audience) {
        let mut event = audience_event("expected", environment, audience);
        event["call"] = json!(call);
        self.print(&event);
    }

    /// What `--dry-run` finds, instead of everything else.
    ///
    /// # Errors
    /// When standard output could not be written.
    pub(super) fn would_ask(
        mut self,
        nodes: &[NodeId],
        environment: &EnvironmentName,
        audience: &Audience,
    ) -> Result<(), Failure> {
        let mut event = audience_event("dry_run", environment, audience);
        event["asked"] = json!(nodes);
        self.print(&event);
        self.failed.map_or(Ok(()), Err)
    }

    /// The last event of a call that nobody waits for.
    ///
    /// # Errors
    /// When standard output could not be written.
    pub(super) fn left_alone(&mut self, call: RequestId, nodes: &[NodeId]) -> Result<(), Failure> {
        self.print(&json!({"event": "async", "call": call, "nodes": nodes}));
        self.failed.take().map_or(Ok(()), Err)
    }

    pub(super) fn asked(&mut self, nodes: &[NodeId]) {
        self.print(&json!({"event": "asked", "nodes": nodes}));
    }

    pub(super) fn missing(&mut self, node: &NodeId, missing: Missing) {
        let replies = match missing {
            Missing::Nothing => Some(0),
            Missing::Replies(replies) => Some(replies),
            Missing::Uncounted => None,
        };
        self.print(&json!({"event": "missing", "node": node, "replies": replies}));
    }

    pub(super) fn reply(&mut self, reply: &Reply) {
        let mut event = match &reply.event {
            Event::Pong => json!({"event": "pong"}),
            Event::Facts(facts) => json!({"event": "facts", "facts": facts}),
            Event::Refused(refusal) => json!({"event": "refused", "why": refusal.why, "detail": refusal.detail}),
            Event::Accepted => json!({"event": "accepted"}),
            Event::Started => json!({"event": "started"}),
            Event::Alive { running_ms } => json!({"event": "alive", "running_ms": running_ms}),
            Event::Output(output) => output_event(output.stream, output.offset, &output.bytes.0),
            Event::Done(done) => {
                let mut event = outcome(&done.outcome);
                event["duration_ms"] = json!(done.duration_ms);
                event["dropped"] = json!({"out": done.dropped_out, "err": done.dropped_err});
                event
            }
        };
        event["node"] = json!(reply.node);
        event["at"] = json!(reply.at.to_string());
        self.print(&event);
    }

    /// The last event: what it came to, and who is missing.
    ///
    /// # Errors
    /// When standard output could not be written.
    pub(super) fn finish(&mut self, call: &Call, interrupted: bool) -> Result<(), Failure> {
        let (expected, others) = Tally::apart(call);
        let mut event = expected.fields();
        event.insert("event".to_owned(), json!("summary"));
        event.insert("interrupted".to_owned(), json!(interrupted));
        if others.count() > 0 {
            let mut unexpected_fields = others.fields();
            unexpected_fields.insert("nodes".to_owned(), json!(unexpected(call)));
            event.insert("unexpected".to_owned(), unexpected_fields.into());
        }
        self.print(&event.into());
        self.failed.take().map_or(Ok(()), Err)
    }

    fn print(&mut self, event: &Value) {
        if let Err(failure) = self.console.result(&format!("{event}\n")) {
            self.failed.get_or_insert(failure);
        }
    }
}

/// Who is meant, as far as it is known before anybody is asked.
fn audience_event(kind: &str, environment: &EnvironmentName, audience: &Audience) -> Value {
    let expected = &audience.expected;
    json!({
        "event": kind, "environment": environment, "present": expected.present, "silent": expected.silent,
        "left": expected.left, "unknown": expected.unknown, "absent": audience.absent,
    })
}

/// Output is told as text where it is text, and else in base64.
fn output_event(stream: Stream, offset: u64, bytes: &[u8]) -> Value {
    let mut event = json!({"event": "output", "stream": stream, "offset": offset});
    match std::str::from_utf8(bytes) {
        Ok(text) => event["text"] = json!(text),
        Err(_) => event["base64"] = json!(STANDARD.encode(bytes)),
    }
    event
}

fn outcome(outcome: &Outcome) -> Value {
    let mut event = json!({"event": "done", "detail": outcome_words(outcome)});
    match outcome {
        Outcome::Exited(status) => event["status"] = json!(status),
        Outcome::Signaled(signal) => event["signal"] = json!(signal),
        Outcome::TimedOut => event["timed_out"] = json!(true),
        Outcome::NotStarted(_) => event["not_started"] = json!(true),
        Outcome::Unknown(_) => event["unknown"] = json!(true),
    }
    event
}
