//! Leaving and returning, as planned.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::support::{Account, NODE, end, holds, json, results, set};

#[test]
fn a_drained_node_returns_to_the_same_places_and_ports_and_nobody_else_is_touched() {
    let account = Account::new();
    let before = account.all();
    let done = end(account.drain(), 0);
    holds(&done.stdout_text(), &["i-1 in elb:classic-a", "i-1:81 in alb:group-a", "safe to stop it"]);
    holds(&done.stderr_text(), &["i-1 in elb:classic-a: drained"]);
    assert_eq!(account.ours(), set(&[]));
    let others: Vec<_> = before.iter().filter(|line| !line.contains("i-1") || line.contains("10.0.0.11")).collect();
    assert_eq!(account.all().iter().filter(|line| !line.contains("10.0.0.10")).count(), others.len() - 1);
    let mode = account.journal().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    assert_eq!(account.status()[0]["phase"], "drained");

    let done = end(account.undrain(), 0);
    holds(
        &done.stdout_text(),
        &["i-1:80 in alb:group-a", "10.0.0.10:8081 in alb:group-b", "back in all its places (5)"],
    );
    assert_eq!(account.all(), before);
    assert!(!account.journal().exists(), "it has done its work");
    assert_eq!(account.status().as_array().unwrap().len(), 0);
}

#[test]
fn the_report_for_programs_names_every_place_and_how_it_ended() {
    let account = Account::new();
    let report = json(&end(account.lb(&["drain", "--settle", "0s", "--json"]), 0));
    assert_eq!(
        results(&report),
        set(&["classic-a/i-1 drained", "classic-b/i-1 drained", "group-a/i-1:80 drained", "group-a/i-1:81 drained"])
    );
    assert_eq!((&report["complete"], &report["safe_to_stop"]), (&true.into(), &true.into()));
    assert_eq!((report["node"].as_str(), report["region"].as_str()), (Some(NODE), Some("eu-west-1")));
    assert_eq!(report["journal"], account.journal().to_str().unwrap());
    let report = json(&end(account.lb(&["undrain", "--json"]), 0));
    assert_eq!((&report["goal"], &report["complete"]), (&"in".into(), &true.into()));
    assert!(results(&report).contains("group-a/i-1:81 in_service"), "{report}");
}

#[test]
fn addresses_are_only_drained_where_the_user_says_so() {
    let account = Account::new();
    end(account.lb(&["drain", "--settle", "0s"]), 0);
    assert_eq!(account.ours(), set(&["group-b/10.0.0.10:8081 healthy"]));
}

#[test]
fn the_node_serves_on_for_the_settle_time() {
    let account = Account::new();
    let done = end(account.lb(&["drain", "--settle", "4s"]), 0);
    assert!(done.wall >= Duration::from_secs(4), "{:?}", done.wall);
    holds(&done.stderr_text(), &["the node must serve on for"]);
}

#[test]
fn a_timeout_does_not_cut_the_settle_time_of_a_node_that_is_out() {
    let account = Account::new();
    let done = end(account.lb(&["drain", "--settle", "6s", "--timeout", "5s"]), 0);
    assert!(done.wall >= Duration::from_secs(6), "{:?}", done.wall);
    holds(&done.stdout_text(), &["safe to stop it"]);
}

#[test]
fn a_dry_run_changes_nothing_and_writes_nothing() {
    let account = Account::new();
    let before = account.all();
    let done = end(account.lb(&["drain", "--dry-run"]), 0);
    holds(&done.stdout_text(), &["i-1 in elb:classic-a", "in service", "5m 0s", "be deregistered"]);
    let report = json(&end(account.lb(&["drain", "--dry-run", "--json"]), 0));
    assert_eq!((report["places"].as_array().unwrap().len(), &report["waits_at_most_s"]), (4, &330.into()));
    assert_eq!((account.all(), account.changes()), (before, 0));
    assert!(!account.journal().exists());

    end(account.drain(), 0);
    let changes = account.changes();
    let done = end(account.lb(&["undrain", "--dry-run"]), 0);
    assert_eq!(done.stdout_text().lines().count(), 5, "{}", done.stdout_text());
    holds(&end(account.lb(&["drain", "--dry-run"]), 0).stdout_text(), &["go on: an earlier drain has begun it"]);
    assert_eq!(account.changes(), changes);
    assert!(account.journal().exists());
}

#[test]
fn a_second_drain_says_so_again_and_asks_for_nothing() {
    let account = Account::new();
    end(account.drain(), 0);
    let changes = account.changes();
    holds(&end(account.drain(), 0).stdout_text(), &["safe to stop it"]);
    assert_eq!(account.changes(), changes);
}

#[test]
fn a_second_drain_leaves_also_the_places_that_the_node_has_come_to_since() {
    let account = Account::new();
    let before = account.ours();
    end(account.drain(), 0);
    account.fleet.aws.change(|world| {
        world.set_target_group("late", &[(NODE, 9_000, "healthy")]);
    });
    let report = json(&end(account.lb(&["drain", "--settle", "0s", "--json"]), 0));
    assert!(results(&report).contains("late/i-1:9000 drained"), "{report}");
    assert_eq!(account.ours(), set(&[]));
    end(account.undrain(), 0);
    let mut after = before;
    after.insert("late/i-1:9000 healthy".to_owned());
    assert_eq!(account.ours(), after);
}

#[test]
fn what_somebody_else_puts_back_is_left_again_by_a_second_drain() {
    let account = Account::new();
    end(account.drain(), 0);
    let back = ["lb", "instance", "register", "classic-a", NODE, "--wait"];
    end(account.fleet.run(&back), 0);
    end(account.drain(), 0);
    assert_eq!(account.ours(), set(&[]));
}

#[test]
fn a_node_that_was_not_drained_is_left_alone() {
    let account = Account::new();
    let done = end(account.undrain(), 0);
    holds(&done.stdout_text(), &["i-1 was not drained"]);
    assert_eq!(account.fleet.aws.log().len(), 0, "nobody is asked");
}

#[test]
fn a_node_that_is_registered_nowhere_may_be_stopped_at_once() {
    let account = Account::new();
    let run = account.fleet.run(&["lb", "drain", "--node", "i-9"]);
    let done = end(run, 0);
    holds(&done.stdout_text(), &["i-9 is in no load balancer", "safe to stop it"]);
    assert_eq!(account.status().as_array().unwrap().len(), 0, "there is nothing to undo");
}

#[test]
fn nodes_have_journals_of_their_own() {
    let account = Account::new();
    let before = account.all();
    end(account.drain(), 0);
    end(account.fleet.run(&["lb", "drain", "--node", "i-2", "--settle", "0s"]), 0);
    assert_eq!(account.status().as_array().unwrap().len(), 2);
    let done = end(account.fleet.run(&["lb", "drain", "--status", "--node", "i-2"]), 0);
    holds(&done.stdout_text(), &["i-2 in eu-west-1 is drained", "i-2 in elb:classic-c"]);
    assert!(!done.stdout_text().contains("i-1 in"), "{}", done.stdout_text());
    end(account.fleet.run(&["lb", "undrain", "--node", "i-2"]), 0);
    end(account.undrain(), 0);
    assert_eq!(account.all(), before);
}
