//! Lists of nodes and no store: the first node of the list runs the command.

use nix::sys::signal::Signal;

use super::host::Host;

const LIST: [&str; 4] = ["--store", "none", "--group", "nodes:b,a,c"];

fn as_node<'a>(node: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&LIST[..], &["--node", node], more].concat()
}

#[test]
fn the_first_of_the_sorted_list_runs_and_the_others_do_not() {
    let host = Host::new();
    for node in ["a", "b", "c", "stranger"] {
        let flags = as_node(node, &["--skip-status", "75"]);
        let done = host.script("job", &flags, "echo $BELLWETHER_NODE >> runs").finish();
        let said = done.stderr_text();
        assert_eq!(done.code, Some(if node == "a" { 0 } else { 75 }), "{node}: {said}");
        assert_eq!(said.contains("is for a, the first healthy node"), node != "a", "{node}: {said}");
    }
    assert_eq!(host.lines("runs"), ["a"]);
    assert_eq!(std::fs::read_dir(host.sandbox.state()).unwrap().count(), 0, "no store was asked for");
}

#[test]
fn without_a_store_nothing_remembers_the_tick() {
    let host = Host::new();
    let flags = as_node("a", &["--every", "1000d"]);
    for _ in 0..2 {
        host.script("job", &flags, "echo $BELLWETHER_FENCE $BELLWETHER_ATTEMPT $BELLWETHER_TICK >> runs")
            .finish()
            .expect_code(0);
    }
    let runs = host.lines("runs");
    assert!(runs.len() == 2 && runs[0] == runs[1] && runs[0].starts_with("0 1 "), "{runs:?}");
}

#[test]
fn a_file_lists_nodes_with_comments_and_blank_lines() {
    let host = Host::new();
    let group = format!("file:{}", host.write("nodes", "# the fleet\n\n  n2  # old\nn1\r\n").display());
    for (node, runs) in [("n1", true), ("n2", false)] {
        let flags = ["--store", "none", "--group", &group, "--node", node];
        host.script("job", &flags, &format!("touch {node}")).finish().expect_code(0);
        assert_eq!(host.has(node), runs, "{node}");
    }
}

#[test]
fn an_empty_group_runs_nothing() {
    let host = Host::new();
    let group = format!("file:{}", host.write("nodes", "# nobody\n").display());
    let flags = ["--store", "none", "--group", &group, "--node", "a", "--skip-status", "75"];
    let said = host.once("job", &flags, &["touch", "ran"]).finish().expect_code(75).stderr_text();
    assert!(said.contains("no member"), "{said}");
    assert!(!host.has("ran"));
}

#[test]
fn a_host_finds_itself_by_its_name() {
    let host = Host::new();
    let name = nix::sys::utsname::uname().unwrap().nodename().to_str().unwrap().to_owned();
    let group = format!("nodes:{name},zzz");
    let done = host.script("job", &["--store", "none", "--group", &group], "echo $BELLWETHER_NODE").finish();
    assert_eq!(done.expect_code(0).stdout_text(), format!("{name}\n"));
}

#[test]
fn statuses_timeouts_and_retries_are_the_same_as_with_a_store() {
    let host = Host::new();
    host.once("job", &as_node("a", &[]), &["no-such-program"]).finish().expect_code(127);
    host.once("job", &as_node("a", &[]), &["/usr"]).finish().expect_code(126);
    host.script("job", &as_node("a", &[]), "kill -9 $$").finish().expect_code(137);
    host.once("job", &as_node("a", &["--timeout", "300ms"]), &["sleep", "300"]).finish().expect_code(124);
    let flags = as_node("a", &["--retries", "2", "--retry-delay", "10ms"]);
    host.script("job", &flags, "echo $BELLWETHER_ATTEMPT >> attempts; exit 9").finish().expect_code(9);
    assert_eq!(host.lines("attempts"), ["1", "2", "3"]);
}

#[test]
fn signals_reach_a_command_without_a_claim() {
    let host = Host::new();
    let script = "trap 'echo usr >> log' USR1; echo up >> log; while :; do sleep 0.1; done";
    let running = host.script("job", &as_node("a", &["--retries", "5"]), script).start();
    host.wait_for_line("log");
    running.signal(Signal::SIGUSR1);
    super::host::until("USR1", || (host.wait_for_line("log") == "usr").then_some(()));
    running.signal(Signal::SIGTERM);
    running.finish().expect_code(143);
    assert_eq!(host.lines("log"), ["up", "usr"], "no retry after TERM");
}
