//! What AWS refuses, loses and forgets.

use bellwether_testkit::fake_elb::{Fault, Faults};

use super::support::{Account, end, holds, json, refusal, results, set, until_told};

#[test]
fn what_is_denied_is_told_and_the_rest_goes_on() {
    let account = Account::new();
    let before = account.all();
    account.fleet.aws.misbehave(Faults::action("DeregisterTargets", Fault::Denied));
    let done = end(account.lb(&["drain", "--settle", "0s", "--json"]), 69);
    let report = json(&done);
    assert_eq!(
        results(&report),
        set(&["classic-a/i-1 drained", "classic-b/i-1 drained", "group-a/i-1:80 failed", "group-a/i-1:81 failed"])
    );
    assert_eq!(report["safe_to_stop"], false);
    holds(&done.stderr_text(), &["elasticloadbalancing:DeregisterTargets", "bellwether iam lb"]);
    account.fleet.aws.misbehave(Faults::default());
    end(account.undrain(), 0);
    assert_eq!(account.all(), before);
}

#[test]
fn a_plan_that_is_not_whole_is_an_error_and_nothing_is_changed() {
    for action in ["DescribeLoadBalancers", "DescribeTargetGroups", "DescribeTargetHealth"] {
        let account = Account::new();
        account.fleet.aws.misbehave(Faults::action(action, Fault::Denied));
        let (error, _) = refusal(account.lb(&["drain"]), 69);
        holds(&error, &[action]);
        assert_eq!(account.changes(), 0);
        assert!(!account.journal().exists());
    }
}

#[test]
fn a_drain_goes_on_when_it_cannot_be_told_where_the_node_is_besides() {
    let account = Account::new();
    end(account.drain(), 0);
    account.fleet.aws.misbehave(Faults::action("DescribeTargetGroups", Fault::Denied));
    let done = end(account.drain(), 0);
    holds(&done.stderr_text(), &["warning: whether i-1 has come to further load balancers"]);
}

#[test]
fn a_target_group_that_is_deleted_meanwhile_holds_up_nothing() {
    let account = Account::new();
    account.fleet.aws.set_speed(0.0);
    let running = account.drain().start();
    until_told(&running, "i-1:80 in alb:group-a: draining");
    account.fleet.aws.change(|world| {
        world.target_groups.remove("group-a");
    });
    account.fleet.aws.set_speed(1_000.0);
    let done = running.finish().expect_code(0);
    holds(&done.stdout_text(), &["gone", "it was deleted meanwhile", "safe to stop it"]);
    let report = json(&end(account.lb(&["undrain", "--json"]), 0));
    assert!(results(&report).contains("classic-a/i-1 in_service"), "{report}");
    assert!(!account.journal().exists());
}

#[test]
fn throttling_delays_a_drain_and_changes_nothing_else() {
    let account = Account::new();
    account.fleet.aws.misbehave(Faults::first(3, Fault::Throttled));
    end(account.drain().env("BELLWETHER_AWS_ATTEMPTS", "5"), 0);
    assert_eq!(account.ours(), set(&[]));
}
