//! What is told when AWS refuses, is silent, or answers nonsense.

use std::time::Duration;

use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::moto::Moto;

use super::support::{CHANGES, VIEWS, answer, end, holds, lb_at, parameters, printed, refusal, refusing, words};

fn always(reply: Reply) -> Server {
    Server::start("127.0.0.1:0", move |_| reply.clone())
}

/// Every command, and the first action that it needs.
fn commands() -> impl Iterator<Item = (&'static str, &'static str)> {
    VIEWS.iter().chain(CHANGES).copied()
}

/// What the error names for a command: the service of its action.
fn iam_action(action: &str) -> String {
    let service = if action == "DescribeRegions" { "ec2" } else { "elasticloadbalancing" };
    format!("{service}:{action}")
}

#[test]
fn a_load_balancer_that_nobody_has_is_told_with_its_region() {
    let moto = Moto::shared().endpoint();
    let not_found = always(refusing(400, "LoadBalancerNotFound"));
    let (views, changes) = (["show nobody", "list nobody"], ["health-check nobody --interval 9"]);
    for (url, line) in views.iter().chain(&changes).map(|line| (moto, line)) {
        let (error, hint) = refusal(lb_at(url, "eu-north-1", &words(line)), 69);
        holds(&error, &["nobody", "eu-north-1"]);
        holds(&hint, &["check the name", "account"]);
    }
    for (line, _) in CHANGES.iter().chain(VIEWS).filter(|(line, _)| line.contains(" web")) {
        let (error, hint) = refusal(lb_at(&not_found.url(), "eu-north-1", &words(line)), 69);
        holds(&error, &["elb:web", "eu-north-1", "LoadBalancerNotFound"]);
        assert!(!hint.is_empty(), "{line}");
    }
}

#[test]
fn a_denial_names_the_action_and_how_to_allow_it() {
    let server = always(refusing(403, "AccessDenied"));
    for (line, action) in commands() {
        let (error, hint) = refusal(lb_at(&server.url(), "eu-west-1", &words(line)), 69);
        let action = iam_action(action);
        holds(&error, &[&action, "eu-west-1", "AccessDenied"]);
        holds(&hint, &[&format!("allow {action}"), "bellwether iam lb"]);
    }
}

#[test]
fn throttling_is_told_after_all_attempts() {
    let server = always(refusing(400, "Throttling"));
    for (line, action) in [VIEWS[0], CHANGES[0], CHANGES[2]] {
        let before = server.requests().len();
        let (error, hint) = refusal(lb_at(&server.url(), "eu-west-1", &words(line)), 69);
        holds(&error, &[action, "Throttling"]);
        holds(&hint, &["ask less often"]);
        assert_eq!(server.requests().len() - before, 2, "{line}");
    }
}

#[test]
fn a_service_that_hangs_is_waited_for_within_bounds_and_a_change_may_have_been_made() {
    let server = always(Reply::Hang);
    for (line, action) in [VIEWS[0], CHANGES[0]] {
        let run = lb_at(&server.url(), "eu-west-1", &words(line)).env("BELLWETHER_AWS_TIMEOUT", "1s");
        let (error, hint) = refusal(run.deadline(Duration::from_secs(40)), 69);
        holds(&error, &[action, "no answer in time"]);
        assert_eq!(hint.contains("may have been done"), action.starts_with("Create"), "{hint}");
    }
}

#[test]
fn an_answer_that_breaks_off_and_one_that_is_none_are_told() {
    for reply in [Reply::Drop, Reply::answer(200, "text/xml", "<DescribeLoad"), Reply::text(500, "no")] {
        let server = always(reply);
        for (line, action) in [VIEWS[0], CHANGES[0]] {
            let (error, _) = refusal(lb_at(&server.url(), "eu-west-1", &words(line)), 69);
            holds(&error, &[action]);
        }
    }
}

#[test]
fn a_part_of_a_list_is_never_shown_for_the_whole() {
    let server = Server::start("127.0.0.1:0", |request| match parameters(request).contains_key("Marker") {
        true => refusing(400, "Throttling"),
        false => answer(request, "<LoadBalancerDescriptions/><NextMarker>more</NextMarker>"),
    });
    let (error, _) = refusal(lb_at(&server.url(), "eu-west-1", &["list"]), 69);
    holds(&error, &["DescribeLoadBalancers", "Throttling"]);
}

#[test]
fn what_cannot_be_deleted_does_not_keep_the_others() {
    let server = Server::start("127.0.0.1:0", |request| match &*parameters(request)["LoadBalancerName"] {
        "held" => refusing(403, "AccessDenied"),
        _ => answer(request, ""),
    });
    let done = end(lb_at(&server.url(), "eu-west-1", &["delete", "a", "held", "b", "--yes"]), 69);
    let gone = |name: &str| format!("{name}: gone; AWS does not say whether it was there\n");
    assert_eq!(done.stdout_text(), gone("a") + &gone("b"));
    holds(&done.stderr_text(), &["elb:held", "AccessDenied"]);
    assert_eq!(done.stderr_text().lines().count(), 2, "one error and one hint");
}

#[test]
fn the_region_and_the_endpoint_of_the_command_line_are_asked() {
    let server = Server::start("127.0.0.1:0", |request| answer(request, "<LoadBalancerDescriptions/>"));
    let elsewhere = ["list", "--region", "ap-southeast-2", "--endpoint-url", &server.url()];
    printed(lb_at("http://127.0.0.1:9", "eu-west-1", &elsewhere));
    let authorization = server.requests()[0].header("authorization").unwrap().to_owned();
    holds(&authorization, &["/ap-southeast-2/elasticloadbalancing/"]);
    let (error, _) = refusal(lb_at(&server.url(), "eu-west-1", &["list", "--region", "Mars"]), 69);
    holds(&error, &["Mars", "not a region"]);
}
