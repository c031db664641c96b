//! Every step on the way to the state may fail: the watcher says so, goes on, and keeps what it did last.

use bellwether_testkit::clonesquad::{Fault, Step};
use bellwether_testkit::fake_elb::{self, Faults};
use bellwether_testkit::imds;
use serde_json::json;

use super::support::{Node, is_open, on_instance, wait_until_open, wait_until_refused};

/// A failure of one step, and what the log must name.
struct Trouble {
    begin: fn(&Node),
    end: fn(&Node),
    named: &'static str,
}

fn discovery(node: &Node, fault: Option<Fault>) {
    node.squad.misbehave(Step::Discovery, fault);
}

fn metadata(node: &Node, fault: Option<Fault>) {
    node.squad.misbehave(Step::Metadata, fault);
}

/// Failures before the API is found: at the metadata service, EC2, STS and the function.
const ON_THE_WAY: &[Trouble] = &[
    Trouble {
        begin: |node| node.squad.imds().misbehave(imds::Fault::Always(503)),
        end: |node| node.squad.imds().misbehave(imds::Fault::None),
        named: "metadata service",
    },
    Trouble {
        begin: |node| node.squad.imds().misbehave(imds::Fault::Always(404)),
        end: |node| node.squad.imds().misbehave(imds::Fault::None),
        named: "metadata service",
    },
    Trouble {
        begin: |node| node.squad.imds().misbehave(imds::Fault::TokenRefused(403)),
        end: |node| node.squad.imds().misbehave(imds::Fault::None),
        named: "metadata service",
    },
    Trouble {
        begin: |node| node.squad.aws().misbehave(Faults::action("DescribeInstances", fake_elb::Fault::Denied)),
        end: |node| node.squad.aws().misbehave(Faults::default()),
        named: "ec2:DescribeInstances",
    },
    Trouble {
        begin: |node| node.squad.aws().change(|world| world.instances.clear()),
        end: |node| node.squad.set_tags(&[("clonesquad:group-name", "fleet-1")]),
        named: "ec2:DescribeInstances",
    },
    Trouble {
        begin: |node| node.squad.aws().misbehave(Faults::action("GetCallerIdentity", fake_elb::Fault::Throttled)),
        end: |node| node.squad.aws().misbehave(Faults::default()),
        named: "sts:GetCallerIdentity",
    },
    Trouble {
        begin: |node| discovery(node, Some(Fault::Denied)),
        end: |node| discovery(node, None),
        named: "lambda:InvokeFunction",
    },
    Trouble {
        begin: |node| discovery(node, Some(Fault::Missing)),
        end: |node| discovery(node, None),
        named: "CloneSquad-Discovery-fleet-1",
    },
    Trouble {
        begin: |node| discovery(node, Some(Fault::FunctionError)),
        end: |node| discovery(node, None),
        named: "/aws/lambda/CloneSquad-Discovery-fleet-1",
    },
    Trouble {
        begin: |node| discovery(node, Some(Fault::Flood)),
        end: |node| discovery(node, None),
        named: "CloneSquad-Discovery-fleet-1",
    },
    Trouble {
        begin: |node| discovery(node, Some(Fault::Answer(200, "{}".to_owned()))),
        end: |node| discovery(node, None),
        named: "InteractAPIGWUrl",
    },
];

/// Failures of the API itself.
const AT_THE_API: &[Trouble] = &[
    Trouble {
        begin: |node| metadata(node, Some(Fault::Denied)),
        end: |node| metadata(node, None),
        named: "execute-api:Invoke",
    },
    Trouble {
        begin: |node| metadata(node, Some(Fault::Answer(400, "Bad request".to_owned()))),
        end: |node| metadata(node, None),
        named: "Bad request",
    },
    Trouble {
        begin: |node| metadata(node, Some(Fault::Answer(500, "Internal error".to_owned()))),
        end: |node| metadata(node, None),
        named: "Internal error",
    },
    Trouble {
        begin: |node| metadata(node, Some(Fault::Answer(200, "Hello".to_owned()))),
        end: |node| metadata(node, None),
        named: "no JSON",
    },
    Trouble {
        begin: |node| metadata(node, Some(Fault::Answer(200, r#"{"Status": "ready"}"#.to_owned()))),
        end: |node| metadata(node, None),
        named: "no State",
    },
    Trouble {
        begin: |node| metadata(node, Some(Fault::Flood)),
        end: |node| metadata(node, None),
        named: "CloneSquad's API",
    },
    Trouble { begin: |node| metadata(node, Some(Fault::Hang)), end: |node| metadata(node, None), named: "no answer" },
    Trouble {
        begin: |node| metadata(node, Some(Fault::Drop)),
        end: |node| metadata(node, None),
        named: "CloneSquad's API",
    },
    Trouble {
        begin: |node| node.squad.change_metadata(|metadata| metadata["InstanceId"] = json!("i-0ffffffffffffffff")),
        end: |node| {
            node.squad
                .change_metadata(|metadata| metadata["InstanceId"] = json!(bellwether_testkit::clonesquad::INSTANCE));
        },
        named: "i-0ffffffffffffffff",
    },
];

/// Checks each failure, half of them at a time.
fn on_each(troubles: &[Trouble], check: impl Fn(&Node, &Trouble) + Sync) {
    std::thread::scope(|scope| {
        for number in [0, 1] {
            let (troubles, check) = (troubles.iter().skip(number).step_by(2), &check);
            scope.spawn(move || troubles.for_each(|trouble| on_instance(|node| check(node, trouble))));
        }
    });
}

#[test]
fn a_watcher_that_finds_no_api_says_why_and_looks_until_it_does() {
    on_each(ON_THE_WAY, |node, trouble| {
        node.squad.set_state("draining");
        (trouble.begin)(node);
        let watcher = node.guard(&[]);
        watcher.wait_for_log(trouble.named);
        assert!(watcher.log().contains("ERROR"), "{}", watcher.log());
        assert!(is_open(80), "what is not known blocks nothing");
        (trouble.end)(node);
        wait_until_refused(80);
        watcher.stop();
    });
}

#[test]
fn an_api_that_fails_leaves_the_last_state_in_force_and_is_looked_for_again() {
    on_each(AT_THE_API, |node, trouble| {
        node.note_changes_to(&["running", "draining"]);
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        let before = node.squad.calls(Step::Discovery);
        (trouble.begin)(node);
        watcher.wait_for_log(trouble.named);
        node.wait_for_polls();
        assert!(!is_open(80) && !is_open(443), "{}", trouble.named);
        (trouble.end)(node);
        node.squad.set_state("running");
        wait_until_open(80);
        assert!(node.squad.calls(Step::Discovery) > before, "{}: the API is found again", trouble.named);
        node.wait_for_notes(&["running draining"]);
        watcher.stop();
    });
}

#[test]
fn an_old_context_is_looked_up_again_and_used_on_when_that_fails() {
    on_instance(|node| {
        let watcher = node.guard(&["--stale-context-timeout", "1"]);
        crate::support::wait_until("the API is found again", || node.squad.calls(Step::Discovery) >= 2);
        discovery(node, Some(Fault::Throttled));
        watcher.wait_for_log("is old");
        node.squad.set_state("draining");
        wait_until_refused(80);
        watcher.stop();
    });
}

#[test]
fn the_vpc_endpoint_is_asked_where_there_is_one() {
    on_instance(|node| {
        let endpoint = node.squad.vpc_endpoint();
        node.squad.change_discovery(|discovery| {
            discovery["InteractAPIGWUrl"] = json!("https://nowhere.invalid/v1/");
            discovery["ApiGwVpcEndpointDNSEntry"] = json!(endpoint);
        });
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        watcher.stop();
        assert_eq!(node.squad.refused(), Vec::<String>::new(), "the API's id is in the header");
    });
}

#[test]
fn no_secret_is_in_the_log() {
    on_instance(|node| {
        metadata(node, Some(Fault::Denied));
        let watcher = node.guard(&[]);
        watcher.wait_for_log("execute-api:Invoke");
        let log = watcher.stop().stderr_text();
        for secret in [bellwether_testkit::clonesquad::SECRET_KEY, bellwether_testkit::clonesquad::SESSION_TOKEN] {
            assert!(!log.contains(secret), "{log}");
        }
        assert!(!log.contains("Signature="), "{log}");
    });
}
