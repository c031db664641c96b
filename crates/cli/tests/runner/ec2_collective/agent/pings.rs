//! Pings and counts.

use serde_json::json;

use super::support::{Host, SENT_AT_TEXT, hostname};

#[test]
fn a_ping_is_answered_with_the_time_of_its_sending() {
    let host = Host::new();
    let agent = host.start();
    for mode in ["ping", "count"] {
        let msg_id = host.send(mode, json!({}));
        let reply = host.wait_for(&msg_id, 1).remove(0);
        let mut keys: Vec<_> = reply.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["hostname", "mode", "msg_id", "output", "rc", "ts"], "no discovery: {reply}");
        assert_eq!((&reply["mode"], &reply["output"], &reply["rc"]), (&json!(mode), &json!(SENT_AT_TEXT), &json!("0")));
        assert_eq!(reply["hostname"], json!(hostname()));
        assert!(reply["ts"].as_f64().unwrap() > 1_700_000_000.0, "{reply}");
    }
    agent.stop();
}

#[test]
fn the_copies_of_a_command_are_answered_once() {
    let host = Host::new();
    let command = host.command("ping", json!({}));
    let copies = [(); 3].map(|()| host.commands.send(&command));
    let agent = host.start();
    host.expect_alive();
    let answered = copies.iter().filter(|id| !host.replies_to(id).is_empty()).count();
    assert_eq!(answered, 1);
    agent.stop();
}

#[test]
fn nothing_is_deleted_from_the_queue_of_commands() {
    let host = Host::new();
    let agent = host.start();
    host.expect_alive();
    agent.stop();
    assert_eq!(host.commands.look().len(), 1, "other agents must see it too");
}

#[test]
fn a_key_that_is_not_known_and_one_that_is_missing_are_no_reason_not_to_answer() {
    let host = Host::new();
    let agent = host.start();
    let old = json!({"mode": "ping", "cmd": null, "ts": 1, "wf": null, "wof": null, "batch_msg_id": "OLDMASTER0"});
    let msg_id = host.commands.send(&old);
    host.wait_for(&msg_id, 1);
    let msg_id = host.send("ping", json!({"colour": "blue"}));
    host.wait_for(&msg_id, 1);
    agent.stop();
}
