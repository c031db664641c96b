//! How a call ends.

use std::time::{Duration, Instant};

use bellwether_testkit::nats::{NatsServer, Release};
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::support::{Site, crash, holds};
use crate::support::wait_until;

#[test]
fn the_status_tells_success_failure_and_silence() {
    let site = Site::new();
    let mut agents = site.agents(&["db-1", "web-1"]);
    site.end(0, &["exec", "--all", "--", "true"]);
    site.end(1, &["exec", "--all", "--", "false"]);
    let done = site.end(1, &["exec", "--all", "--", "/no/such/program"]);
    holds(&done.stderr_text(), &["web-1: could not be started"]);
    crash(agents.remove(0));
    let done = site.end(2, &["exec", "--all", "--wait", "2s", "--", "true"]);
    holds(&done.stderr_text(), &["warning: did not answer: db-1\n", "1 succeeded, 1 without an answer\n"]);
    // Who is silent weighs more than who failed.
    site.end(2, &["exec", "--all", "--wait", "2s", "--", "false"]);
    let done = site.end(2, &["exec", "role=nobody", "--wait", "1s", "--", "true"]);
    holds(&done.stderr_text(), &["0 nodes are expected", "no node answered, and none is known that should"]);
}

#[test]
fn wrong_usage_is_told_before_anybody_is_asked() {
    let site = Site::new();
    let told = |arguments: &[&str]| site.end(64, arguments).stderr_text();
    holds(&told(&["exec", "--", "true"]), &["no node is named", "--all"]);
    holds(&told(&["exec", "--all"]), &["nothing is given to be run"]);
    holds(&told(&["exec", "role=web and (", "--", "true"]), &["\n  role=web and (\n", "\n                ^\n"]);
    holds(&told(&["exec", "--all", "--max-failures", "1", "--", "true"]), &["--batch"]);
    holds(&told(&["exec", "role=web", "--async", "--", "true"]), &["no node of the inventory matches"]);
    let large = site.sandbox.write("large", vec![b'x'; 200_000]);
    let large = large.to_str().unwrap();
    holds(&told(&["exec", "--all", "--stdin", large, "--", "cat"]), &["more than 131072 bytes"]);
    let stdin = site.sandbox.write("fits", vec![b'x'; 131_072]);
    let script = site.sandbox.write("script", [b"#!/bin/sh\n", vec![b'x'; 131_000].as_slice()].concat());
    let both = ["--stdin", stdin.to_str().unwrap(), "--script", script.to_str().unwrap()];
    let done = site.end(64, &[&["exec", "--nodes", "web-1", "--durable", "--json"][..], &both].concat());
    holds(&done.stderr_text(), &["the request is too large"]);
    assert!(!done.stdout_text().contains("\"asked\""), "{}", done.stdout_text());
    holds(&site.end(0, &["results"]).stdout_text(), &["no durable calls are remembered"]);
    for (option, remedy) in [
        ("--timeout=0s", "write for example 30s"),
        ("--wait=0s", "write for example 30s"),
        ("--batch=0", "write 5 or 20%"),
        ("--batch=0%", "write 5 or 20%"),
        ("--limit=0", "1 at least"),
    ] {
        holds(&told(&["exec", "--all", option, "--", "true"]), &[remedy]);
    }
    holds(&told(&["ping", "--wait=0s"]), &["write for example 30s"]);
    for ttl in ["0s", "8d"] {
        holds(&told(&["exec", "--all", "--ttl", ttl, "--", "true"]), &["at most 7d"]);
    }
    holds(&told(&["exec", "--all", "--script", "/no/such/file"]), &["/no/such/file"]);
    std::fs::remove_file(site.sandbox.state().join("bellwether/caller.key")).unwrap();
    holds(&told(&["exec", "--all", "--", "true"]), &["there is no key to sign with", "bellwether keys generate"]);
}

#[test]
fn a_transport_that_is_not_there_is_status_69() {
    let site = Site::new();
    let done = site.end(69, &["exec", "--all", "--transport", "nats://127.0.0.1:9", "--", "true"]);
    holds(&done.stderr_text(), &["error: connecting by ", "127.0.0.1:9", "hint: "]);
    let done = site.end(69, &["ping", "--transport", "nats://127.0.0.1:9"]);
    assert_eq!(done.stdout_text(), "");
}

#[test]
fn other_signals_that_end_a_program_are_interrupts_too_and_nothing_gathered_is_lost() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let begun = site.sandbox.path().join(format!("begun-{signal}"));
        let shell = format!("echo known; touch {}; sleep 20", begun.display());
        let call = site.run(&["exec", "--all", "--fold", "--timeout", "20s", "--shell", &shell]).start();
        wait_until("it runs", || begun.exists());
        // What it has written takes a moment to come here.
        std::thread::sleep(Duration::from_secs(3));
        call.signal(signal);
        let done = call.finish().expect_code(2);
        holds(&done.stdout_text(), &["web-1", "known"]);
        holds(&done.stderr_text(), &["still running: web-1", "interrupted\n"]);
    }
}

/// Whether a process handles a signal, as /proc tells.
fn catches(pid: Pid, signal: Signal) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:\t")).unwrap_or("0");
    u64::from_str_radix(mask, 16).unwrap() >> (signal as u32 - 1) & 1 == 1
}

#[test]
fn a_ping_that_is_told_to_end_shows_who_has_not_answered() {
    let site = Site::new();
    crash(site.agent("web-1"));
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let ping = site.run(&["ping", "--wait", "50s"]).start();
        wait_until("it can be told to end", || catches(ping.pid(), signal));
        ping.signal(signal);
        let done = ping.finish().expect_code(2);
        assert!(done.wall < Duration::from_secs(40), "{:?}", done.wall);
        holds(&done.stdout_text(), &["web-1  silent", "0 of 1 answered"]);
    }
}

#[test]
fn a_second_signal_ends_a_call_at_once_with_what_is_known() {
    let server = NatsServer::start(Release::Recent);
    let site = Site::at(&format!("nats://{}", server.address()));
    let _agent = site.agent("web-1");
    let call = site.run(&["exec", "--all", "--timeout", "20s", "--shell", "echo begun; sleep 20"]).start();
    wait_until("it runs", || call.stdout_so_far().starts_with(b"web-1: begun"));
    server.pause();
    call.signal(Signal::SIGTERM);
    wait_until("it ends", || String::from_utf8_lossy(&call.stderr_so_far()).contains("interrupted"));
    let since = Instant::now();
    call.signal(Signal::SIGTERM);
    holds(&call.finish().expect_code(2).stderr_text(), &["still running: web-1"]);
    assert!(since.elapsed() < Duration::from_secs(4), "giving back takes five seconds when the server hangs");
    server.resume();
}

#[test]
fn an_interrupt_shows_what_is_known_and_names_what_is_missing() {
    let site = Site::new();
    let _agents = site.agents(&["db-1", "web-1"]);
    // Both run in the same directory, so one of them is the first.
    let home = site.sandbox.home();
    let shell = "echo begun; mkdir first 2>/dev/null || sleep 60";
    let call = site.run(&["exec", "--all", "--directory", home.to_str().unwrap(), "--shell", shell]);
    let call = call.start();
    wait_until("one has ended, and the other runs", || {
        let (out, err) = (call.stdout_so_far(), call.stderr_so_far());
        String::from_utf8_lossy(&out).matches("begun").count() == 2
            && String::from_utf8_lossy(&err).contains(": succeeded")
    });
    call.signal(Signal::SIGINT);
    let done = call.finish().expect_code(2);
    holds(&done.stderr_text(), &["warning: still running: ", "1 succeeded, 1 without an answer, interrupted\n"]);
}
