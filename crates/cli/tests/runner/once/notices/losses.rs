//! Runs whose wrapper died: whoever marks them lost tells of them.

use bellwether_testkit::http::Server;
use nix::sys::signal::Signal;

use super::super::host::{EACH_SECOND, Host, ONE_TICK, next_second, wait_for_death};
use super::{server, signals, told, url};

/// Starts a run that tells nobody and kills its wrapper; the id of the run.
fn lose(host: &Host, tick: [&str; 2]) -> String {
    let flags = [&tick[..], &["--lease", "1h", "--node", "dead"]].concat();
    let running = host.script("job", &flags, "echo $BELLWETHER_RUN_ID > id; echo $$ > pid; exec sleep 300").start();
    let pid = host.wait_for_pid("pid");
    running.signal(Signal::SIGKILL);
    running.finish();
    wait_for_death(pid);
    host.wait_for_line("id")
}

fn find(host: &Host, tick: [&str; 2], server: &Server, flags: &[&str], status: i32) {
    let url = url(server);
    let hook =
        "/bin/sh -c 'echo $BELLWETHER_OUTCOME $BELLWETHER_NODE \"[$BELLWETHER_STATUS]\" $BELLWETHER_RUN_ID >> losses'";
    let notices = ["--node", "finder", "--ping", &url, "--on-failure", hook, "--metrics", "jobs.prom"];
    host.script("job", &[&tick[..], flags, &notices].concat(), "echo ran >> runs").finish().expect_code(status);
}

/// The line of the metrics file that counts losses.
fn counted(host: &Host) -> Vec<String> {
    host.lines("jobs.prom").into_iter().filter(|line| line.starts_with("bellwether_job_lost_total")).collect()
}

#[test]
fn a_lost_tick_is_told_by_the_one_who_marks_it_and_only_once() {
    let (host, server) = (Host::new(), server());
    let id = lose(&host, ONE_TICK);
    for _ in 0..2 {
        find(&host, ONE_TICK, &server, &["--skip-status", "75"], 75);
    }
    assert_eq!(signals(&server), ["/fail"]);
    let (_, request) = told(&server).remove(0);
    assert_eq!(request.path.split_once("?rid=").unwrap().1.replace('-', ""), id);
    let body = request.text();
    assert!(body.starts_with("job: lost on node dead, tick ") && body.contains("noticed by finder"), "{body}");
    assert_eq!(host.lines("losses"), [format!("lost dead [] {id}")]);
    assert_eq!(counted(&host), ["bellwether_job_lost_total{job=\"job\"} 1"]);
    assert!(!host.has("runs"));
}

#[test]
fn a_tick_that_is_run_again_is_told_as_lost_first() {
    let (host, server) = (Host::new(), server());
    let id = lose(&host, ONE_TICK);
    find(&host, ONE_TICK, &server, &["--on-lost", "rerun"], 0);
    assert_eq!(signals(&server), ["/fail", "/start", ""]);
    assert_eq!(host.lines("losses"), [format!("lost dead [] {id}")]);
    assert_eq!(host.lines("runs"), ["ran"]);
}

#[test]
fn the_next_tick_tells_of_the_one_before() {
    let (host, server) = (Host::new(), server());
    lose(&host, EACH_SECOND);
    next_second();
    find(&host, EACH_SECOND, &server, &[], 0);
    assert_eq!(signals(&server), ["/fail", "/start", ""]);
    assert_eq!(counted(&host), ["bellwether_job_lost_total{job=\"job\"} 1"]);
}
