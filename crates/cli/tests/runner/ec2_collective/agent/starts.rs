//! Where the agent runs: away from the terminal, under a supervisor, in the foreground; and that there is one.

use std::os::unix::fs::PermissionsExt;

use bellwether_testkit::notify::NotifySocket;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getsid};

use super::support::Host;
use crate::support::wait_until;

fn pid_of(host: &Host) -> Pid {
    Pid::from_raw(host.text_of("pid").trim().parse().unwrap())
}

fn is_gone(pid: Pid) -> bool {
    // What was ours and is nobody's child any more may stay unreaped where there is no init.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.is_empty() || stat.contains(") Z ")
}

/// Ends an agent in the background when a test fails, too.
struct Background(Pid);

impl Drop for Background {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGKILL);
    }
}

#[test]
fn without_options_it_goes_to_the_background_and_leaves_the_terminal() {
    let host = Host::new();
    let log = host.path("agent.log").display().to_string();
    let started = host.run(&["-l", &log]).finish().expect_code(0);
    let agent = Background(pid_of(&host));
    assert!(started.stderr_text().contains("LEGACY PROTOCOL"), "{}", started.stderr_text());
    host.expect_alive();
    let proc = |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", agent.0)).unwrap();
    assert_eq!(getsid(Some(agent.0)).unwrap(), agent.0, "a session of its own");
    assert_eq!(proc("comm").trim(), "ec2-cagent");
    assert_eq!(std::fs::read_link(format!("/proc/{}/cwd", agent.0)).unwrap().to_str(), Some("/"));
    assert!(proc("status").contains("Umask:\t0022"), "{}", proc("status"));
    for descriptor in [0, 1] {
        let target = std::fs::read_link(format!("/proc/{}/fd/{descriptor}", agent.0)).unwrap();
        assert_eq!(target.to_str(), Some("/dev/null"));
    }
    assert!(host.text_of("agent.log").contains("[WARNING] LEGACY PROTOCOL"), "{}", host.text_of("agent.log"));
    kill(agent.0, Signal::SIGTERM).unwrap();
    wait_until("it has ended", || is_gone(agent.0));
    assert!(host.text_of("agent.log").contains("ec2-cagent has stopped"));
}

#[test]
fn a_command_runs_below_the_root_directory_in_the_background() {
    let host = Host::new();
    let log = host.path("agent.log").display().to_string();
    host.run(&["-l", &log]).finish().expect_code(0);
    let agent = Background(pid_of(&host));
    assert_eq!(host.result_of("pwd")["output"], "/\n");
    wait_until("its end is in the log", || host.text_of("agent.log").contains("\"ended\""));
    kill(agent.0, Signal::SIGTERM).unwrap();
    wait_until("it has ended", || is_gone(agent.0));
}

#[test]
fn what_is_in_the_way_of_the_background_is_told_on_the_terminal() {
    let host = Host::new();
    let agent = host.start();
    host.expect_alive();
    let log = host.path("agent.log").display().to_string();
    let started = host.run(&["-l", &log]).finish().expect_code(1);
    assert!(started.stderr_text().contains("another ec2-cagent runs already"), "{}", started.stderr_text());
    let missing = host.path("missing/agent.log").display().to_string();
    let started = host.run(&["-l", &missing]).finish().expect_code(1);
    assert!(started.stderr_text().contains("cannot open the log file"), "{}", started.stderr_text());
    agent.stop();
}

#[test]
fn there_is_one_agent_for_a_pid_file_and_one_for_a_state_directory() {
    let host = Host::new();
    let agent = host.start();
    host.expect_alive();
    let second = host.run(&["-f"]).finish().expect_code(1);
    assert!(second.stderr_text().contains(&host.pid_file().display().to_string()), "{}", second.stderr_text());
    let elsewhere = host.path("other-pid").display().to_string();
    // Given again, the option counts.
    let third = host.run(&["-f"]).args(["-p", &elsewhere]).finish().expect_code(1);
    assert!(third.stderr_text().contains("ec2-cagent/lock"), "{}", third.stderr_text());
    host.expect_alive();
    agent.stop();
}

#[test]
fn the_pid_file_has_the_agents_id_and_is_no_obstacle_when_it_is_stale() {
    let host = Host::new();
    std::fs::write(host.pid_file(), "999999999\nold\n").unwrap();
    let agent = host.start();
    host.expect_alive();
    assert_eq!(host.text_of("pid"), format!("{}\n", agent.0.pid()));
    agent.kill();
    let agent = host.start();
    host.expect_alive();
    assert_eq!(host.text_of("pid"), format!("{}\n", agent.0.pid()));
    agent.stop();
}

#[test]
fn under_a_supervisor_it_stays_and_logs_to_the_file() {
    let host = Host::new();
    let log = host.path("agent.log").display().to_string();
    let agent = super::support::Agent(host.run(&["-s", "-l", &log]).start());
    host.expect_alive();
    assert_eq!(agent.log(), "");
    assert!(host.text_of("agent.log").contains("LEGACY PROTOCOL"));
    agent.stop();
}

#[test]
fn a_log_file_that_is_moved_away_is_begun_anew() {
    let host = Host::new();
    let log = host.path("agent.log").display().to_string();
    let agent = super::support::Agent(host.run(&["-s", "-l", &log]).start());
    host.expect_alive();
    std::fs::rename(&log, host.path("agent.log.1")).unwrap();
    assert_eq!(host.result_of("true")["rc"], 0);
    wait_until("the new file has the account", || host.text_of("agent.log").contains("\"ended\""));
    agent.stop();
}

#[test]
fn its_files_are_its_owners_alone() {
    let host = Host::new();
    let agent = host.start();
    host.expect_alive();
    let state = host.sandbox.state().join("bellwether/ec2-cagent");
    for (path, mode) in [(state.clone(), 0o700), (state.join("scripts"), 0o700), (state.join("history"), 0o600)] {
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode, "{}", path.display());
    }
    agent.stop();
}

#[test]
fn hup_and_int_end_it_as_term_does() {
    for signal in [Signal::SIGHUP, Signal::SIGINT] {
        let host = Host::new();
        let agent = host.start();
        host.expect_alive();
        agent.0.signal(Signal::SIGUSR1);
        host.expect_alive();
        agent.0.signal(signal);
        let finished = agent.0.finish().expect_code(0);
        assert!(finished.stdout_text().contains("ec2-cagent has stopped"), "{}", finished.stdout_text());
    }
}

#[test]
fn the_service_manager_is_told_of_beginning_and_end() {
    let host = Host::new();
    let manager = NotifySocket::within(&host.sandbox);
    let agent = super::support::Agent(host.run(&["-f"]).env("NOTIFY_SOCKET", manager.path()).start());
    wait_until("it is ready", || manager.messages() == ["READY=1"]);
    agent.stop();
    wait_until("it has said that it stops", || manager.messages() == ["READY=1", "STOPPING=1"]);
}
