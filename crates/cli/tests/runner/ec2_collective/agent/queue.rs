//! Queues of moto, as a master would use them: raw calls, and bodies written from the protocol's description.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether_testkit::http::{Reply, Request};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::answered_by;
use serde_json::{Value, json};

/// Where the queues are.
pub(super) const REGION: &str = "eu-west-1";

/// A queue.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    name: String,
    url: String,
}

/// A call of the SQS API (JSON protocol). moto may stumble over two that come at the same moment.
fn call(operation: &str, parameters: &Value) -> Value {
    for _ in 0..100 {
        let (status, text) = call_once(operation, parameters);
        match status {
            200 => return serde_json::from_str(&text).unwrap_or(Value::Null),
            500 => std::thread::sleep(Duration::from_millis(10)),
            _ => panic!("{operation} {parameters}: {status} {text}"),
        }
    }
    panic!("moto cannot do {operation} {parameters}")
}

fn call_once(operation: &str, parameters: &Value) -> (u16, String) {
    let scope = format!("AKIAIOSFODNN7EXAMPLE/20261121/{REGION}/sqs/aws4_request");
    let credential = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none");
    let headers = [
        ("host", "sqs.eu-west-1.amazonaws.com"),
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", &format!("AmazonSQS.{operation}")),
        ("authorization", &credential),
        ("connection", "close"),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let body = parameters.to_string().into_bytes();
    let request = Request { method: "POST".to_owned(), path: "/".to_owned(), headers, body };
    let Reply::Answer(answer) = answered_by(Moto::shared().endpoint(), &request) else { panic!("no answer") };
    (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
}

impl Queue {
    /// Makes a queue with the attributes that the README gives.
    pub(super) fn create(name: &str) -> Self {
        let attributes = json!({"VisibilityTimeout": "0", "MessageRetentionPeriod": "600"});
        let made = call("CreateQueue", &json!({"QueueName": name, "Attributes": attributes}));
        Self { name: name.to_owned(), url: made["QueueUrl"].as_str().unwrap().to_owned() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Sends a body; the message's id.
    pub(super) fn send_body(&self, body: &str) -> String {
        let sent = call("SendMessage", &json!({"QueueUrl": self.url, "MessageBody": body}));
        sent["MessageId"].as_str().unwrap().to_owned()
    }

    /// Sends bodies, at most ten.
    pub(super) fn send_bodies(&self, bodies: &[String]) {
        let entry = |(place, body): (usize, &String)| json!({"Id": place.to_string(), "MessageBody": body});
        let entries: Vec<Value> = bodies.iter().enumerate().map(entry).collect();
        call("SendMessageBatch", &json!({"QueueUrl": self.url, "Entries": entries}));
    }

    /// Sends a message of the protocol: base64 of JSON.
    pub(super) fn send(&self, message: &Value) -> String {
        self.send_body(&STANDARD.encode(message.to_string()))
    }

    /// Up to ten messages, with how often each was received, and what deletes it.
    pub(super) fn look(&self) -> Vec<Seen> {
        let asked = json!({
            "QueueUrl": self.url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0,
            "MessageSystemAttributeNames": ["ApproximateReceiveCount"],
        });
        let found = call("ReceiveMessage", &asked);
        let messages = found["Messages"].as_array().cloned().unwrap_or_default();
        messages.iter().map(Seen::of).collect()
    }

    /// The bodies of all messages, which are deleted.
    pub(super) fn take_bodies(&self) -> Vec<String> {
        let mut bodies = Vec::new();
        loop {
            let seen = self.look();
            if seen.is_empty() {
                return bodies;
            }
            self.delete(&seen);
            bodies.extend(seen.into_iter().map(|seen| seen.body));
        }
    }

    /// All messages of the protocol, which are deleted.
    pub(super) fn take(&self) -> Vec<Value> {
        self.take_bodies().iter().map(|body| decoded(body)).collect()
    }

    pub(super) fn delete(&self, seen: &[Seen]) {
        let entry = |(place, seen): (usize, &Seen)| json!({"Id": place.to_string(), "ReceiptHandle": seen.receipt});
        let entries: Vec<Value> = seen.iter().enumerate().map(entry).collect();
        call("DeleteMessageBatch", &json!({"QueueUrl": self.url, "Entries": entries}));
    }
}

/// A message that was received.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) body: String,
    pub(super) times: u32,
    receipt: String,
}

impl Seen {
    fn of(message: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            body: text(&message["Body"]),
            times: message["Attributes"]["ApproximateReceiveCount"].as_str().unwrap().parse().unwrap(),
            receipt: text(&message["ReceiptHandle"]),
        }
    }
}

/// What a body of the protocol holds.
pub(super) fn decoded(body: &str) -> Value {
    serde_json::from_slice(&STANDARD.decode(body).unwrap()).unwrap()
}
