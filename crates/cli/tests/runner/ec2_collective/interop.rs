//! Every kind of master with every kind of agent, and several of each on one environment at once.

use bellwether_testkit::process::Run;
use serde_json::{Value, json};

use super::support::Collective;

/// The replies that a master of old has read.
fn replies(master: Run) -> Vec<Value> {
    let printed = master.finish().expect_code(0).stdout_text();
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of_mode<'a>(replies: &'a [Value], mode: &str) -> Vec<&'a Value> {
    replies.iter().filter(|reply| reply["mode"] == mode).collect()
}

#[test]
fn a_master_of_old_pings_and_counts_our_agent() {
    let collective = Collective::new();
    let _agent = collective.agent("ours", &json!({"role": "web"}));
    for mode in ["ping", "count"] {
        let replies = replies(collective.old_master(&json!({"mode": mode, "ts": 1_400_000_000.12}), 1));
        let [reply] = &replies[..] else { panic!("{replies:?}") };
        assert_eq!((&reply["mode"], &reply["rc"], &reply["hostname"]), (&json!(mode), &json!("0"), &json!("ours")));
        assert_eq!(reply["output"], "1400000000.12", "the time at which it was sent, as a text");
        assert!(reply.get("discovery").is_none());
    }
}

#[test]
fn a_master_of_old_runs_a_command_on_our_agent() {
    let collective = Collective::new();
    let _agent = collective.agent("ours", &json!({"role": "web"}));
    let command = json!({"mode": "cli", "cmd": "hostname; echo late >&2; exit 3", "wf": "role=web", "wof": "role=db"});
    let replies = replies(collective.old_master(&command, 1));
    let (present, result) = (of_mode(&replies, "ping"), of_mode(&replies, "cli"));
    assert_eq!((present.len(), result.len()), (1, 1), "{replies:?}");
    assert_eq!((&present[0]["discovery"], &present[0]["rc"]), (&json!(1), &json!("0")));
    assert_eq!((&result[0]["output"], &result[0]["rc"]), (&json!("ours\nlate\n"), &json!(3)));
    assert_eq!(result[0]["msg_id"], present[0]["msg_id"]);
}

#[test]
fn a_master_of_old_sends_our_agent_a_script() {
    let collective = Collective::new();
    let _agent = collective.agent("ours", &json!({"role": "web"}));
    let script = json!({"mode": "script", "cmd": "a.sh", "payload": "#!/bin/sh\necho \"$1 and $2\"\n", "script_param": "1 '2 3'"});
    let replies = replies(collective.old_master(&script, 1));
    assert_eq!(of_mode(&replies, "script")[0]["output"], "1 and 2 3\n", "{replies:?}");
}

#[test]
fn our_agent_answers_the_last_master_of_old_that_forgets_to_send_the_script() {
    let collective = Collective::new();
    let _agent = collective.agent("ours", &json!({"role": "web"}));
    let replies = replies(collective.old_master(&json!({"mode": "script", "cmd": "a.sh"}), 1));
    let result = of_mode(&replies, "script");
    assert_ne!(
        result[0]["rc"].as_str().map_or(result[0]["rc"].as_i64(), |text| text.parse().ok()),
        Some(0),
        "{replies:?}"
    );
    let replies = self::replies(collective.old_master(&json!({}), 1));
    assert_eq!(replies.len(), 1, "and lives on");
}

#[test]
fn our_agent_caps_an_output_as_those_of_old() {
    let collective = Collective::new();
    let _agent = collective.agent("ours", &json!({"role": "web"}));
    let command = json!({"mode": "cli", "cmd": "yes 123456789 | head -c 100000"});
    let replies = replies(collective.old_master(&command, 1));
    let expected = format!("--- OUTPUT CAPPED ---\n{}", "123456789\n".repeat(100));
    assert_eq!(of_mode(&replies, "cli")[0]["output"], json!(expected));
}

#[test]
fn our_agent_compares_numbers_where_those_of_old_run_what_they_must_not() {
    let collective = Collective::new();
    let facts = json!({"cpus": 4});
    let _agents = (collective.agent("ours", &facts), collective.old_agent("old", &facts));
    let hosts = |filter: Value| {
        let replies = replies(collective.old_master(&filter, 1).env("PATIENCE", "8"));
        replies.iter().map(|reply| reply["hostname"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(hosts(json!({"wf": "cpus=4"})), ["ours"]);
    assert_eq!(hosts(json!({"wof": "cpus=4"})), ["old"]);
    assert_eq!(hosts(json!({"wf": "cpus", "wof": "cpus=4"})), ["old"]);
}

#[test]
fn our_master_commands_agents_of_old_and_ours_in_one_fleet() {
    let collective = Collective::new();
    let facts = json!({"role": "web"});
    let _agents = (collective.agent("ours", &facts), collective.old_agent("old", &facts));
    let done = collective.master(&["-c", "echo here", "-w", "role=web"]).finish().expect_code(0);
    let printed = done.stdout_text();
    for host in ["ours", "old"] {
        assert!(printed.contains(&format!(">>>>>> {host} exit code: (0):\nhere\n\n")), "{printed}");
    }
    assert!(printed.ends_with("Got response from 2 out of 2/2 (discovered/expected) - exit code (0)\n"), "{printed}");

    let script = collective.sandbox.write("a.sh", "#!/bin/sh\necho \"$1\"\n");
    let command = format!("file://{}", script.display());
    let done = collective.master(&["-c", &command, "-p", "both"]).finish().expect_code(0);
    assert_eq!(done.stdout_text().matches("exit code: (0):\nboth\n").count(), 2, "{}", done.stdout_text());
}

#[test]
fn two_masters_and_two_agents_at_once_do_not_mix_their_answers() {
    let collective = Collective::new();
    let facts = json!({"role": "web"});
    let _agents = (collective.agent("ours", &facts), collective.old_agent("old", &facts));
    let ours = collective.master(&["-c", "sleep 1; echo for ours"]).start();
    let another = collective.master(&["-c", "sleep 1; echo for another"]).start();
    let old = replies(collective.old_master(&json!({"mode": "cli", "cmd": "sleep 1; echo for old"}), 2));

    let mut hosts: Vec<&str> = of_mode(&old, "cli").iter().map(|reply| reply["hostname"].as_str().unwrap()).collect();
    hosts.sort_unstable();
    assert_eq!(hosts, ["old", "ours"]);
    assert!(of_mode(&old, "cli").iter().all(|reply| reply["output"] == "for old\n"), "{old:?}");
    for (master, text) in [(ours, "for ours"), (another, "for another")] {
        let printed = master.finish().expect_code(0).stdout_text();
        assert_eq!(printed.matches(&format!("exit code: (0):\n{text}\n\n")).count(), 2, "{printed}");
        assert!(
            printed.ends_with("Got response from 2 out of 2/2 (discovered/expected) - exit code (0)\n"),
            "{printed}"
        );
    }
    // On a busy machine an agent may see a late copy when its master has gone: such a reply is left to the queue.
    assert_eq!(collective.count("master"), 0);
}

#[test]
fn nobody_of_old_can_say_what_became_of_a_script_in_s3() {
    let collective = Collective::new();
    let _agent = collective.old_agent("old", &json!({"role": "web"}));
    let done = collective.master(&["-c", "s3://bucket/a.sh"]).finish().expect_code(0);
    assert!(done.stdout_text().starts_with(">>>>>> old exit code: (0):\nUnknown command bucket/a.sh\n"), "{done:?}");
}
