//! Signals and deadlines.

use bellwether_testkit::fake_elb::{FakeAws, Fault, Faults};
use nix::sys::signal::Signal;

use super::support::{Account, end, holds, json, set, until, until_told};

fn stand_still(aws: &FakeAws) {
    aws.set_speed(0.0);
}

#[test]
fn an_interrupted_drain_says_what_is_known_and_is_undone_or_gone_on_with() {
    for (signal, status) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let account = Account::new();
        let before = account.all();
        stand_still(&account.fleet.aws);
        let running = account.drain().start();
        until_told(&running, "i-1 in elb:classic-a: draining");
        running.signal(signal);
        let done = running.finish().expect_code(status);
        holds(&done.stdout_text(), &["do not stop it yet", "lb undrain"]);
        holds(&done.stderr_text(), &["i-1 in elb:classic-a is not out yet", "Instance deregistration currently"]);
        account.fleet.aws.set_speed(1_000.0);
        if signal == Signal::SIGINT {
            end(account.drain(), 0);
            assert_eq!(account.ours(), set(&[]));
        }
        end(account.undrain(), 0);
        assert_eq!(account.all(), before);
    }
}

#[test]
fn an_interrupted_settle_time_is_not_called_safe() {
    let account = Account::new();
    let running = account.lb(&["drain", "--settle", "10m"]).start();
    until_told(&running, "the node must serve on for");
    running.signal(Signal::SIGINT);
    let done = running.finish().expect_code(130);
    holds(&done.stdout_text(), &["the settle time is not over"]);
    assert_eq!(account.status()[0]["phase"], "draining", "the next drain serves on as well");
}

#[test]
fn a_drain_that_takes_too_long_names_the_places_and_says_why() {
    let account = Account::new();
    stand_still(&account.fleet.aws);
    let done = end(account.lb(&["drain", "--timeout", "3s", "--json"]), 124);
    let report = json(&done);
    assert_eq!((&report["complete"], &report["safe_to_stop"]), (&false.into(), &false.into()));
    let places = report["places"].as_array().unwrap();
    let overdue: Vec<_> = places.iter().filter(|place| place["result"] == "overdue").collect();
    assert_eq!(overdue.len(), 3, "one load balancer gives no time to end requests: {report}");
    holds(
        &done.stderr_text(),
        &["i-1:80 in alb:group-a is not out yet: last seen draining", "requests under way may end", "It is leaving"],
    );
    assert!(account.journal().exists());
}

#[test]
fn a_return_that_takes_too_long_names_the_reason_and_can_be_repeated() {
    let account = Account::new();
    let before = account.all();
    end(account.drain(), 0);
    account.fleet.aws.change(|world| world.target_group("group-a").becomes = "unhealthy");
    let done = end(account.lb(&["undrain", "--timeout", "5s"]), 124);
    holds(
        &done.stderr_text(),
        &["i-1:80 in alb:group-a is not in service yet", "Target.FailedHealthChecks", "listens on the port"],
    );
    holds(&done.stdout_text(), &["is not back in 2 of 5 places"]);
    assert_eq!(account.status()[0]["phase"], "returning");
    account.fleet.aws.change(|world| {
        for target in &mut world.target_group("group-a").targets {
            *target = bellwether_testkit::fake_elb::Target::new(&target.id, target.port, "healthy");
        }
    });
    end(account.undrain(), 0);
    assert_eq!(account.all(), before);
    until("the journal is gone", || !account.journal().exists());
}

#[test]
fn a_signal_before_the_first_change_leaves_everything_as_it_is() {
    let account = Account::new();
    let before = account.all();
    account.fleet.aws.misbehave(Faults::action("DescribeTargetGroups", Fault::Hang));
    let running = account.drain().start();
    until("the question", || account.fleet.aws.calls("DescribeTargetGroups") > 0);
    running.signal(Signal::SIGINT);
    assert_eq!(running.finish().signal, Some(Signal::SIGINT as i32));
    assert_eq!((account.all(), account.changes()), (before, 0));
    assert!(!account.journal().exists());
}
