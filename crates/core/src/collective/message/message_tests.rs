use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::collective::filter::LegacyFilter;
use crate::collective::names::{BatchId, HostName, MessageId};
use crate::facts::Facts;

fn body(json: &Value) -> String {
    STANDARD.encode(json.to_string())
}

fn json_of(body: &str) -> Value {
    serde_json::from_slice(&STANDARD.decode(body).unwrap()).unwrap()
}

fn command(action: Action) -> Command {
    let filter = LegacyFilter { wf: Some("role=web".to_owned()), wof: None };
    Command { action, ts: 1_400_000_000.12, filter, batch: BatchId::new("AB12CD34Z9").unwrap() }
}

fn reply(output: String) -> Reply {
    Reply {
        mode: Mode::Cli,
        output,
        rc: ReturnCode::Command(0),
        ts: 1_400_000_000.5,
        msg_id: MessageId::new("0a4fd7f9").unwrap(),
        hostname: HostName::new("web1").unwrap(),
        discovery: false,
    }
}

#[test]
fn the_body_of_an_old_master_is_read() {
    let written = "eyJtb2RlIjogImNsaSIsICJjbWQiOiAidXB0aW1lIiwgInRzIjogMTQwMDAwMDAwMC4xMiwgIndmIjogInJvbGU9d2ViIiwgIndvZiI6\
                   IG51bGwsICJiYXRjaF9tc2dfaWQiOiAiQUIxMkNEMzRaOSJ9";
    let read = Command::decode(&format!("{written}\n")).unwrap();
    assert_eq!(read, command(Action::Cli("uptime".to_owned())));
    assert_eq!(read.ts_text(), "1400000000.12");
}

#[test]
fn a_command_is_sent_with_all_keys_that_old_agents_look_for() {
    let script = Action::Script {
        name: "a.sh".to_owned(),
        payload: Some("#!/bin/sh\n".to_owned()),
        parameters: Some("1 2".to_owned()),
    };
    assert_eq!(
        json_of(&command(script).encode().unwrap()),
        json!({
            "mode": "script", "cmd": "a.sh", "ts": 1_400_000_000.12, "wf": "role=web", "wof": null,
            "batch_msg_id": "AB12CD34Z9", "payload": "#!/bin/sh\n", "script_param": "1 2",
        })
    );
    let ping = json_of(&command(Action::Ping).encode().unwrap());
    assert_eq!((&ping["mode"], &ping["cmd"], &ping["payload"]), (&json!("ping"), &Value::Null, &Value::Null));
    assert_eq!(ping.as_object().unwrap().len(), 8);
}

#[test]
fn every_command_reads_back() {
    let text = || "x".to_owned();
    for action in [
        Action::Ping,
        Action::Count,
        Action::Cli("echo 'größe' \"$HOME\"".to_owned()),
        Action::Script { name: text(), payload: None, parameters: None },
        Action::Script { name: text(), payload: Some(text()), parameters: Some(text()) },
        Action::S3 { object: text(), parameters: Some(text()) },
    ] {
        let sent = command(action);
        assert_eq!(Command::decode(&sent.encode().unwrap()).unwrap(), sent);
    }
}

#[test]
fn keys_that_are_not_known_are_ignored() {
    let json = json!({"mode": "count", "ts": 5, "batch_msg_id": "AB12CD34Z9", "shape": [1], "cmd": null});
    let read = Command::decode(&body(&json)).unwrap();
    assert_eq!(read.ts_text(), "5.0");
    assert_eq!((read.action, read.filter), (Action::Count, LegacyFilter::default()));
}

#[test]
fn what_is_no_command_is_an_error_that_says_what_is_wrong() {
    let with = |key: &str, value: Value| {
        let mut json = json_of(&command(Action::Cli("id".to_owned())).encode().unwrap());
        json[key] = value;
        Command::decode(&body(&json)).unwrap_err().to_string()
    };
    assert_eq!(with("mode", json!("e\nvil")), "'e\\nvil' is not a mode; the modes are ping, count, cli, script and s3");
    assert!(with("mode", json!("x".repeat(9_000))).len() < 200, "a long mode is not repeated");
    assert!(with("mode", json!(1)).contains("invalid type"));
    assert_eq!(with("cmd", Value::Null), "the message has no 'cmd', which its mode needs");
    assert!(with("ts", json!("now")).contains("expected f64"));
    assert!(with("batch_msg_id", json!("../../../x")).contains("batch_msg_id"));
    for bad in ["", "not base64!", "bnVsbA==", "W10=", "e30=", "/w==", "{}"] {
        assert!(Command::decode(bad).is_err(), "{bad}");
    }
    assert!(matches!(Command::decode(&"A".repeat(LONGEST_BODY + 1)), Err(MessageError::TooLong(_))));
    assert!(Command::decode(&STANDARD.encode("[".repeat(100_000))).is_err(), "depth is bounded");
}

#[test]
fn an_error_does_not_repeat_a_long_message() {
    for text in [json!("x".repeat(9_000)), json!({"mode": "cli", "ts": "\u{e9}".repeat(9_000)})] {
        for error in [
            Command::decode(&body(&text)).unwrap_err(),
            Reply::decode(&body(&text)).unwrap_err(),
            FactsMessage::decode(&body(&json!(text.to_string()))).unwrap_err(),
        ] {
            assert!(error.to_string().chars().count() < 500, "{error}");
        }
    }
}

#[test]
fn a_command_that_the_queues_do_not_take_is_not_encoded() {
    let with = |size: usize| command(Action::Cli("x".repeat(size))).encode();
    let largest = (48_000..49_152).rev().find(|&size| with(size).is_ok()).unwrap();
    assert!(with(largest).unwrap().len() < 65_536);
    assert!(with(largest + 1).unwrap_err().size >= 65_536);
}

#[test]
fn replies_of_old_agents_are_read() {
    let json = json!({"mode": "ping", "output": "1400000000.12", "rc": "0", "ts": 1_400_000_001.0, "msg_id": "0a4f",
                      "hostname": "web1", "discovery": 1});
    let read = Reply::decode(&body(&json)).unwrap();
    assert_eq!((read.mode, read.rc, read.discovery), (Mode::Ping, ReturnCode::Agent(0), true));

    let json = json!({"mode": "cli", "output": "killed\n", "rc": -9, "ts": 1, "msg_id": "0a4f", "hostname": "web1"});
    let read = Reply::decode(&body(&json)).unwrap();
    assert_eq!((read.rc.value(), read.discovery, read.output.as_str()), (-9, false, "killed\n"));
}

#[test]
fn what_is_no_reply_is_an_error() {
    let with = |key: &str, value: Value| {
        let mut json = json_of(&reply("x".to_owned()).encode());
        json[key] = value;
        Reply::decode(&body(&json))
    };
    assert!(with("unknown", json!(1)).is_ok());
    for (key, value) in [
        ("mode", json!("other")),
        ("output", Value::Null),
        ("output", json!(["x"])),
        ("rc", json!("zero")),
        ("rc", json!(1.5)),
        ("rc", Value::Null),
        ("rc", json!(1_u64 << 40)),
        ("msg_id", json!("")),
        ("hostname", json!("a\u{1b}[2Jb")),
        ("hostname", json!("h".repeat(300))),
    ] {
        assert!(with(key, value.clone()).is_err(), "{key}: {value}");
    }
}

#[test]
fn half_a_character_does_not_lose_the_reply() {
    let json = r#"{"mode":"cli","output":"a\ud83d b","rc":0,"msg_id":"0a4f","hostname":"web1"}"#;
    let read = Reply::decode(&STANDARD.encode(json)).unwrap();
    assert!(read.output.starts_with('a') && read.output.ends_with(" b"), "{:?}", read.output);
}

#[test]
fn a_reply_is_written_as_old_masters_read_it() {
    let sent = reply("up\n".to_owned());
    assert_eq!(
        json_of(&sent.encode()),
        json!({"mode": "cli", "output": "up\n", "rc": 0, "ts": 1_400_000_000.5, "msg_id": "0a4fd7f9", "hostname": "web1"})
    );
    let discovery = Reply { mode: Mode::Ping, rc: ReturnCode::Agent(0), discovery: true, ..sent };
    let json = json_of(&discovery.encode());
    assert_eq!((&json["discovery"], &json["rc"]), (&json!(1), &json!("0")));
    assert_eq!(Reply::decode(&discovery.encode()).unwrap(), discovery);
}

#[test]
fn an_output_that_does_not_fit_is_capped_by_the_size_of_the_whole_message() {
    let longest = (40_000..49_152)
        .rev()
        .find(|&size| !json_of(&reply("x".repeat(size)).encode())["output"].as_str().unwrap().starts_with('-'))
        .unwrap();
    assert_eq!(reply("x".repeat(longest)).encode().len(), 65_532, "the last below 65,536");
    for output in ["x".repeat(longest + 1), "\u{1}".repeat(12_000), "x".repeat(1 << 20)] {
        let body = reply(output.clone()).encode();
        assert!(body.len() < 65_536);
        let capped = format!("--- OUTPUT CAPPED ---\n{}", &output[output.len() - 1_000..]);
        assert_eq!(json_of(&body)["output"], json!(capped));
    }
}

#[test]
fn facts_travel_flat_beside_the_name_of_their_host() {
    let json = json!({"ec2_cagent_hostname": "web1", "cpus": 4, "role": "web", "os": {"name": "debian"}});
    let (read, left_out) = FactsMessage::decode(&body(&json)).unwrap();
    assert!(left_out.is_empty());
    assert_eq!(read.hostname.as_str(), "web1");
    assert_eq!(read.facts.get("cpus").unwrap().text(), "4");
    assert!(read.facts.get("ec2_cagent_hostname").is_none());

    let sent = json_of(&read.encode().unwrap());
    assert_eq!(sent, json!({"ec2_cagent_hostname": "web1", "cpus": 4, "role": "web", "os.name": "debian"}));
}

#[test]
fn facts_of_nobody_and_facts_beyond_the_bounds_are_not_believed() {
    for json in
        [json!({"role": "web"}), json!({"ec2_cagent_hostname": 5}), json!([]), json!({"ec2_cagent_hostname": ""})]
    {
        assert!(FactsMessage::decode(&body(&json)).is_err(), "{json}");
    }
    let (read, left_out) =
        FactsMessage::decode(&body(&json!({"ec2_cagent_hostname": "web1", "long": "x".repeat(10_000)}))).unwrap();
    assert!(read.facts.is_empty() && !left_out.is_empty());
}

#[test]
fn facts_that_the_queues_do_not_take_are_not_encoded() {
    let mut facts = Facts::default();
    for number in 0..20 {
        assert!(facts.insert(format!("fact{number}"), "x".repeat(4_000)));
    }
    let message = FactsMessage { hostname: HostName::new("web1").unwrap(), facts };
    assert!(message.encode().unwrap_err().size >= 65_536);
}

#[test]
fn a_fact_cannot_pass_for_the_name_of_the_host() {
    let mut facts = Facts::default();
    facts.insert("ec2_cagent_hostname", "other");
    let message = FactsMessage { hostname: HostName::new("web1").unwrap(), facts };
    assert_eq!(json_of(&message.encode().unwrap()), json!({"ec2_cagent_hostname": "web1"}));
}
