//! Out of the load balancers, and back into them.

use bellwether_testkit::clonesquad::INSTANCE;
use bellwether_testkit::fake_elb::{Fault, Faults};
use bellwether_testkit::netns::private_network;

use super::support::{Node, killed, log, until, until_logged};

const ON: [&str; 2] = ["--on", "draining=deregister, hooks"];

fn balanced() -> Node {
    let node = Node::new();
    node.squad.aws().change(|world| {
        world.set_load_balancer("classic", &[(INSTANCE, "InService"), ("i-0ffffffffffffffff", "InService")]);
        world.set_target_group("web", &[(INSTANCE, 8080, "healthy")]);
        world.target_group("web").set_delay(2);
        world.target_group("web").starts_for = std::time::Duration::from_millis(10);
        world.classic("classic").draining = None;
        world.classic("classic").starts_for = std::time::Duration::from_millis(10);
    });
    node
}

fn places(node: &Node) -> (bool, bool) {
    node.squad.aws().look(|world| {
        let classic = world.load_balancers["classic"].iter().any(|health| health.instance == INSTANCE);
        let group =
            world.target_group("web").targets.iter().any(|target| target.id == INSTANCE && target.state == "healthy");
        (classic, group)
    })
}

#[test]
fn a_node_is_out_before_its_scripts_run_and_is_put_back_when_it_returns() {
    private_network(|| {
        let node = balanced();
        let watch = node.watch("clonesquad", &ON);
        node.settled_in(&watch, "running");
        node.squad.set_state("draining");
        until(&watch, "the scripts have run", || node.ran() == ["draining running"]);
        assert_eq!(places(&node), (false, false), "{}", log(&watch));
        node.squad.set_state("running");
        node.settled_in(&watch, "running");
        assert_eq!(places(&node), (true, true), "{}", log(&watch));
        assert_eq!(node.ran(), ["draining running", "running draining"]);
    });
}

#[test]
fn a_crash_between_leaving_and_returning_does_not_cost_capacity() {
    private_network(|| {
        let node = balanced();
        node.squad.set_state("draining");
        let watch = node.watch("clonesquad", &ON);
        until(&watch, "it is deregistered", || node.squad.aws().calls("DeregisterTargets") > 0);
        killed(watch);
        node.squad.set_state("running");
        let watch = node.watch("clonesquad", &ON);
        node.settled_in(&watch, "running");
        assert_eq!(places(&node), (true, true), "{}", log(&watch));
    });
}

#[test]
fn a_drain_that_is_not_allowed_is_a_failure_and_the_scripts_still_run() {
    private_network(|| {
        let node = balanced();
        node.squad.aws().misbehave(Faults::action("DescribeLoadBalancers", Fault::Denied));
        node.squad.set_state("draining");
        let watch = node.watch("clonesquad", &ON);
        node.settled_in(&watch, "draining");
        until_logged(&watch, "draining: deregister failed: ");
        until_logged(&watch, "draining: all reactions were tried; 1 failed");
        assert_eq!(places(&node), (true, true));
        assert_eq!(node.ran(), ["draining"]);
    });
}

#[test]
fn a_load_balancer_itself_can_be_the_source() {
    private_network(|| {
        let node = balanced();
        let watch = node.watch("elb:classic", &[]);
        node.settled_in(&watch, "running");
        node.squad.aws().change(|world| world.set_load_balancer("classic", &[("i-0ffffffffffffffff", "InService")]));
        node.settled_in(&watch, "out-of-service");
        node.squad.aws().change(|world| world.set_load_balancer("classic", &[(INSTANCE, "InService")]));
        node.settled_in(&watch, "running");
        assert_eq!(node.ran(), ["out-of-service running", "running out-of-service"]);
    });
}

#[test]
fn a_node_that_cannot_be_put_back_stays_to_be_put_back() {
    private_network(|| {
        let node = balanced();
        let arguments = [&["--source", "clonesquad", "--once"], &ON[..]].concat();
        let once = || node.run(&arguments).finish();
        once().expect_code(0);
        node.squad.set_state("draining");
        once().expect_code(0);
        node.squad.set_state("running");
        node.squad.aws().misbehave(Faults::action("RegisterTargets", Fault::Denied));
        let failed = once().expect_code(1);
        assert!(failed.stderr_text().contains("not back in all its load balancers"), "{}", failed.stderr_text());
        node.squad.aws().misbehave(Faults::default());
        once().expect_code(0);
        assert_eq!(places(&node), (true, true));
        assert_eq!(node.ran(), ["draining running", "running draining"]);
    });
}
