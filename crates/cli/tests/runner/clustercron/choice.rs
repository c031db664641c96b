//! Which node is chosen: the first, by id, of the healthy ones.

use bellwether_testkit::fake_elb::World;
use bellwether_testkit::imds::FakeImds;

use super::support::{Node, region_of};

/// The status of `clustercron KIND web` on an instance.
fn status(me: &str, kind: &str, account: impl FnOnce(&mut World)) -> i32 {
    let node = Node::new(FakeImds::builder().instance_id(me), account);
    let done = node.clustercron(&[kind, "web"]).finish();
    assert_eq!(done.stderr_text(), "");
    done.code.expect("an exit status")
}

fn elb(me: &str, instances: &[(&str, &str)]) -> i32 {
    status(me, "elb", |world| world.set_load_balancer("web", instances))
}

fn alb(me: &str, targets: &[(&str, u16, &str)]) -> i32 {
    status(me, "alb", |world| {
        world.set_target_group("web", targets);
    })
}

#[test]
fn ids_are_sorted_as_texts_whatever_the_order_of_the_answer() {
    let instances = [("i-b", "InService"), ("i-10", "InService"), ("i-9", "InService"), ("i-a", "InService")];
    let targets = instances.map(|(id, _)| (id, 80, "healthy"));
    for (me, expected) in [("i-10", 0), ("i-9", 1), ("i-a", 1), ("i-b", 1)] {
        assert_eq!(elb(me, &instances), expected, "{me}");
        assert_eq!(alb(me, &targets), expected, "{me}");
    }
}

#[test]
fn only_those_in_service_count() {
    let instances = [("i-1", "OutOfService"), ("i-2", "Unknown"), ("i-3", "InService"), ("i-4", "InService")];
    for (me, expected) in [("i-1", 1), ("i-2", 1), ("i-3", 0), ("i-4", 1)] {
        assert_eq!(elb(me, &instances), expected, "{me}");
    }
}

#[test]
fn only_healthy_targets_count() {
    let others = ["unhealthy", "initial", "draining", "unused", "unavailable"];
    let mut targets: Vec<_> = others.iter().map(|state| ("i-1", 80, *state)).collect();
    targets.push(("i-2", 80, "healthy"));
    assert_eq!(alb("i-1", &targets), 1);
    assert_eq!(alb("i-2", &targets), 0);
    for state in others {
        assert_eq!(alb("i-1", &[("i-1", 80, state)]), 1, "{state}");
    }
}

#[test]
fn an_instance_on_several_ports_counts_once_and_one_healthy_port_is_enough() {
    let targets = [("i-1", 80, "unhealthy"), ("i-1", 81, "healthy"), ("i-1", 82, "draining"), ("i-2", 80, "healthy")];
    assert_eq!(alb("i-1", &targets), 0);
    assert_eq!(alb("i-2", &targets), 1);
    let node = Node::new(FakeImds::builder().instance_id("i-1"), |world| {
        world.set_target_group("web", &[("i-1", 80, "healthy"), ("i-1", 81, "healthy"), ("i-2", 80, "healthy")]);
    });
    let done = node.clustercron(&["-v", "alb", "web"]).finish().expect_code(0);
    assert!(done.stderr_text().contains("Healty instances: i-1, i-2\n"), "{}", done.stderr_text());
}

#[test]
fn address_targets_are_found_by_the_instances_own_address() {
    let run = |address: &str, targets: &[(&str, u16, &str)]| {
        let node = Node::new(FakeImds::builder().instance_id("i-1").private_ip(address), |world| {
            world.set_target_group("web", targets);
        });
        node.clustercron(&["alb", "web"]).finish().code
    };
    let targets = [("198.51.100.9", 80, "healthy"), ("198.51.100.10", 80, "healthy")];
    // As texts: "198.51.100.10" comes before "198.51.100.9".
    assert_eq!(run("198.51.100.10", &targets), Some(0));
    assert_eq!(run("198.51.100.9", &targets), Some(1));
    assert_eq!(run("198.51.100.11", &targets), Some(1));
    assert_eq!(run("198.51.100.9", &[("198.51.100.10", 80, "unhealthy"), targets[0]]), Some(0));
}

#[test]
fn where_nobody_is_healthy_nobody_is_chosen() {
    assert_eq!(elb("i-1", &[]), 1);
    assert_eq!(elb("i-1", &[("i-1", "OutOfService"), ("i-2", "OutOfService")]), 1);
    assert_eq!(alb("i-1", &[]), 1);
    assert_eq!(alb("i-1", &[("i-1", 80, "unhealthy")]), 1);
}

#[test]
fn a_node_that_is_not_registered_is_not_chosen() {
    assert_eq!(elb("i-0", &[("i-1", "InService")]), 1);
    assert_eq!(alb("i-0", &[("i-1", 80, "healthy")]), 1);
    // Ids are compared whole.
    assert_eq!(elb("i-1", &[("i-11", "InService")]), 1);
}

#[test]
fn a_large_group_is_read_to_its_end() {
    let ids: Vec<String> = (0..1_500).map(|n| format!("i-{n:017x}")).collect();
    let targets: Vec<_> =
        ids.iter().rev().map(|id| (id.as_str(), 80, if *id == ids[700] { "healthy" } else { "unhealthy" })).collect();
    assert_eq!(alb(&ids[700], &targets), 0);
}

#[test]
fn a_target_group_may_be_named_by_its_arn_which_tells_the_region() {
    let node = Node::new(FakeImds::builder().instance_id("i-1"), |_| {});
    let mut arn = String::new();
    node.aws.change(|world| {
        world.region = "eu-central-1".to_owned();
        arn = world.set_target_group("web", &[("i-1", 80, "healthy")]);
    });
    node.clustercron(&["alb", &arn, "touch", "ran"]).finish().expect_code(0);
    assert!(node.file("ran").exists());
    assert_eq!(region_of(&node.aws), "eu-central-1");
    assert_eq!(node.aws.calls("DescribeTargetGroups"), 0);
}
