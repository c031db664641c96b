//! Ends of the agent in the middle of work, and the beginning after them.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use super::support::Host;
use crate::support::wait_until;

/// A line that notes its run, and then waits to be let go.
fn waiting_line(host: &Host) -> String {
    let (note, go) = (host.path("note"), host.path("go"));
    format!("echo ran >> {}; until [ -e {} ]; do sleep 0.05; done; echo done", note.display(), go.display())
}

fn wait_for_run(host: &Host) {
    wait_until("it runs", || !host.text_of("note").is_empty());
}

fn let_go(host: &Host) {
    std::fs::write(host.path("go"), "").unwrap();
}

#[test]
fn a_command_is_not_run_again_after_a_crash_in_its_middle_and_its_result_arrives() {
    let host = Host::new();
    let agent = host.start();
    let msg_id = host.send_line(&waiting_line(&host));
    wait_for_run(&host);
    agent.kill();
    let agent = host.start();
    // The message is in the queue still.
    host.expect_alive();
    let_go(&host);
    let replies = host.wait_for(&msg_id, 2);
    assert_eq!((&replies[1]["output"], &replies[1]["rc"]), (&json!("done\n"), &json!(0)));
    host.expect_alive();
    assert_eq!(host.text_of("note"), "ran\n");
    assert_eq!(host.replies_to(&msg_id).len(), 2);
    agent.stop();
}

#[test]
fn an_agent_that_is_stopped_leaves_its_commands_alone_and_their_results_arrive() {
    let host = Host::new();
    let agent = host.start();
    let msg_id = host.send_line(&waiting_line(&host));
    wait_for_run(&host);
    host.wait_for(&msg_id, 1);
    let finished = agent.stop();
    assert!(finished.stdout_text().contains("goes on, and its answer will be sent"), "{}", finished.stdout_text());
    let_go(&host);
    assert_eq!(host.wait_for(&msg_id, 2)[1]["output"], json!("done\n"));
}

#[test]
fn what_was_answered_is_not_answered_again_after_a_restart() {
    let host = Host::new();
    let agent = host.start();
    let msg_id = host.send("ping", json!({}));
    host.wait_for(&msg_id, 1);
    agent.kill();
    let agent = host.start();
    host.expect_alive();
    assert_eq!(host.replies_to(&msg_id).len(), 1);
    agent.stop();
}

#[test]
fn a_command_whose_own_process_is_killed_is_told_to_be_lost() {
    let host = Host::new();
    let agent = host.start();
    let msg_id = host.send_line(&format!("echo $PPID > {}; sleep 600", host.path("helper").display()));
    wait_until("it runs", || host.text_of("helper").ends_with('\n'));
    let helper: i32 = host.text_of("helper").trim().parse().unwrap();
    kill(Pid::from_raw(helper), Signal::SIGKILL).unwrap();
    let result = host.wait_for(&msg_id, 2).remove(1);
    assert_eq!(result["rc"], json!("255"));
    assert!(result["output"].as_str().unwrap().contains("was ended"), "{result}");
    agent.stop();
}

#[test]
fn a_service_manager_that_ends_everything_gets_an_end_and_the_master_an_answer() {
    let host = Host::new();
    let agent = host.start();
    let msg_id = host.send_line(&format!("echo $PPID > {}; echo begun; sleep 600", host.path("helper").display()));
    wait_until("it runs", || host.text_of("helper").ends_with('\n'));
    let helper: i32 = host.text_of("helper").trim().parse().unwrap();
    kill(Pid::from_raw(helper), Signal::SIGTERM).unwrap();
    let result = host.wait_for(&msg_id, 2).remove(1);
    assert_eq!(result["rc"], json!(-15));
    assert!(result["output"].as_str().unwrap().starts_with("begun\n--- ENDED"), "{result}");
    agent.stop();
}

#[test]
fn what_cannot_be_remembered_is_not_run() {
    let host = Host::new().without_xfsz();
    let agent = host.start();
    assert_eq!(host.result_of("true")["rc"], json!(0));
    // No file may grow any more, as on a full disk.
    let pid = agent.0.pid().to_string();
    host.sandbox.run("prlimit").args(["--pid", &pid, "--fsize=10:10"]).finish().expect_code(0);
    let result = host.result_of(&format!("touch {}", host.path("ran").display()));
    assert_eq!(result["rc"], json!(1));
    let output = result["output"].as_str().unwrap();
    assert!(output.starts_with("not run: cannot write") && output.contains("history"), "{output}");
    assert!(!host.path("ran").exists());
    host.expect_alive();
    agent.stop();
}
