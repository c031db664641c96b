//! Lifecycle hooks: held up by heartbeats, and completed at the end.

use std::sync::{Arc, Mutex};

use bellwether_testkit::clonesquad::INSTANCE;
use bellwether_testkit::http::{Reply, Request, Server};
use bellwether_testkit::netns::private_network;

use super::support::{Node, log, until};

const TARGET: &str = "/latest/meta-data/autoscaling/target-lifecycle-state";

/// Auto Scaling, with a hook of 30 s that holds the instance; and what it was asked to change.
fn auto_scaling() -> (Server, Arc<Mutex<Vec<String>>>) {
    let changes = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&changes);
    let server = Server::start("127.0.0.1:0", move |request| answer(request, &mut shared.lock().unwrap()));
    (server, changes)
}

fn answer(request: &Request, changes: &mut Vec<String>) -> Reply {
    let text = request.text();
    let value = |name: &str| text.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or("");
    let result = match value("Action") {
        "DescribeAutoScalingInstances" => format!(
            "<AutoScalingInstances><member><InstanceId>{INSTANCE}</InstanceId>\
             <AutoScalingGroupName>web</AutoScalingGroupName><AvailabilityZone>z</AvailabilityZone>\
             <LifecycleState>Terminating:Wait</LifecycleState><HealthStatus>HEALTHY</HealthStatus>\
             <ProtectedFromScaleIn>false</ProtectedFromScaleIn></member></AutoScalingInstances>"
        ),
        "DescribeLifecycleHooks" => "<LifecycleHooks><member><LifecycleHookName>drain</LifecycleHookName>\
             <AutoScalingGroupName>web</AutoScalingGroupName><HeartbeatTimeout>30</HeartbeatTimeout>\
             <LifecycleTransition>autoscaling:EC2_INSTANCE_TERMINATING</LifecycleTransition></member></LifecycleHooks>"
            .to_owned(),
        action @ ("RecordLifecycleActionHeartbeat" | "CompleteLifecycleAction") => {
            assert_eq!((value("InstanceId"), value("LifecycleHookName")), (INSTANCE, "drain"));
            changes.push(format!("{action} {}", value("LifecycleActionResult")).trim_end().to_owned());
            String::new()
        }
        other => panic!("nobody should ask for {other}"),
    };
    let action = value("Action");
    Reply::answer(
        200,
        "text/xml",
        format!("<{action}Response><{action}Result>{result}</{action}Result></{action}Response>"),
    )
}

#[test]
fn a_termination_is_held_up_until_the_scripts_are_done_and_then_let_go() {
    private_network(|| {
        let node = Node::new();
        let (server, changes) = auto_scaling();
        node.script("terminating", "60-slow", "while ! test -e $HOME/go; do sleep 0.1; done");
        let arguments = ["--source", "imds", "--on", "terminating=hooks, complete-lifecycle abandon"];
        let watch = node.run(&arguments).env("AWS_ENDPOINT_URL_AUTO_SCALING", server.url()).start();
        node.squad.imds().set_page(TARGET, 200, "Terminated");
        until(&watch, "a heartbeat is sent", || !changes.lock().unwrap().is_empty());
        assert_eq!(changes.lock().unwrap()[0], "RecordLifecycleActionHeartbeat");
        assert!(!log(&watch).contains("complete-lifecycle abandon begins"));
        node.sandbox.write("home/go", "");
        node.settled_in(&watch, "terminating");
        assert_eq!(changes.lock().unwrap().last().unwrap(), "CompleteLifecycleAction ABANDON");
    });
}
