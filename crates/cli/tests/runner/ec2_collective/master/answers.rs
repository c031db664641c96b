//! What the master prints, its exit status, and that it ends as soon as it can.

use std::time::Duration;

use serde_json::json;

use crate::ec2_collective::support::Collective;

/// Every test would wait longer than this for the time of discovery to pass.
const SOON: Duration = Duration::from_secs(25);

#[test]
fn a_command_is_answered_as_in_the_readme_and_nothing_is_left_in_the_queues() {
    let collective = Collective::new();
    let _agent = collective.old_agent("slave.example.com", &json!({"role": "web"}));
    let done = collective.master(&["-c", "echo $((6*7)); echo late >&2"]).finish().expect_code(0);
    assert_eq!(
        done.stdout_text(),
        ">>>>>> slave.example.com exit code: (0):\n42\nlate\n\n\
         Got response from 1 out of 1/1 (discovered/expected) - exit code (0)\n"
    );
    assert!(done.wall < SOON, "it waited though everybody had answered: {:?}", done.wall);
    assert_eq!((collective.count("master"), collective.count("agent")), (0, 0));
    assert!(collective.count("facts") > 0, "facts are never deleted");
}

#[test]
fn the_legacy_protocol_is_warned_of_loudly_on_standard_error() {
    let collective = Collective::new();
    let done = collective.hasty_master(&[]).finish().expect_code(1);
    let told = done.stderr_text();
    assert!(told.starts_with("ec2-cmaster: WARNING: commands of this protocol are not signed"), "{told}");
    assert!(told.contains(&collective.queue("master")) && told.contains("root on every agent"), "{told}");
}

#[test]
fn a_ping_tells_how_long_each_agent_took_and_ends_when_all_expected_have_answered() {
    let collective = Collective::new();
    let _agents = ["a", "b"].map(|host| collective.old_agent(host, &json!({"role": "web"})));
    let done = collective.master(&[]).finish().expect_code(0);
    assert!(done.wall < SOON, "{:?}", done.wall);
    let printed = done.stdout_text();
    let mut lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.pop(), Some("Got response from 2 out of 2/2 (discovered/expected) - exit code (0)"));
    lines.sort_unstable();
    for (line, host) in lines.iter().zip(["a", "b"]) {
        let millis = line.strip_prefix(&format!("{host} time=")).and_then(|rest| rest.strip_suffix(" ms"));
        let (whole, fraction) = millis.and_then(|millis| millis.split_once('.')).expect(line);
        assert!(whole.parse::<u32>().is_ok() && fraction.len() == 2, "{line}");
    }
    assert_eq!(lines.len(), 2);
}

#[test]
fn monitoring_prints_the_number_of_agents_alone() {
    let collective = Collective::new();
    let _agents = ["a", "b"].map(|host| collective.old_agent(host, &json!({"role": "web"})));
    assert_eq!(collective.master(&["-m"]).finish().expect_code(0).stdout_text(), "2\n");
    assert_eq!(collective.hasty_master(&["-m", "-w", "role=db"]).finish().expect_code(0).stdout_text(), "0\n");
}

#[test]
fn agents_that_tell_no_facts_are_discovered_while_the_time_for_it_passes() {
    let collective = Collective::new();
    let _agent = collective.old_agent("a", &json!({}));
    let done = collective.hasty_master(&["-c", "echo here"]).finish().expect_code(0);
    assert!(done.stdout_text().ends_with("Got response from 1 out of 1/0 (discovered/expected) - exit code (0)\n"));
    assert!(done.wall >= Duration::from_secs(3), "{:?}", done.wall);
}

#[test]
fn the_status_is_that_of_a_command_that_failed() {
    let collective = Collective::new();
    let _agent = collective.old_agent("a", &json!({"role": "web"}));
    for (command, rc, code) in [("exit 3", 3, 3), ("kill -9 $$", -9, 247)] {
        let done = collective.master(&["-c", command]).finish().expect_code(code);
        let printed = done.stdout_text();
        assert!(printed.starts_with(&format!(">>>>>> a exit code: ({rc}):\n")), "{printed}");
        let total = format!("Got response from 1 out of 1/1 (discovered/expected) - exit code ({rc})\n");
        assert!(printed.ends_with(&total), "{printed}");
    }
}

#[test]
fn who_is_late_and_who_is_silent_is_named() {
    let collective = Collective::new();
    let _agent = collective.old_agent("slow", &json!({"role": "web"}));
    collective.send_facts("ghost", &json!({"role": "web"}));
    let done = collective.master(&["-c", "sleep 60", "-t", "6"]).finish().expect_code(1);
    assert_eq!(
        done.stdout_text(),
        "Timeout in response from: slow\nHost expected but not responding: ghost\n\
         Got response from 0 out of 1/2 (discovered/expected) - exit code (1)\n"
    );
    assert!(done.stderr_text().contains("cmd_timeout timeout reached 6"), "{}", done.stderr_text());
    assert_eq!(collective.count("master"), 0);
}

#[test]
fn nobody_is_a_failure() {
    let collective = Collective::new();
    let done = collective.hasty_master(&["-c", "id"]).finish().expect_code(1);
    assert_eq!(done.stdout_text(), "Got response from 0 out of 0/0 (discovered/expected) - exit code (1)\n");
}

#[test]
fn a_script_is_sent_with_its_parameters() {
    let collective = Collective::new();
    let _agent = collective.old_agent("a", &json!({"role": "web"}));
    let script = collective.sandbox.write("greet.sh", "#!/bin/sh\necho \"größe $1 and $2\"\n");
    let command = format!("file://{}", script.display());
    let done = collective.master(&["-p", "one 'two three'", "-c", &command]).finish().expect_code(0);
    assert!(done.stdout_text().starts_with(">>>>>> a exit code: (0):\ngröße one and two three\n\n"), "{done:?}");
    let alone = collective.master(&["-c", &command]).finish().expect_code(0);
    assert!(alone.stdout_text().contains("größe  and \n"), "{alone:?}");
}

#[test]
fn an_output_that_an_agent_has_capped_is_shown_as_it_is() {
    let collective = Collective::new();
    let _agent = collective.old_agent("a", &json!({"role": "web"}));
    let done = collective.master(&["-c", "yes 123456789 | head -c 100000"]).finish().expect_code(0);
    let expected = format!(">>>>>> a exit code: (0):\n--- OUTPUT CAPPED ---\n{}", "123456789\n".repeat(100));
    assert!(done.stdout_text().starts_with(&expected), "{done:?}");
}

#[test]
fn only_what_failed_is_printed_at_a_higher_log_level() {
    let collective = Collective::new();
    let _agent = collective.old_agent("a", &json!({"role": "web"}));
    let config = collective.master_config(&json!({"log_level": "WARN"}));
    let fine = collective.master_with(&config, &["-c", "true"]).finish().expect_code(0);
    assert_eq!(fine.stdout_text(), "");
    let failed = collective.master_with(&config, &["-c", "false"]).finish().expect_code(1);
    assert_eq!(failed.stdout_text().lines().next(), Some(">>>>>> a exit code: (1):"));
    let counted = collective.master_with(&config, &["-m"]).finish().expect_code(0);
    assert_eq!(counted.stdout_text(), "1\n");
}

#[test]
fn what_is_printed_is_also_written_to_the_log_file_with_the_time() {
    let collective = Collective::new();
    let _agent = collective.old_agent("a", &json!({"role": "web"}));
    let log = collective.sandbox.path().join("master.log");
    collective.master(&["-c", "printf 'one\\ntwo\\n'", "-l", log.to_str().unwrap()]).finish().expect_code(0);
    let written = std::fs::read_to_string(&log).unwrap();
    let texts: Vec<&str> = written.lines().map(|line| line.split_at("2026-11-21 10:00:00,045 ".len()).1).collect();
    assert!(texts[0].starts_with("WARNING: "), "{written}");
    assert_eq!(texts[1..4], [">>>>>> a exit code: (0):", "one", "two"]);
    assert!(texts[4].starts_with("Got response from 1"), "{written}");
    assert!(written.lines().all(|line| line.as_bytes()[4] == b'-' && line.as_bytes()[19] == b','), "{written}");
}
