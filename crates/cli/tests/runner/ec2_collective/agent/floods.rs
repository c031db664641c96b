//! Messages that make no sense, and more messages than one answer holds.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::support::Host;

/// Bodies that are no commands.
fn malformed() -> Vec<String> {
    let json = |text: &str| STANDARD.encode(text);
    let field = |name: &str, value: serde_json::Value| {
        let mut command = json!({
            "mode": "cli", "cmd": "true", "ts": 1.5, "wf": null, "wof": null, "batch_msg_id": "MALFORMED0",
            "payload": null, "script_param": null,
        });
        command[name] = value;
        STANDARD.encode(command.to_string())
    };
    vec![
        "not base64 at all!".to_owned(),
        "====".to_owned(),
        json(""),
        json("{"),
        json("null"),
        json("[1, 2]"),
        json("{}"),
        STANDARD.encode([0xff, 0xfe, 0x00, 0x80]),
        json(&"[".repeat(20_000)),
        field("mode", json!("shell")),
        field("mode", json!(7)),
        field("cmd", json!(null)),
        field("cmd", json!({"a": 1})),
        field("ts", json!("yesterday")),
        field("wf", json!(["role=web"])),
        field("batch_msg_id", json!("../../tmp/x")),
        field("batch_msg_id", json!(null)),
        "A".repeat(60_000),
    ]
}

#[test]
fn a_message_that_makes_no_sense_is_told_once_and_stops_nobody() {
    let host = Host::new();
    let agent = host.start();
    host.expect_alive();
    for body in malformed() {
        host.commands.send_body(&body);
        // Away again, as the queue would do it: it has room for ten in an answer.
        host.expect_alive();
        host.commands.delete(&host.commands.look());
    }
    let log = agent.log();
    let told = log.lines().filter(|line| line.contains("makes no sense")).count();
    assert_eq!(told, 10 + 1, "ten, and the sixteenth: {log}");
    agent.stop();
}

#[test]
fn ten_thousand_malformed_messages_leave_the_agent_answering() {
    let host = Host::with(json!({"general": {"log_level": "INFO", "sqs_poll_interval": 0.02}}));
    let agent = host.start();
    host.expect_alive();
    host.commands.take_bodies();
    let kinds = malformed();
    let mut kinds = kinds.iter().filter(|body| body.len() < 1_000).cycle();
    for _ in 0..1_000 {
        host.commands.send_bodies(&kinds.by_ref().take(10).cloned().collect::<Vec<_>>());
        // Each is deleted when it was received more often than we did.
        for looks in 1.. {
            // moto stumbles over two that receive at the same moment, and the agent then waits for a while.
            std::thread::sleep(Duration::from_millis(20));
            let seen = host.commands.look();
            if seen.is_empty() {
                break;
            }
            let done: Vec<_> = seen.into_iter().filter(|seen| seen.times > looks).collect();
            if !done.is_empty() {
                host.commands.delete(&done);
            }
        }
    }
    host.expect_alive();
    let log = agent.log();
    let counted = log.lines().filter_map(|line| line.split_once("(number ")?.1.split(')').next()?.parse::<u64>().ok());
    assert_eq!(counted.max(), Some(8_192), "the last one told, of ten thousand");
    assert!(log.lines().count() < 1_000, "the log is not flooded: {} lines", log.lines().count());
    agent.stop();
}

#[test]
fn more_messages_than_an_answer_holds_starve_nobody() {
    let host = Host::new();
    for _ in 0..25 {
        host.send("ping", json!({"wf": "role=somebody-else"}));
    }
    let agent = host.start();
    // Behind all the others, none of which is ever deleted.
    host.expect_alive();
    for _ in 0..3 {
        host.expect_alive();
    }
    assert_eq!(host.result_of("echo here")["output"], json!("here\n"));
    agent.stop();
}
