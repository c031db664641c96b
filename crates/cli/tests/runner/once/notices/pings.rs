//! `--ping` where all goes well with it: what is sent, when, and what it says.

use nix::sys::signal::Signal;

use super::super::host::{EACH_SECOND, Host, next_second, until};
use super::{server, signals, told, url, with};

#[test]
fn a_start_and_a_success_are_told_in_this_order_with_the_id_of_the_run() {
    let (host, server) = (Host::new(), server());
    let flags = ["--node", "n1", "--ping", &url(&server)];
    let done = host.script("job", &with(&flags), "echo 42 rows; echo late >&2").finish().expect_code(0);
    assert_eq!((done.stdout_text().as_str(), done.stderr_text().as_str()), ("42 rows\n", "late\n"));
    let told = told(&server);
    let run = host.only_run();
    let id = run["run_id"].as_str().unwrap().to_owned();
    for (index, signal) in ["/start", ""].into_iter().enumerate() {
        let (path, request) = &told[index];
        assert_eq!((path.as_str(), request.method.as_str()), (signal, "POST"));
        let rid = request.path.split_once("?rid=").unwrap().1;
        assert_eq!(rid.replace('-', ""), id);
        assert_eq!(rid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{rid}");
        assert_eq!(request.header("content-type"), Some("text/plain; charset=utf-8"));
        assert!(request.header("user-agent").unwrap().starts_with("bellwether/"), "{request:?}");
    }
    assert_eq!(told.len(), 2);
    let tick = run["tick"].as_str().unwrap();
    assert_eq!(told[0].1.text(), format!("job: started on node n1, tick {tick}\n"));
    let body = told[1].1.text();
    let (summary, output) = body.split_once("\n\n").unwrap();
    assert!(summary.starts_with("job: success with status 0 after "), "{summary}");
    assert!(summary.ends_with(&format!(" on node n1, tick {tick}, attempt 1")), "{summary}");
    let mut lines: Vec<_> = output.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["42 rows", "late"]);
}

#[test]
fn a_failure_is_told_with_its_status() {
    for (script, status, signal, word) in [
        ("echo no; exit 3", 3, "/3", "failed"),
        ("kill -9 $$", 137, "/137", "killed"),
        ("sleep 300", 124, "/124", "timed_out"),
        ("exec /no/such/program", 127, "/127", "failed"),
    ] {
        let (host, server) = (Host::new(), server());
        let flags = ["--timeout", "2s", "--ping", &url(&server)];
        host.script("job", &with(&flags), script).finish().expect_code(status);
        assert_eq!(signals(&server), ["/start", signal], "{script}");
        let body = told(&server)[1].1.text();
        assert!(body.starts_with(&format!("job: {word} with status {status}")), "{body}");
    }
}

#[test]
fn a_command_that_cannot_be_started_is_a_failure_without_a_start() {
    let (host, server) = (Host::new(), server());
    host.once("job", &with(&["--ping", &url(&server)]), &["/no/such/program"]).finish().expect_code(127);
    assert_eq!(signals(&server), ["/127"]);
    assert!(told(&server)[0].1.text().starts_with("job: not_started with status 127"));
}

#[test]
fn a_retry_is_not_the_end() {
    let (host, server) = (Host::new(), server());
    let flags = ["--retries", "5", "--retry-delay", "10ms", "--ping", &url(&server)];
    host.script("job", &with(&flags), "echo try $BELLWETHER_ATTEMPT; [ $BELLWETHER_ATTEMPT = 3 ]")
        .finish()
        .expect_code(0);
    assert_eq!(signals(&server), ["/start", ""]);
    let body = told(&server)[1].1.text();
    assert!(body.contains("attempt 3\n\n") && body.ends_with("try 1\ntry 2\ntry 3\n"), "{body}");
}

#[test]
fn an_interrupted_run_is_told_as_a_failure() {
    for store in [&[][..], &["--store", "none"]] {
        let (host, server) = (Host::new(), server());
        let url = url(&server);
        let flags = [store, &["--ping", &url]].concat();
        let running = host.script("job", &with(&flags), "echo $$ > pid; exec sleep 300").start();
        host.wait_for_pid("pid");
        running.signal(Signal::SIGTERM);
        running.finish().expect_code(143);
        assert_eq!(signals(&server), ["/start", "/143"]);
        assert!(told(&server)[1].1.text().starts_with("job: interrupted with status 143"));
    }
}

#[test]
fn the_start_is_told_while_the_command_runs() {
    let (host, server) = (Host::new(), server());
    let flags = ["--ping", &url(&server)];
    let running = host.script("job", &with(&flags), "until [ -e go ]; do sleep 0.05; done").start();
    until("the ping of the start", || (signals(&server) == ["/start"]).then_some(()));
    host.write("go", "");
    running.finish().expect_code(0);
    assert_eq!(signals(&server), ["/start", ""]);
}

#[test]
fn nothing_is_told_of_a_tick_that_another_run_has() {
    let (host, server) = (Host::new(), server());
    let url = url(&server);
    host.once("job", &with(&["--ping", &url]), &["true"]).finish().expect_code(0);
    host.once("job", &with(&["--ping", &url]), &["true"]).finish().expect_code(0);
    let other = ["--store", "none", "--group", "nodes:a,b", "--node", "b", "--ping", &url];
    host.once("job", &with(&other), &["true"]).finish().expect_code(0);
    assert_eq!(signals(&server), ["/start", ""]);
}

#[test]
fn it_works_without_a_store() {
    let (host, server) = (Host::new(), server());
    let flags = ["--store", "none", "--ping", &url(&server)];
    host.script("job", &with(&flags), "exit 6").finish().expect_code(6);
    assert_eq!(signals(&server), ["/start", "/6"]);
}

#[test]
fn a_query_of_the_url_is_kept_and_each_run_has_an_id_of_its_own() {
    let (host, server) = (Host::new(), server());
    let url = format!("{}?create=1", url(&server));
    let flags = [&EACH_SECOND[..], &["--ping", &url]].concat();
    for _ in 0..2 {
        next_second();
        host.once("job", &flags, &["true"]).finish().expect_code(0);
    }
    let queries: Vec<_> =
        told(&server).iter().map(|(_, request)| request.path.split_once('?').unwrap().1.to_owned()).collect();
    assert!(queries.iter().all(|query| query.starts_with("create=1&rid=")), "{queries:?}");
    assert_eq!((queries.len(), &queries[0], &queries[2]), (4, &queries[1], &queries[3]));
    assert_ne!(queries[0], queries[2]);
}

#[test]
fn long_output_that_is_not_text_is_told_as_text_with_its_end() {
    let (host, server) = (Host::new(), server());
    let script = r"head -c 300000 /dev/zero | tr '\0' '\377'; echo the end";
    host.script("job", &with(&["--ping", &url(&server)]), script).finish().expect_code(0);
    let body = told(&server)[1].1.body.clone();
    assert!(body.len() <= 100_000, "{} bytes", body.len());
    let text = String::from_utf8(body).unwrap();
    assert!(text.ends_with("\u{fffd}the end\n") && text.contains("bytes before this are not kept]"));
}
