//! What a command says when AWS does not give what it needs: one error, one hint, status 69, and nothing secret.

use std::time::Duration;

use bellwether_testkit::fake_elb::{FakeAws, Fault, Faults, GroupInstance, Instance};
use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::process::Run;

use super::support::{Fleet, holds, refusal};

/// The groups, and the first action each needs.
const GROUPS: [(&str, &str); 4] = [
    ("elb:web", "elasticloadbalancing:DescribeInstanceHealth"),
    ("alb:web", "elasticloadbalancing:DescribeTargetGroups"),
    ("asg:web", "autoscaling:DescribeAutoScalingGroups"),
    ("tag:Role=web", "ec2:DescribeInstances"),
];

fn fleet() -> Fleet {
    Fleet::with(|world| {
        world.set_load_balancer("web", &[("i-1", "InService")]);
        world.set_target_group("web", &[("i-1", 80, "healthy")]);
        world.auto_scaling_groups.insert("web".to_owned(), vec![GroupInstance::new("i-1", "InService", "Healthy")]);
        world.instances = vec![Instance::new("i-1", "running", &[("Role", "web")])];
    })
}

fn broken(fault: Fault) -> Fleet {
    let fleet = fleet();
    fleet.aws.misbehave(Faults::always(fault));
    fleet
}

/// With all that is said.
fn ask(fleet: &Fleet, group: &str) -> Run {
    fleet.run(&["--verbose", "roster", group, "--node", "i-1"])
}

#[test]
fn a_name_that_nobody_has_is_told_with_its_region() {
    let fleet = fleet();
    for group in ["elb:typo", "alb:typo", "asg:typo"] {
        let (error, hint) = refusal(ask(&fleet, group), 69);
        holds(&error, &["typo", "eu-west-1"]);
        holds(&hint, &["check the name", "account"]);
    }
    let gone = "alb:arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/typo/0123456789abcdef";
    let (error, _) = refusal(ask(&fleet, gone), 69);
    holds(&error, &["elasticloadbalancing:DescribeTargetHealth", gone, "TargetGroupNotFound"]);
}

#[test]
fn a_denial_names_the_action_and_how_to_allow_it() {
    let fleet = broken(Fault::Denied);
    for (group, action) in GROUPS {
        let (error, hint) = refusal(ask(&fleet, group), 69);
        holds(&error, &[action, group, "eu-west-1"]);
        holds(&hint, &[&format!("allow {action}"), &format!("bellwether iam once --group {group}")]);
    }
    fleet.aws.misbehave(Faults::action("DescribeTargetHealth", Fault::Denied));
    let (error, hint) = refusal(ask(&fleet, "alb:web"), 69);
    holds(&error, &["elasticloadbalancing:DescribeTargetHealth"]);
    holds(&hint, &["allow elasticloadbalancing:DescribeTargetHealth"]);
}

#[test]
fn throttling_is_told_after_all_attempts() {
    let fleet = broken(Fault::Throttled);
    for (group, action) in GROUPS {
        let before = fleet.aws.log().len();
        let (error, hint) = refusal(ask(&fleet, group), 69);
        holds(&error, &[action, group]);
        assert!(error.contains("Throttling") || error.contains("RequestLimitExceeded"), "{error}");
        holds(&hint, &["ask less often"]);
        assert_eq!(fleet.aws.log().len() - before, 2);
    }
}

#[test]
fn an_internal_error_and_a_broken_answer_are_told() {
    for (fault, why) in
        [(Fault::InternalFailure, "nternal"), (Fault::Garbage, "cannot be read"), (Fault::Drop, "no connection")]
    {
        let fleet = broken(fault);
        for (group, action) in GROUPS {
            let (error, _) = refusal(ask(&fleet, group), 69);
            holds(&error, &[action, group, why]);
        }
    }
}

#[test]
fn an_endpoint_that_hangs_is_waited_for_within_bounds() {
    for (group, action) in GROUPS {
        let fleet = broken(Fault::Hang);
        let run = ask(&fleet, group).env("BELLWETHER_AWS_TIMEOUT", "1s").env("BELLWETHER_AWS_ATTEMPTS", "2");
        let (error, hint) = refusal(run.deadline(Duration::from_secs(30)), 69);
        holds(&error, &[action, group, "no answer in time"]);
        holds(&hint, &["check the network"]);
        assert_eq!(fleet.aws.log().len(), 2, "{group} was tried twice");
    }
}

#[test]
fn without_any_setting_a_hanging_endpoint_is_given_up_soon() {
    let fleet = broken(Fault::Hang);
    let run = ask(&fleet, "elb:web").env("BELLWETHER_AWS_TIMEOUT", "").deadline(Duration::from_secs(30));
    let (error, _) = refusal(run, 69);
    holds(&error, &["no answer in time"]);
}

#[test]
fn quiet_says_errors_all_the_same() {
    let fleet = broken(Fault::Denied);
    refusal(fleet.run(&["--quiet", "roster", "elb:web", "--node", "i-1"]), 69);
}

#[test]
fn an_endpoint_where_nobody_listens_is_named() {
    let fleet = fleet();
    let closed = FakeAws::start().url();
    let place = closed.trim_start_matches("http://");
    for (group, action) in GROUPS {
        let (error, hint) = refusal(ask(&fleet, group).env("AWS_ENDPOINT_URL", &closed), 69);
        holds(&error, &[action, group, place, "refused"]);
        holds(&hint, &[place, "network"]);
    }
}

#[test]
fn a_name_that_does_not_resolve_is_named() {
    let fleet = fleet();
    for (group, action) in GROUPS {
        let run = ask(&fleet, group).env("AWS_ENDPOINT_URL", "http://aws.does-not-exist.invalid");
        let (error, hint) = refusal(run.env("BELLWETHER_AWS_ATTEMPTS", "1"), 69);
        holds(&error, &[action, group, "aws.does-not-exist.invalid"]);
        holds(&hint, &["aws.does-not-exist.invalid", "DNS"]);
    }
}

#[test]
fn the_password_of_an_endpoint_is_not_shown() {
    let fleet = fleet();
    for (group, _) in GROUPS {
        let url = "http://user:SecretThatNobodyMaySee1@127.0.0.1:9";
        let (error, _) = refusal(ask(&fleet, group).env("AWS_ENDPOINT_URL", url), 69);
        holds(&error, &["127.0.0.1:9"]);
    }
}

/// An error of the query protocol with this code.
fn refuse_with(code: &'static str, date: &'static str) -> Server {
    Server::start("127.0.0.1:0", move |_| {
        let detail = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>It is refused.</Message></Error>");
        let body = format!("<ErrorResponse>{detail}<RequestId>r</RequestId></ErrorResponse>");
        Reply::answer(403, "text/xml", body).with_header("date", date)
    })
}

#[test]
fn each_fault_of_the_credentials_has_its_own_remedy() {
    let fleet = fleet();
    for (code, remedy) in [
        ("ExpiredToken", "renew the credentials"),
        ("InvalidClientTokenId", "check that the credentials exist"),
        ("SignatureDoesNotMatch", "secret access key"),
        ("OptInRequired", "allow "),
    ] {
        let server = refuse_with(code, "Sat, 21 Nov 2026 10:00:00 GMT");
        for group in ["elb:web", "tag:Role=web"] {
            let (error, hint) = refusal(ask(&fleet, group).env("AWS_ENDPOINT_URL", server.url()), 69);
            holds(&error, &[code, group, "It is refused."]);
            holds(&hint, &[remedy]);
        }
    }
}

#[test]
fn a_page_that_is_not_from_aws_is_told_by_its_status() {
    let fleet = fleet();
    let page =
        Server::start("127.0.0.1:0", |_| Reply::answer(407, "text/html", "<html>\n<body>Proxy says\x1b[31m no</body>"));
    for (group, _) in GROUPS {
        let (error, _) = refusal(ask(&fleet, group).env("AWS_ENDPOINT_URL", page.url()), 69);
        holds(&error, &["407", group]);
    }
}
