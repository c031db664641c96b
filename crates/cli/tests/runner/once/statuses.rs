//! The exit status of a command that was to be run, and what history keeps of it.

use std::os::unix::fs::PermissionsExt;

use super::host::{Host, ONE_TICK};

/// Ends with this status, and history says so.
fn check(command: &[&str], status: i32) -> String {
    let host = Host::new();
    let done = host.once("job", &ONE_TICK, command).finish().expect_code(status);
    let run = host.only_run();
    assert_eq!((run["state"].as_str(), run["status"].as_i64()), (Some("done"), Some(status.into())), "{run}");
    done.stderr_text()
}

#[test]
fn the_commands_own_status_is_ours() {
    for status in [0, 1, 2, 64, 69, 75, 124, 127, 255] {
        assert_eq!(check(&["sh", "-c", &format!("exit {status}")], status), "");
    }
}

#[test]
fn a_command_that_a_signal_killed_has_128_and_its_number() {
    for (signal, status) in [("TERM", 143), ("KILL", 137), ("SEGV", 139), ("HUP", 129)] {
        check(&["sh", "-c", &format!("kill -{signal} $$")], status);
    }
}

#[test]
fn a_file_that_cannot_be_executed_is_126() {
    let host = Host::new();
    let plain = host.write("plain", "#!/bin/sh\n");
    for program in [plain.to_str().unwrap(), "/usr", "/etc/passwd/x"] {
        let said = check(&[program], 126);
        assert!(said.contains("was not started") && said.contains(program), "{said}");
    }
}

#[test]
fn a_program_that_is_not_there_is_127() {
    let host = Host::new();
    let orphan = host.write("orphan", "#!/no/such/interpreter\n");
    std::fs::set_permissions(&orphan, std::fs::Permissions::from_mode(0o755)).unwrap();
    for program in ["no-such-program", "/no/such/program", orphan.to_str().unwrap()] {
        let said = check(&[program], 127);
        assert!(said.contains("was not started") && said.contains(program), "{said}");
    }
    assert!(check(&[orphan.to_str().unwrap()], 127).contains("interpreter"));
}

#[test]
fn a_tick_whose_command_could_not_be_started_is_taken_all_the_same() {
    let host = Host::new();
    host.once("job", &ONE_TICK, &["no-such-program"]).finish().expect_code(127);
    let second = host.once("job", &ONE_TICK, &["no-such-program"]).finish().expect_code(0);
    assert!(second.stderr_text().contains("done with status 127"), "{}", second.stderr_text());
}
