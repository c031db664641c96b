//! Making and deleting queues.

use serde_json::{Value, json};

use super::{boto, env, env_at, printed, queues};
use crate::fleet::support::{end, holds, refusal};

/// Visibility, retention, size and wait of a queue.
fn set(name: &str) -> Value {
    boto(&format!(
        "[sqs.get_queue_attributes(QueueUrl=url('{name}'), AttributeNames=['All'])['Attributes'][a] for a in
        ['VisibilityTimeout', 'MessageRetentionPeriod', 'MaximumMessageSize', 'ReceiveMessageWaitTimeSeconds']]"
    ))
}

#[test]
fn the_three_queues_are_made_as_old_programs_expect_them() {
    assert_eq!(printed(env(&["create", "made"])), "made_master: made\nmade_agent: made\nmade_facts: made\n");
    assert_eq!(set("made_master"), json!(["0", "60", "65536", "20"]));
    assert_eq!(set("made_agent"), json!(["0", "60", "65536", "0"]));
    assert_eq!(set("made_facts"), json!(["0", "60", "65536", "0"]));
}

#[test]
fn what_is_there_is_set_right_and_what_is_right_is_left() {
    boto("sqs.create_queue(QueueName='mended_agent', Attributes={'VisibilityTimeout': '30'})['QueueUrl']");
    let text = "mended_master: made\nmended_agent: set right\nmended_facts: made\n";
    assert_eq!(printed(env(&["create", "mended"])), text);
    assert_eq!(set("mended_agent"), json!(["0", "60", "65536", "0"]));
    let again: Value = serde_json::from_str(&printed(env(&["create", "mended", "--json"]))).unwrap();
    let results: Vec<_> = again.as_array().unwrap().iter().map(|one| (&one["name"], &one["result"])).collect();
    let right = &json!("already right");
    let names = [json!("mended_master"), json!("mended_agent"), json!("mended_facts")];
    assert_eq!(results, names.iter().map(|name| (name, right)).collect::<Vec<_>>());
}

#[test]
fn a_dry_run_shows_the_calls_and_makes_none() {
    boto("sqs.create_queue(QueueName='dry_facts', Attributes={'MessageRetentionPeriod': '61'})['QueueUrl']");
    let calls: Value = serde_json::from_str(&printed(env(&["create", "dry", "--dry-run"]))).unwrap();
    let actions: Vec<_> = calls.as_array().unwrap().iter().map(|call| call["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["CreateQueue", "CreateQueue", "SetQueueAttributes"]);
    assert_eq!(calls[0]["parameters"]["QueueName"], "dry_master");
    assert_eq!(calls[0]["parameters"]["Attributes"]["ReceiveMessageWaitTimeSeconds"], "20");
    let missing = json!({
        "MaximumMessageSize": "65536", "MessageRetentionPeriod": "60", "VisibilityTimeout": "0",
    });
    let set = calls[2]["parameters"]["Attributes"].as_object().unwrap();
    assert!(set.iter().all(|(name, value)| missing[name] == *value) && set.len() >= 2, "{set:?}");
    assert_eq!(queues("dry"), json!(["dry_facts"]));
    let deleted: Value = serde_json::from_str(&printed(env(&["delete", "dry", "--dry-run"]))).unwrap();
    assert_eq!(deleted.as_array().unwrap().len(), 1);
    assert_eq!(queues("dry"), json!(["dry_facts"]));
}

#[test]
fn deleting_asks_first() {
    printed(env(&["create", "asked"]));
    let (error, hint) = refusal(env(&["delete", "asked"]), 64);
    holds(&error, &["no terminal to ask on", "asked_master, asked_agent, asked_facts in eu-west-1"]);
    holds(&hint, &["--yes"]);
    let screen = env(&["delete", "asked"]).stdin("n\n").on_terminal();
    assert_eq!(screen.code, Some(1), "{}", screen.text);
    assert_eq!(queues("asked"), json!(["asked_agent", "asked_facts", "asked_master"]));
    let text = "asked_master: deleted\nasked_agent: deleted\nasked_facts: deleted\n";
    assert_eq!(printed(env(&["delete", "asked", "--yes"])), text);
    assert_eq!(queues("asked"), json!([]));
    let again = end(env(&["delete", "asked", "--yes"]), 0);
    holds(&again.stderr_text(), &["there are no queues of asked in eu-west-1"]);
}

#[test]
fn other_environments_are_left_alone() {
    printed(env(&["create", "left"]));
    printed(env(&["create", "left_too"]));
    printed(env(&["delete", "left", "--yes"]));
    assert_eq!(queues("left"), json!(["left_too_agent", "left_too_facts", "left_too_master"]));
}

#[test]
fn what_cannot_be_a_name_is_refused_before_anything_is_asked() {
    for name in ["", "a.b", "a b", &"x".repeat(74)] {
        for command in ["create", "show", "delete"] {
            let done = end(env_at("http://127.0.0.1:1", &[command, name]), 64);
            holds(&done.stderr_text(), &["1 to 73 letters"]);
        }
    }
}

#[test]
fn a_service_that_is_not_there_is_told_with_a_remedy() {
    let run = env_at("http://127.0.0.1:1", &["create", "nowhere"]).env("BELLWETHER_AWS_TIMEOUT", "1s");
    let (error, hint) = refusal(run, 69);
    holds(&error, &["sqs:GetQueueUrl on queue nowhere_", "no connection"]);
    holds(&hint, &["network"]);
}
