//! The warning of what this protocol is, the list of what may run, and the account of what was run.

use serde_json::{Value, json};

use super::support::{Agent, Host};

/// The lines of the account.
fn account(agent: &Agent) -> Vec<Value> {
    let log = agent.log();
    let entries = log.lines().filter_map(|line| line.split_once(" [AUDIT] "));
    entries.map(|(_, entry)| serde_json::from_str(entry).unwrap()).collect()
}

#[test]
fn it_warns_loudly_that_whoever_may_send_is_root_here() {
    let host = Host::with(json!({"general": {"log_level": "CRITICAL"}}));
    let agent = host.start();
    agent.wait_for_log("[WARNING] LEGACY PROTOCOL");
    let finished = agent.stop();
    for text in [finished.stdout_text(), finished.stderr_text()] {
        assert!(text.contains("LEGACY PROTOCOL") && text.contains(host.commands.name()), "{text}");
        assert!(text.contains("runs anything here as root"), "{text}");
    }
}

#[test]
fn what_is_not_on_the_list_is_refused_and_logged() {
    let host = Host::with(json!({"bellwether": {"allow": ["echo [a-z]+", "^uptime$"]}}));
    let agent = host.start();
    assert_eq!(host.result_of("echo allowed")["output"], json!("allowed\n"));
    for line in ["echo allowed; touch /tmp/x", "rm -rf /nowhere", "echo 1"] {
        let result = host.result_of(line);
        assert_eq!(result["rc"], json!(1), "{line}");
        assert!(result["output"].as_str().unwrap().starts_with("not run: "), "{result}");
    }
    let msg_id = host.send("script", json!({"cmd": "a", "payload": "echo ran"}));
    let result = host.wait_for(&msg_id, 2).remove(1);
    assert!(result["output"].as_str().unwrap().contains("bellwether.allow_scripts"), "{result}");
    assert_eq!(result["rc"], json!(1));
    host.expect_alive();
    let refused: Vec<_> = account(&agent).into_iter().filter(|entry| entry["decision"] == "refused").collect();
    assert_eq!(refused.len(), 4, "{refused:?}");
    assert_eq!(refused[1]["command"], json!("rm -rf /nowhere"));
    assert!(refused[1]["why"].as_str().unwrap().contains("not on the list"));
    assert_eq!((&refused[3]["mode"], &refused[3]["script_bytes"]), (&json!("script"), &json!(8)));
    agent.stop();
}

#[test]
fn scripts_can_be_allowed_beside_a_list() {
    let host = Host::with(json!({"bellwether": {"allow": [], "allow_scripts": true}}));
    let agent = host.start();
    let msg_id = host.send("script", json!({"cmd": "a", "payload": "echo ran"}));
    assert_eq!(host.wait_for(&msg_id, 2)[1]["output"], json!("ran\n"));
    assert_eq!(host.result_of("true")["rc"], json!(1));
    agent.stop();
}

#[test]
fn every_command_is_in_the_account_at_every_level() {
    let host = Host::with(json!({"general": {"log_level": "ERROR"}}));
    let agent = host.start();
    let line = "echo \"a\nb\"; exit 6";
    let msg_id = host.send("cli", json!({"cmd": line, "wof": null}));
    host.wait_for(&msg_id, 2);
    agent.wait_for_log("\"ended\"");
    let entries = account(&agent);
    assert_eq!(entries.len(), 2, "{entries:?}");
    let (came, ended) = (&entries[0], &entries[1]);
    assert_eq!((&came["decision"], &came["mode"], &came["command"]), (&json!("accepted"), &json!("cli"), &json!(line)));
    assert_eq!((&came["msg_id"], &ended["ended"]), (&json!(msg_id), &json!(msg_id)));
    assert_eq!((&ended["rc"], &ended["output_bytes"], &ended["replied"]), (&json!(6), &json!(4), &json!(true)));
    assert!(ended["seconds"].as_f64().unwrap() >= 0.0);
    agent.stop();
}
