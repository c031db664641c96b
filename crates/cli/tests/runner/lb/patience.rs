//! How long is waited, and what is seen of it.

use std::time::Duration;

use bellwether_testkit::http::Server;

use super::support::{answer, end, holds, lb_at, refusal};

/// Longer than a question waits when nothing is configured, and well below what a change waits.
const SLOW: Duration = Duration::from_secs(4);

fn slow() -> Server {
    Server::start("127.0.0.1:0", |request| answer(request, "<LoadBalancerDescriptions/>").delayed(SLOW))
}

const CREATE: [&str; 6] = ["create", "web", "--listener", "80:80/http", "--zone", "eu-west-1a"];

#[test]
fn a_slow_change_is_waited_for_where_a_question_would_be_given_up() {
    let server = slow();
    let patient = |arguments: &[&str]| lb_at(&server.url(), "eu-west-1", arguments).env("BELLWETHER_AWS_TIMEOUT", "");
    end(patient(&CREATE), 0);
    assert_eq!(server.requests().len(), 1, "it was made once");
    let (error, _) = refusal(patient(&["list"]), 69);
    holds(&error, &["no answer in time"]);
}

#[test]
fn a_timeout_that_is_configured_holds_for_changes_as_well() {
    let server = slow();
    let run = lb_at(&server.url(), "eu-west-1", &CREATE).env("BELLWETHER_AWS_TIMEOUT", "1s");
    let (error, hint) = refusal(run, 69);
    holds(&error, &["CreateLoadBalancer", "no answer in time"]);
    holds(&hint, &["may have been done"]);
}

#[test]
fn what_takes_long_is_shown_on_a_terminal_alone() {
    let server = slow();
    let list = || lb_at(&server.url(), "eu-west-1", &["list"]);
    let screen = list().on_terminal();
    holds(&screen.text, &["listing the load balancers\r\u{1b}[K"]);
    assert!(screen.text.ends_with("there are no classic load balancers in eu-west-1\r\n"), "{:?}", screen.text);
    assert_eq!(end(list(), 0).stderr_text(), "");
    let quiet = lb_at(&server.url(), "eu-west-1", &["list", "--quiet"]).on_terminal();
    assert!(!quiet.text.contains("listing"), "{:?}", quiet.text);
}
