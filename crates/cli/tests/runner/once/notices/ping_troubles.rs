//! `--ping` where something is wrong with the server: the run goes on as if nobody were to be told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::process::Finished;
use nix::sys::signal::Signal;

use super::super::host::{Host, until};
use super::{SECRET, server, signals, told, url, with};

/// What was said of a ping that was not delivered: the host, and no more of the URL.
fn warned(done: &Finished, why: &str) {
    let said = done.stderr_text();
    assert!(said.contains("bellwether: warning: the ping of the end was not delivered: http://127.0.0.1:"), "{said}");
    assert!(said.contains(why), "'{why}' is missing in {said}");
    assert!(!said.contains("5ecre7"), "a secret is told: {said}");
}

#[test]
fn a_server_that_hangs_does_not_hold_the_record_of_the_run_nor_the_exit_for_long() {
    let server = Server::start("127.0.0.1:0", |_| Reply::Hang);
    let host = Host::new();
    let running = host.script("job", &with(&["--ping", &url(&server)]), "exit 5").start();
    // The wrapper can only be waiting for its ping when history has the run already.
    let run = until("the end in history", || host.history().pop());
    assert_eq!((&run["state"], &run["status"]), (&"done".into(), &5.into()));
    assert!(run["duration_ms"].as_u64().unwrap() < 9_000, "{run}");
    let locks = host.sandbox.state().join("bellwether/bellwether.db.runs");
    until("the run's lock to be released", || (std::fs::read_dir(&locks).unwrap().count() == 0).then_some(()));
    let pid = running.pid();
    assert!(super::super::host::is_alive(pid), "the wrapper was to be seen waiting");
    let done = running.finish().expect_code(5);
    warned(&done, "did not answer within");
    assert!(done.wall >= Duration::from_secs(9) && done.wall < Duration::from_secs(40), "{:?}", done.wall);
    assert_eq!(signals(&server)[..2], ["/start", "/5"], "the end is told though the start was not taken");
}

#[test]
fn a_second_signal_ends_the_wait_at_once() {
    let server = Server::start("127.0.0.1:0", |_| Reply::Hang);
    let host = Host::new();
    let running = host.script("job", &with(&["--ping", &url(&server)]), "echo out; exit 5").start();
    until("the ping of the end", || signals(&server).contains(&"/5".to_owned()).then_some(()));
    running.signal(Signal::SIGUSR1);
    running.signal(Signal::SIGTERM);
    let done = running.finish().expect_code(5);
    assert!(done.stderr_text().contains("notices were given up"), "{}", done.stderr_text());
}

#[test]
fn a_server_that_is_not_there_or_refuses_is_a_warning() {
    let gone = server();
    let nowhere = url(&gone);
    drop(gone);
    let host = Host::new();
    let done = host.once("job", &with(&["--ping", &nowhere]), &["true"]).finish().expect_code(0);
    warned(&done, "cannot be reached");
    let refusing = Server::start("127.0.0.1:0", |_| Reply::text(404, "not found"));
    let host = Host::new();
    let done = host.once("job", &with(&["--ping", &url(&refusing)]), &["false"]).finish().expect_code(1);
    warned(&done, "answered with status 404");
    assert_eq!(signals(&refusing), ["/start", "/1"], "what is refused for good is not tried again");
}

#[test]
fn quiet_says_nothing_of_it() {
    let refusing = Server::start("127.0.0.1:0", |_| Reply::text(404, "not found"));
    let host = Host::new();
    let run = host.bellwether(["--quiet", "once", "job", "--every", "1000d", "--ping", &url(&refusing), "--", "true"]);
    assert_eq!(run.finish().expect_code(0).stderr_text(), "");
}

#[test]
fn what_can_pass_is_tried_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let server = Server::start("127.0.0.1:0", move |request| match request.path.contains("/start") {
        true => Reply::text(200, "OK"),
        false => match counted.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::text(500, "no"),
            1 => Reply::Drop,
            _ => Reply::text(200, "OK"),
        },
    });
    let host = Host::new();
    let done = host.once("job", &with(&["--ping", &url(&server)]), &["true"]).finish().expect_code(0);
    assert_eq!(done.stderr_text(), "");
    let told = told(&server);
    assert!(told.len() >= 4, "{told:?}");
    assert_eq!(asked.load(Ordering::SeqCst), told.len() - 1);
    assert!(told[1..].iter().all(|(signal, request)| signal.is_empty() && request.text().starts_with("job: success")));
}

#[test]
fn a_start_that_fails_does_not_come_after_the_end() {
    let server = Server::start("127.0.0.1:0", |request| match request.path.contains("/start") {
        true => Reply::text(503, "no"),
        false => Reply::text(200, "OK"),
    });
    let host = Host::new();
    let done = host.once("job", &with(&["--ping", &url(&server)]), &["true"]).finish().expect_code(0);
    let signals = signals(&server);
    assert_eq!(signals.iter().filter(|signal| signal.is_empty()).count(), 1, "{signals:?}");
    assert_eq!(signals.last().map(String::as_str), Some(""), "{signals:?}");
    assert!(done.stderr_text().contains("an earlier ping was given up"), "{}", done.stderr_text());
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    let target = server();
    let to = url(&target);
    let moved = Server::start("127.0.0.1:0", move |request| {
        let rest = request.path.strip_prefix(SECRET).unwrap();
        Reply::text(308, "moved").with_header("location", &format!("{to}{rest}"))
    });
    let host = Host::new();
    let done = host.script("job", &with(&["--ping", &url(&moved)]), "echo out").finish().expect_code(0);
    assert_eq!((signals(&target), done.stderr_text().as_str()), (vec!["/start".to_owned(), String::new()], ""));
    let last = told(&target).pop().unwrap().1;
    assert!(last.text().ends_with("\n\nout\n"), "the body went along: {last:?}");
    assert_eq!(last.header("referer"), None);

    let circle =
        Server::start("127.0.0.1:0", |request| Reply::text(307, "moved").with_header("location", &request.path));
    let host = Host::new();
    let done = host.once("job", &with(&["--ping", &url(&circle)]), &["true"]).finish().expect_code(0);
    warned(&done, "too many redirects");
    assert!(circle.requests().len() <= 12, "{}", circle.requests().len());
}

#[test]
fn a_proxy_of_the_environment_is_used_and_a_wrong_one_is_named() {
    let proxy = server();
    let host = Host::new();
    let flags = ["--ping", "http://ping.example.com/uuid"];
    let run = host.once("job", &with(&flags), &["true"]).env("http_proxy", proxy.url());
    assert_eq!(run.finish().expect_code(0).stderr_text(), "");
    let asked: Vec<_> =
        proxy.requests().iter().map(|request| request.path.split('?').next().unwrap().to_owned()).collect();
    assert_eq!(asked, ["http://ping.example.com/uuid/start", "http://ping.example.com/uuid"]);

    let host = Host::new();
    let taking = server();
    let run = host.once("job", &with(&["--ping", &url(&taking)]), &["true"]);
    let run = run.env("http_proxy", proxy.url()).env("NO_PROXY", "127.0.0.1");
    assert_eq!(run.finish().expect_code(0).stderr_text(), "");
    assert_eq!((taking.requests().len(), proxy.requests().len()), (2, 2));

    let host = Host::new();
    let run = host.once("job", &with(&["--ping", &url(&taking)]), &["true"]).env("HTTPS_PROXY", "socks5://u:5ecre7@h");
    let said = run.finish().expect_code(0).stderr_text();
    assert!(said.contains("HTTPS_PROXY cannot be used") && !said.contains("5ecre7"), "{said}");
}
