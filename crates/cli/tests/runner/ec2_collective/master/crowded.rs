//! Queues in which others left more than one answer of SQS holds, and messages that make no sense.

use serde_json::json;

use crate::ec2_collective::support::{Collective, base64, body};

/// More than two answers of SQS.
const CROWD: usize = 25;

fn replies_of_others() -> Vec<String> {
    let reply = |number| {
        body(
            &json!({"mode": "cli", "output": "", "rc": 0, "ts": 1.0, "msg_id": format!("other-{number}"), "hostname": "x"}),
        )
    };
    (0..CROWD).map(reply).collect()
}

fn commands_of_others() -> Vec<String> {
    let command = |number| {
        body(&json!({"mode": "ping", "cmd": null, "ts": 1.0, "wf": "nobody", "wof": null,
                     "batch_msg_id": format!("OTHER{number:05}")}))
    };
    (0..CROWD).map(command).collect()
}

fn nonsense() -> Vec<String> {
    let mut all: Vec<String> = ["", "{}", "[]", "null", r#"{"mode": 5}"#, "\u{1}"].map(base64).into();
    all.extend(["not base64".to_owned(), base64(&"[".repeat(10_000))]);
    all.retain(|body| !body.is_empty());
    all
}

#[test]
fn replies_are_found_behind_many_that_are_for_others() {
    let collective = Collective::new();
    let _agent = collective.old_agent("a", &json!({"role": "web"}));
    collective.send("agent", &replies_of_others());
    let done = collective.master(&["-c", "echo found"]).finish().expect_code(0);
    assert!(done.stdout_text().starts_with(">>>>>> a exit code: (0):\nfound\n\n"), "{done:?}");
    assert_eq!(collective.count("agent"), CROWD as u64, "those of others are left to them");
}

#[test]
fn the_copies_are_found_and_deleted_behind_many_commands_of_others() {
    let collective = Collective::new();
    collective.send("master", &commands_of_others());
    collective.hasty_master(&["-m"]).finish().expect_code(0);
    assert_eq!(collective.count("master"), CROWD as u64, "ours are gone, those of others are left to them");
}

#[test]
fn messages_that_make_no_sense_change_nothing() {
    let collective = Collective::new();
    for queue in ["agent", "facts"] {
        collective.send(queue, &nonsense());
    }
    let _agent = collective.old_agent("a", &json!({"role": "web"}));
    let done = collective.master(&["-c", "echo found"]).finish().expect_code(0);
    assert!(done.stdout_text().ends_with("Got response from 1 out of 1/1 (discovered/expected) - exit code (0)\n"));
    assert_eq!(collective.count("agent"), nonsense().len() as u64);
}

#[test]
fn more_hosts_than_one_answer_holds_are_all_expected() {
    let collective = Collective::new();
    let facts = |number| body(&json!({"role": "web", "ec2_cagent_hostname": format!("host{number:02}")}));
    collective.send("facts", &(0..CROWD).map(facts).collect::<Vec<_>>());
    let done = collective.master(&["-t", "8"]).finish().expect_code(1);
    let printed = done.stdout_text();
    assert_eq!(printed.matches("Host expected but not responding: host").count(), CROWD, "{printed}");
    assert!(printed.ends_with("Got response from 0 out of 0/25 (discovered/expected) - exit code (1)\n"), "{printed}");
}
