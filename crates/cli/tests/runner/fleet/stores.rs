//! Stores that a fleet shares, through the binary: set up, used from several nodes, asked for their state.

use bellwether_testkit::moto::Moto;
use bellwether_testkit::nats::NatsServer;
use bellwether_testkit::postgres::PostgresServer;
use bellwether_testkit::process::{Run, Sandbox};
use nix::sys::signal::{Signal, kill};

use super::support::{bare, end, holds, json, with_keys};
use crate::support::wait_until;

/// Two nodes of one group on a shared store; `prepared` is added to every run.
fn serves_a_fleet(store: &str, prepared: impl Fn(Run) -> Run) {
    let sandbox = Sandbox::new();
    let run = |arguments: &[&str]| prepared(bare(&sandbox, arguments));
    let created = end(run(&["store", "create", store]), 0).stdout_text();
    holds(&created, &["is ready"]);
    let once = |node: &str| {
        let flags =
            ["once", "job", "--schedule", "0 0 1 1 *", "--group", "nodes:a,b", "--node", node, "--store", store];
        run(&[&flags[..], &["--", "sh", "-c", "echo $BELLWETHER_NODE runs with fence $BELLWETHER_FENCE"]].concat())
    };
    assert_eq!(end(once("b"), 0).stdout_text(), "b runs with fence 1\n");
    holds(&end(once("a"), 0).stderr_text(), &["is taken", "node b has it", "done with status 0"]);
    let history = json(&end(run(&["history", "job", "--json", "--store", store]), 0));
    assert_eq!((history.as_array().unwrap().len(), &history[0]["node"]), (1, &"b".into()));
    assert_eq!(history[0]["output"], "b runs with fence 1\n");
    let status = json(&end(run(&["status", "--json", "--store", store]), 0));
    assert_eq!(
        (&status[0]["job"], &status[0]["state"], &status[0]["node"]),
        (&"job".into(), &"done".into(), &"b".into())
    );
    assert!(status[0]["next"].as_str().unwrap().ends_with("-01-01T00:00:00Z"), "{status}");
    let pruned = end(run(&["history", "--prune", "0s", "--store", store]), 0).stdout_text();
    assert_eq!(pruned, "1 line of history removed\n");
    assert_eq!(end(run(&["history", "--store", store]), 0).stdout_text(), "no runs yet\n");
    let findings = end(run(&["doctor", "--group", "nodes:a,b", "--node", "a", "--store", store]), 0).stdout_text();
    holds(&findings, &["compare-and-swap works"]);
}

#[test]
fn postgres_serves_a_fleet() {
    let server = PostgresServer::shared();
    server.create_database("cli");
    serves_a_fleet(&server.url("cli"), |run| run);
}

#[test]
fn nats_serves_a_fleet() {
    serves_a_fleet(&NatsServer::shared().url("cli"), |run| run);
}

#[test]
fn dynamodb_serves_a_fleet() {
    let endpoint = Moto::shared().endpoint();
    serves_a_fleet("dynamodb:cli", |run| {
        with_keys(run).env("AWS_ENDPOINT_URL", endpoint).env("AWS_REGION", "eu-west-1")
    });
}

/// A wrapper that was told to end waits between its tries to record the end, as any other does.
#[test]
fn a_wrapper_that_is_told_to_end_while_its_store_is_gone_does_not_spin() {
    let (sandbox, server) = (Sandbox::new(), PostgresServer::start());
    server.create_database("gone");
    let store = server.url("gone");
    let flags = ["once", "job", "--group", "nodes:a", "--node", "a", "--store", &store];
    let run = bare(&sandbox, &[&flags[..], &["--", "sh", "-c", "touch started; sleep 600"]].concat()).start();
    wait_until("the command runs", || sandbox.home().join("started").exists());
    drop(server);
    kill(run.pid(), Signal::SIGTERM).unwrap();
    let done = run.finish().expect_code(143);
    assert!(done.cpu < done.wall / 2, "{:?} of {:?}", done.cpu, done.wall);
}

#[test]
fn a_store_out_of_reach_runs_nothing_and_shows_no_password() {
    let sandbox = Sandbox::new();
    for store in ["postgres://me:hushhush@127.0.0.1:1/jobs", "nats://me:hushhush@127.0.0.1:1/claims"] {
        let arguments = ["once", "job", "--group", "nodes:a", "--node", "a", "--store", store, "--", "touch", "ran"];
        let told = end(bare(&sandbox, &arguments), 69).stderr_text();
        holds(&told, &["127.0.0.1", "hint: "]);
        assert!(!told.contains("hushhush"), "{told}");
        assert!(!sandbox.home().join("ran").exists());
    }
    let arguments =
        ["once", "job", "--group", "nodes:a", "--node", "a", "--store", "dynamodb:none", "--", "touch", "ran"];
    let run = with_keys(bare(&sandbox, &arguments)).env("AWS_ENDPOINT_URL", Moto::shared().endpoint());
    let told = end(run.env("AWS_REGION", "eu-west-1"), 69).stderr_text();
    holds(&told, &["none", "bellwether store create dynamodb:none"]);
}
