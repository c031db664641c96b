//! `leader`: a status, and with `--verbose` a reason.

use super::support::{Fleet, bare, end, holds, refusal};
use bellwether_testkit::fake_elb::{Fault, Faults};
use bellwether_testkit::process::Sandbox;

fn fleet(states: &[(&str, &str)]) -> Fleet {
    Fleet::with(|world| world.set_load_balancer("web", states))
}

const VERBOSE: &[&str] = &["--verbose", "leader", "--group", "elb:web"];

#[test]
fn the_first_healthy_node_is_told_yes_and_every_other_no() {
    let fleet = fleet(&[("i-1", "OutOfService"), ("i-3", "InService"), ("i-2", "InService")]);
    for (node, status) in [("i-1", 1), ("i-2", 0), ("i-3", 1), ("i-0", 1), ("stranger", 1)] {
        let done = end(fleet.run_as(node, &["leader", "--group", "elb:web"]), status);
        assert_eq!((done.stdout_text(), done.stderr_text()), (String::new(), String::new()), "it says nothing unasked");
    }
}

#[test]
fn ids_are_ordered_as_texts() {
    let fleet = fleet(&[("i-9", "InService"), ("i-10", "InService")]);
    end(fleet.run_as("i-10", &["leader", "--group", "elb:web"]), 0);
    end(fleet.run_as("i-9", &["leader", "--group", "elb:web"]), 1);
}

#[test]
fn verbose_says_who_it_is() {
    let healthy = fleet(&[("i-1", "InService"), ("i-2", "InService")]);
    let said = |fleet: &Fleet, node, status| {
        let done = end(fleet.run_as(node, VERBOSE), status);
        assert_eq!(done.stdout_text(), "");
        done.stderr_text()
    };
    assert_eq!(said(&healthy, "i-1", 0), "bellwether: group elb:web, node i-1: this node is the first healthy one\n");
    assert_eq!(said(&healthy, "i-2", 1), "bellwether: group elb:web, node i-2: i-1 is the first healthy one\n");
    let ill = fleet(&[("i-1", "OutOfService")]);
    assert_eq!(said(&ill, "i-1", 1), "bellwether: group elb:web, node i-1: no member is healthy\n");
}

#[test]
fn where_it_cannot_be_told_the_status_is_neither_yes_nor_no() {
    let fleet = fleet(&[("i-1", "InService")]);
    fleet.aws.misbehave(Faults::always(Fault::Denied));
    let (error, hint) = refusal(fleet.run_as("i-1", &["leader", "--group", "elb:web"]), 69);
    holds(&error, &["elasticloadbalancing:DescribeInstanceHealth", "elb:web"]);
    holds(&hint, &["bellwether iam once --group elb:web"]);
}

#[test]
fn without_a_group_it_is_wrong_usage() {
    let sandbox = Sandbox::new();
    let (error, hint) = refusal(bare(&sandbox, &["leader"]), 64);
    assert_eq!(error, "no group is named");
    holds(&hint, &["--group elb:NAME"]);
    end(bare(&sandbox, &["leader", "elb:web"]), 64);
    end(bare(&sandbox, &["leader"]).env("BELLWETHER_GROUP", "nodes:a,b").env("BELLWETHER_NODE", "a"), 0);
}

#[test]
fn a_node_alone_leads() {
    end(bare(&Sandbox::new(), &["leader", "--group", "local"]), 0);
}
