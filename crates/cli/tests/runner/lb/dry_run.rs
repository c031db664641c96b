//! `--dry-run` of every change: nothing is changed, and what is shown is what would be sent.

use std::collections::{BTreeMap, BTreeSet};

use bellwether_aws::balancer_change_permissions;
use bellwether_testkit::http::Server;
use serde_json::Value;

use super::support::{CHANGES, answer, as_json, empty_answers, end, holds, lb_at, parameters, refusal, words};

/// Parameters as the query protocol writes them: `A.B`, and for the items of lists `A.member.1`.
fn flattened(prefix: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let below = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| flattened(&below(name), value, into)),
        Value::Array(items) if items.is_empty() => drop(into.insert(prefix.to_owned(), String::new())),
        Value::Array(items) => {
            (1..).zip(items).for_each(|(place, item)| flattened(&below(&format!("member.{place}")), item, into));
        }
        Value::String(text) => drop(into.insert(prefix.to_owned(), text.clone())),
        other => drop(into.insert(prefix.to_owned(), other.to_string())),
    }
}

/// A call that was shown, as it would travel.
fn as_sent(call: &Value) -> BTreeMap<String, String> {
    let mut sent = BTreeMap::new();
    flattened("", &call["parameters"], &mut sent);
    for (name, field) in [("Action", "action"), ("Version", "version")] {
        sent.insert(name.to_owned(), call[field].as_str().unwrap().to_owned());
    }
    sent
}

fn shown(url: &str, line: &str) -> Vec<Value> {
    let done = end(lb_at(url, "eu-west-1", &[&words(line)[..], &["--dry-run"]].concat()), 0);
    assert_eq!(done.stderr_text(), "", "{line}");
    as_json(&done).as_array().unwrap().clone()
}

#[test]
fn what_is_shown_is_what_is_sent_and_nothing_is_sent_for_showing_it() {
    let server = empty_answers();
    let mut seen = BTreeSet::new();
    for (line, action) in CHANGES {
        let before = server.requests().len();
        let calls = shown(&server.url(), line);
        assert_eq!(server.requests().len(), before, "{line}");
        end(lb_at(&server.url(), "eu-west-1", &words(line)), 0);
        let sent: Vec<_> = server.requests()[before..].iter().map(parameters).collect();
        assert_eq!(calls.iter().map(as_sent).collect::<Vec<_>>(), sent, "{line}");
        assert_eq!(sent.last().unwrap()["Action"], *action, "{line}");
        assert!(calls.iter().all(|call| call["region"] == "eu-west-1"), "{line}");
        seen.insert(format!("elasticloadbalancing:{action}"));
    }
    let all: BTreeSet<_> = balancer_change_permissions().iter().map(|action| (*action).to_owned()).collect();
    assert_eq!(seen, all, "every change there is");
}

#[test]
fn several_calls_are_shown_where_several_are_made() {
    let server = empty_answers();
    let ids: Vec<_> = (0..250).map(|number| format!("i-{number}")).collect();
    let line = format!("instance register web {}", ids.join(" "));
    let calls = shown(&server.url(), &line);
    end(lb_at(&server.url(), "eu-west-1", &words(&line)), 0);
    let sent: Vec<_> = server.requests().iter().map(parameters).collect();
    assert_eq!(calls.len(), 3);
    assert_eq!(calls.iter().map(as_sent).collect::<Vec<_>>(), sent);
    assert_eq!(shown(&server.url(), "delete a b a").len(), 2);
}

const PRESENT: &str = "<LoadBalancerDescriptions><member><LoadBalancerName>web</LoadBalancerName><HealthCheck>\
    <Target>TCP:80</Target><Interval>30</Interval><Timeout>5</Timeout><UnhealthyThreshold>2</UnhealthyThreshold>\
    <HealthyThreshold>10</HealthyThreshold></HealthCheck></member></LoadBalancerDescriptions><LoadBalancerAttributes>\
    <ConnectionDraining><Enabled>true</Enabled><Timeout>300</Timeout></ConnectionDraining></LoadBalancerAttributes>";

#[test]
fn where_the_present_values_matter_they_are_read_and_nothing_is_changed() {
    let server = Server::start("127.0.0.1:0", |request| answer(request, PRESENT));
    for (line, read, action) in [
        ("health-check web --interval 10", "DescribeLoadBalancers", "ConfigureHealthCheck"),
        (
            "attribute set web connection-draining-timeout=60",
            "DescribeLoadBalancerAttributes",
            "ModifyLoadBalancerAttributes",
        ),
    ] {
        let before = server.requests().len();
        let calls = shown(&server.url(), line);
        let asked: Vec<_> =
            server.requests()[before..].iter().map(|request| parameters(request)["Action"].clone()).collect();
        assert_eq!(asked, [read], "{line}");
        let before = server.requests().len();
        end(lb_at(&server.url(), "eu-west-1", &words(line)), 0);
        let sent: Vec<_> = server.requests()[before..].iter().map(parameters).collect();
        assert_eq!((sent.len(), &as_sent(&calls[0])), (2, &sent[1]), "{line}");
        assert_eq!(calls[0]["action"], action);
    }
}

#[test]
fn a_region_that_is_not_known_is_an_error_before_as_after() {
    let server = empty_answers();
    let run = lb_at(&server.url(), "", &["delete", "web", "--dry-run"]);
    let (error, _) = refusal(run, 69);
    holds(&error, &["no AWS region found"]);
}
