//! What is refused, by the program and by AWS.

use bellwether_testkit::fake_elb::{Fault, Faults};

use super::support::{end, fleet, holds, refusal};

#[test]
fn a_mistake_is_found_before_anything_is_sent() {
    let fleet = fleet();
    for (arguments, says) in [
        (&["show", "web*"] as &[&str], "is a pattern"),
        (&["register", "web", "web-1"], "is no target"),
        (&["register", "web", "i-1:0"], "is no port"),
        (&["register", "web", "10.0.0.1@EU"], "is no availability zone"),
        (&["register", "web"], "TARGET"),
        (&["attributes", "set", "web", "slow_start.duration_seconds=29"], "0, or 30 to 900"),
        (&["attributes", "set", "web", "nothing"], "KEY=VALUE"),
        (&["health"], "NAME-OR-ARN"),
    ] {
        let done = end(fleet.run(&[&["tg"], arguments].concat()), 64);
        holds(&done.stderr_text(), &[says]);
    }
    assert_eq!(fleet.aws.log().len(), 0);
}

#[test]
fn what_is_not_there_is_an_error_by_name_and_by_arn() {
    let fleet = fleet();
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/none/0123456789abcdef";
    for arguments in [
        &["list", "none"] as &[&str],
        &["show", "none"],
        &["show", arn],
        &["health", "none"],
        &["health", arn],
        &["register", "none", "i-1"],
        &["attributes", "get", "none"],
        &["attributes", "set", arn, "stickiness.enabled=true"],
    ] {
        let (error, hint) = refusal(fleet.run(&[&["tg"], arguments].concat()), 69);
        holds(&error, &["none", "TargetGroupNotFound"]);
        holds(&hint, &["check the name"]);
    }
    let (error, hint) = refusal(fleet.run(&["tg", "attributes", "get", "web", "nonsense"]), 69);
    holds(&error, &["alb:web has no attribute 'nonsense'"]);
    holds(&hint, &["deregistration_delay.timeout_seconds"]);
}

#[test]
fn what_aws_refuses_is_told_with_a_remedy() {
    let fleet = fleet();
    let (error, _) = refusal(fleet.run(&["tg", "register", "web", "10.0.0.9"]), 69);
    holds(&error, &["RegisterTargets on alb:web", "InvalidTarget"]);
    fleet.aws.misbehave(Faults::always(Fault::Denied));
    let (error, hint) = refusal(fleet.run(&["tg", "list"]), 69);
    holds(&error, &["AccessDenied"]);
    holds(&hint, &["elasticloadbalancing:DescribeTargetGroups", "bellwether iam lb"]);
}

#[test]
fn silence_is_an_end_with_a_status() {
    let fleet = fleet();
    fleet.aws.misbehave(Faults::always(Fault::Hang));
    let run = fleet.run(&["tg", "health", "web"]).env("BELLWETHER_AWS_TIMEOUT", "300ms");
    let (error, _) = refusal(run, 69);
    holds(&error, &["no answer in time"]);
}
