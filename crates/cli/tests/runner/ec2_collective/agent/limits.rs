//! What is bounded: output, time, memory.

use serde_json::json;

use super::support::Host;
use crate::support::wait_until;

#[test]
fn of_an_output_that_does_not_fit_the_last_thousand_bytes_are_sent() {
    let host = Host::new();
    let agent = host.start();
    let result = host.result_of("seq 100000; printf '%01000d' 7; exit 4");
    let expected = format!("--- OUTPUT CAPPED ---\n{:01000}", 7);
    assert_eq!((&result["output"], &result["rc"]), (&json!(expected), &json!(4)));
    let whole = host.result_of("seq 8000");
    assert_eq!(whole["output"].as_str().unwrap().lines().count(), 8_000, "what fits is sent whole");
    agent.stop();
}

#[test]
fn a_command_that_writes_a_gibibyte_costs_little_memory() {
    let host = Host::new();
    let agent = host.start();
    let result = host.result_of("head -c 1073741824 /dev/zero; echo; grep VmHWM /proc/$PPID/status");
    let output = result["output"].as_str().unwrap();
    let helper = peak(output.lines().last().unwrap());
    let status = std::fs::read_to_string(format!("/proc/{}/status", agent.0.pid())).unwrap();
    let agents = peak(status.lines().find(|line| line.starts_with("VmHWM")).unwrap());
    // Of a debug build, whose code alone is several times that of the released program.
    assert!(helper < 128 * 1_024 && agents < 128 * 1_024, "{helper} KiB, {agents} KiB");
    agent.stop();
}

/// The KiB in `VmHWM:   1234 kB`.
fn peak(line: &str) -> u64 {
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_command_that_takes_too_long_is_ended_with_all_that_it_has_started() {
    let host = Host::with(json!({"general": {"timeout": 1}}));
    let agent = host.start();
    let pids = host.path("pids").display().to_string();
    // The leader takes TERM for a success.
    let line = format!("trap 'exit 0' TERM; echo begun; sleep 600 & echo $! > {pids}; wait");
    let result = host.result_of(&line);
    assert_eq!(result["rc"], json!(124), "not 0");
    assert_eq!(result["output"], json!("begun\n--- TIMED OUT after 1.0s ---\n"));
    let child = host.text_of("pids").trim().to_owned();
    wait_until("the child is gone", || {
        let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    });
    host.expect_alive();
    agent.stop();
}

#[test]
fn a_command_that_ignores_term_is_killed() {
    let host = Host::with(json!({"general": {"timeout": 1}}));
    let agent = host.start();
    assert_eq!(host.result_of("trap '' TERM; while :; do sleep 1; done")["rc"], json!(124));
    agent.stop();
}
