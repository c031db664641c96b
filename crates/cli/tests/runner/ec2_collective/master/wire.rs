//! What the master sends, and what it makes of what comes: bytes, as the protocol has them.

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::ec2_collective::support::{Collective, base64, body, json_of};
use crate::support::wait_until;

/// What lies in the queue of commands while the master runs, which is then stopped; all three copies must be the same.
fn sent(collective: &Collective, arguments: &[&str]) -> Value {
    let running = collective.master(arguments).start();
    let copies = copies(collective);
    assert!(copies.iter().all(|(_, body)| *body == copies[0].1), "{copies:?}");
    running.signal(Signal::SIGINT);
    running.finish().expect_code(1);
    json_of(&copies[0].1)
}

/// The ids and bodies of the copies, once all are sent.
fn copies(collective: &Collective) -> Vec<(String, String)> {
    wait_until("three copies are sent", || collective.count("master") == 3);
    let copies = collective.look("master");
    assert_eq!(copies.len(), 3);
    copies
}

fn keys(command: &Value) -> Vec<&str> {
    command.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The keys of a command, of which old agents miss every one that is not there.
const KEYS: [&str; 8] = ["batch_msg_id", "cmd", "mode", "payload", "script_param", "ts", "wf", "wof"];

#[test]
fn a_command_is_sent_three_times_with_every_key_and_deleted_afterwards() {
    let collective = Collective::new();
    let before = jiff::Timestamp::now().as_second();
    let command = sent(&collective, &["-c", "echo 'größe'", "-w", "role=web", "-w", "cpus=4", "-n", "db"]);
    assert_eq!(keys(&command), KEYS);
    assert_eq!((&command["mode"], &command["cmd"]), (&json!("cli"), &json!("echo 'größe'")));
    assert_eq!((&command["wf"], &command["wof"]), (&json!("role=web,cpus=4"), &json!("db")));
    assert_eq!((&command["payload"], &command["script_param"]), (&Value::Null, &Value::Null));
    let at = command["ts"].as_f64().unwrap();
    assert!((0.0..300.0).contains(&(at - before as f64 + 1.0)), "{at}");
    let batch = command["batch_msg_id"].as_str().unwrap();
    assert!(batch.len() == 10 && batch.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit()), "{batch}");
    assert_eq!(collective.count("master"), 0);
}

#[test]
fn every_mode_has_its_own_keys_filled() {
    let collective = Collective::new();
    let script = collective.sandbox.write("dir/a.sh", "#!/bin/sh\nexit 0\n");
    let file = format!("file://{}", script.display());
    for (arguments, mode, cmd, payload, parameters) in [
        (&[][..], "ping", Value::Null, Value::Null, Value::Null),
        (&["-m"], "count", Value::Null, Value::Null, Value::Null),
        (&["-c", &file, "-p", "1 2"], "script", json!("a.sh"), json!("#!/bin/sh\nexit 0\n"), json!("1 2")),
        (&["-c", "s3://bucket/a.sh"], "s3", json!("bucket/a.sh"), Value::Null, Value::Null),
    ] {
        let command = sent(&collective, arguments);
        assert_eq!(keys(&command), KEYS, "{mode}");
        assert_eq!(
            [&command["mode"], &command["cmd"], &command["payload"], &command["script_param"]],
            [&json!(mode), &cmd, &payload, &parameters]
        );
        assert_eq!((&command["wf"], &command["wof"]), (&Value::Null, &Value::Null), "{mode}");
    }
}

#[test]
fn each_run_has_an_id_of_its_own() {
    let collective = Collective::new();
    let ids: Vec<Value> = (0..2).map(|_| sent(&collective, &[])["batch_msg_id"].clone()).collect();
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn replies_are_read_as_agents_of_any_age_write_them() {
    let collective = Collective::new();
    ["a", "b"].iter().for_each(|host| collective.send_facts(host, &json!({"role": "web"})));
    let running = collective.master(&["-c", "id"]).start();
    let copies = copies(&collective);
    let id = |copy: usize| copies[copy].0.as_str();
    let ts = 1_400_000_000.12;
    collective.send("agent", &[
        // The result overtakes the word that the agent is there, and both answer different copies.
        body(&json!({"mode": "cli", "output": "a\n", "rc": 0, "ts": ts, "msg_id": id(0), "hostname": "a"})),
        body(&json!({"mode": "ping", "output": "1400000000.12", "rc": "0", "ts": ts, "msg_id": id(1), "hostname": "a", "discovery": 1})),
        // Keys that nobody knows, the status as a text, half a character.
        body(&json!({"mode": "ping", "output": "1", "rc": "0", "ts": 5, "msg_id": id(2), "hostname": "b", "new": []})),
        base64(&format!(
            r#"{{"mode":"cli","output":"b\ud83d\n","rc":"255","ts":1,"msg_id":"{}","hostname":"b"}}"#, id(2)
        )),
    ]);
    let done = running.finish().expect_code(255);
    let printed = done.stdout_text();
    assert!(printed.contains(">>>>>> a exit code: (0):\na\n\n"), "{printed}");
    assert!(printed.contains(">>>>>> b exit code: (255):\nb\u{fffd}"), "{printed}");
    assert!(printed.ends_with("Got response from 2 out of 2/2 (discovered/expected) - exit code (255)\n"), "{printed}");
    assert_eq!(collective.count("agent"), 0);
}

#[test]
fn a_number_in_a_filter_is_compared_as_a_text() {
    let collective = Collective::new();
    collective.send_facts("four", &json!({"cpus": 4}));
    collective.send_facts("eight", &json!({"cpus": 8}));
    for (filter, expected) in [(["-w", "cpus=4"], "four"), (["-n", "cpus=4"], "eight")] {
        let done = collective.master(&[&filter[..], &["-t", "5"]].concat()).finish().expect_code(1);
        let total = "Got response from 0 out of 0/1 (discovered/expected) - exit code (1)";
        assert_eq!(done.stdout_text(), format!("Host expected but not responding: {expected}\n{total}\n"));
    }
}
