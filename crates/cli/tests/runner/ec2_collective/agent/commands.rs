//! Lines for the shell, and scripts.

use std::time::Instant;

use serde_json::json;

use super::support::{Host, SENT_AT_TEXT, hostname};

#[test]
fn a_line_is_announced_and_then_answered_with_both_its_outputs_in_order() {
    let host = Host::new();
    let agent = host.start();
    let msg_id = host.send_line("echo one; echo two >&2; echo three; exit 3");
    let replies = host.wait_for(&msg_id, 2);
    let (discovery, result) = (&replies[0], &replies[1]);
    assert_eq!((&discovery["mode"], &discovery["discovery"]), (&json!("ping"), &json!(1)));
    assert_eq!((&discovery["output"], &discovery["rc"]), (&json!(SENT_AT_TEXT), &json!("0")));
    assert_eq!((&result["mode"], &result["rc"]), (&json!("cli"), &json!(3)));
    assert_eq!(result["output"], json!("one\ntwo\nthree\n"));
    assert_eq!(result["hostname"], json!(hostname()));
    assert!(result.get("discovery").is_none(), "{result}");
    agent.stop();
}

#[test]
fn a_signal_is_a_negative_status_and_a_missing_program_the_shells() {
    let host = Host::new();
    let agent = host.start();
    for (line, rc) in [("kill -9 $$", -9), ("exec /nowhere/program", 127), ("true", 0)] {
        assert_eq!(host.result_of(line)["rc"], json!(rc), "{line}");
    }
    assert_eq!(host.result_of("a\0b")["rc"], json!(22), "EINVAL");
    agent.stop();
}

#[test]
fn a_line_reads_nothing_and_leaves_daemons_alone() {
    let host = Host::new();
    let agent = host.start();
    let pid = host.path("pid-of-daemon").display().to_string();
    let result = host.result_of(&format!("cat; sleep 600 & echo $! > {pid}; echo begun"));
    assert_eq!((&result["output"], &result["rc"]), (&json!("begun\n"), &json!(0)));
    let daemon: i32 = host.text_of("pid-of-daemon").trim().parse().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(daemon), nix::sys::signal::Signal::SIGKILL).unwrap();
    agent.stop();
}

#[test]
fn output_that_is_not_utf_8_does_not_lose_the_reply() {
    let host = Host::new();
    let agent = host.start();
    assert_eq!(host.result_of(r"printf 'a\377b\303'")["output"], json!("a\u{fffd}b\u{fffd}"));
    agent.stop();
}

#[test]
fn a_script_is_a_private_file_with_parameters_for_the_shell_and_goes_away() {
    let host = Host::new();
    let agent = host.start();
    let payload = "#!/bin/sh\nstat -c '%a %u' \"$0\"\ndirname \"$0\"\nprintf '[%s]' \"$@\"\nexit 5\n";
    let fields = json!({"cmd": "deploy.sh", "payload": payload, "script_param": "one 'two three' $((2 + 2))"});
    let msg_id = host.send("script", fields);
    let replies = host.wait_for(&msg_id, 2);
    assert_eq!(replies[0]["discovery"], json!(1));
    let directory = host.sandbox.state().join("bellwether/ec2-cagent/scripts");
    let expected = format!("700 0\n{}\n[one][two three][4]", directory.display());
    assert_eq!(
        (&replies[1]["mode"], &replies[1]["output"], &replies[1]["rc"]),
        (&json!("script"), &json!(expected), &json!(5))
    );
    assert_eq!(std::fs::read_dir(directory).unwrap().count(), 0);
    agent.stop();
}

#[test]
fn a_script_without_its_text_is_answered_with_the_reason() {
    let host = Host::new();
    let agent = host.start();
    let msg_id = host.send("script", json!({"cmd": "deploy.sh"}));
    let result = host.wait_for(&msg_id, 2).remove(1);
    assert_eq!(result["rc"], json!("255"));
    assert!(result["output"].as_str().unwrap().contains("does not hold the script"), "{result}");
    agent.stop();
}

#[test]
fn a_script_that_cannot_be_written_is_answered_with_the_reason() {
    let host = Host::new();
    let agent = host.start();
    host.expect_alive();
    std::fs::remove_dir(host.sandbox.state().join("bellwether/ec2-cagent/scripts")).unwrap();
    let msg_id = host.send("script", json!({"cmd": "a", "payload": "true"}));
    let result = host.wait_for(&msg_id, 2).remove(1);
    assert_eq!(result["rc"], json!("255"));
    assert!(result["output"].as_str().unwrap().contains("No such file"), "{result}");
    agent.stop();
}

#[test]
fn a_script_in_s3_is_answered_with_what_to_do() {
    let host = Host::new();
    let agent = host.start();
    let msg_id = host.send("s3", json!({"cmd": "s3://bucket/key"}));
    let replies = host.wait_for(&msg_id, 2);
    assert_eq!((&replies[1]["mode"], &replies[1]["rc"]), (&json!("s3"), &json!(1)));
    assert!(replies[1]["output"].as_str().unwrap().contains("file://"), "{replies:?}");
    agent.stop();
}

#[test]
fn the_copies_of_a_command_run_once() {
    let host = Host::new();
    let note = host.path("note");
    let command = host.command("cli", json!({"cmd": format!("echo ran >> {}", note.display())}));
    for _ in 0..3 {
        host.commands.send(&command);
    }
    let agent = host.start();
    crate::support::wait_until("it ran", || !host.text_of("note").is_empty());
    host.expect_alive();
    assert_eq!(host.text_of("note"), "ran\n");
    agent.stop();
}

#[test]
fn a_long_command_holds_up_neither_others_nor_pings() {
    let host = Host::new();
    let agent = host.start();
    let flag = host.path("go");
    let long = host.send_line(&format!("until [ -e {} ]; do sleep 0.05; done; echo done", flag.display()));
    host.wait_for(&long, 1);
    assert_eq!(host.result_of("echo beside")["output"], json!("beside\n"));
    host.expect_alive();
    assert_eq!(host.replies_to(&long).len(), 1, "it still runs");
    std::fs::write(flag, "").unwrap();
    assert_eq!(host.wait_for(&long, 2)[1]["output"], json!("done\n"));
    agent.stop();
}

#[test]
fn more_commands_than_run_at_a_time_all_run() {
    let host = Host::new();
    let agent = host.start();
    let since = Instant::now();
    let ids: Vec<_> = (0..40).map(|number| host.send_line(&format!("sleep 3; echo {number}"))).collect();
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(host.wait_for(id, 2)[1]["output"], json!(format!("{number}\n")));
    }
    assert!(since.elapsed().as_secs() < 110, "one after the other: {:?}", since.elapsed());
    agent.stop();
}
