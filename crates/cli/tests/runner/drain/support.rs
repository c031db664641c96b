//! An account with a node in many places, whose time passes as fast as a test wants.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bellwether_testkit::fake_elb::World;
use bellwether_testkit::process::{Run, Running};
use serde_json::Value;

pub(super) use crate::fleet::support::{Fleet, end, holds, json, refusal};

/// The node.
pub(super) const NODE: &str = "i-1";
/// Its address.
pub(super) const ADDRESS: &str = "10.0.0.10";

/// An account with a node in many places.
pub(super) struct Account {
    pub(super) fleet: Fleet,
}

impl Account {
    /// The node is in two classic load balancers, one of which gives no time to end requests, in a target group at two
    /// ports, and by its address in another; others are there too. An hour passes in 3.6 s.
    pub(super) fn new() -> Self {
        let fleet = Fleet::with(fill);
        fleet.aws.set_speed(1_000.0);
        Self { fleet }
    }

    /// `bellwether lb` with the node named.
    pub(super) fn lb(&self, arguments: &[&str]) -> Run {
        self.fleet.run(&[&["lb"], arguments, &["--node", NODE]].concat())
    }

    /// A drain that does not wait after the last deregistration.
    pub(super) fn drain(&self) -> Run {
        self.lb(&["drain", "--settle", "0s", "--ip", ADDRESS])
    }

    pub(super) fn undrain(&self) -> Run {
        self.lb(&["undrain"])
    }

    /// Where the journal of the node is.
    pub(super) fn journal(&self) -> PathBuf {
        self.fleet.sandbox.state().join("bellwether/drain/i-1.json")
    }

    /// What the journals say.
    pub(super) fn status(&self) -> Value {
        json(&end(self.fleet.run(&["lb", "drain", "--status", "--json"]), 0))
    }

    /// Everybody that is registered, and how: `NAME/ID:PORT STATE`.
    pub(super) fn all(&self) -> BTreeSet<String> {
        self.fleet.aws.look(|world| {
            let classic = world.load_balancers.iter().flat_map(|(name, instances)| {
                instances.iter().map(move |i| format!("{name}/{} {} {}", i.instance, i.state, i.description))
            });
            let groups = world.target_groups.iter().flat_map(|(name, group)| {
                group.targets.iter().map(move |target| format!("{name}/{}:{} {}", target.id, target.port, target.state))
            });
            classic.chain(groups).collect()
        })
    }

    /// The places of the node among them.
    pub(super) fn ours(&self) -> BTreeSet<String> {
        let ours = |line: &String| line.contains("/i-1 ") || line.contains("/i-1:") || line.contains("/10.0.0.10:");
        self.all().into_iter().filter(ours).collect()
    }

    /// How often something was asked that changes where the node is.
    pub(super) fn changes(&self) -> usize {
        let actions = [
            "RegisterTargets",
            "DeregisterTargets",
            "RegisterInstancesWithLoadBalancer",
            "DeregisterInstancesFromLoadBalancer",
        ];
        actions.iter().map(|action| self.fleet.aws.calls(action)).sum()
    }
}

fn fill(world: &mut World) {
    let both = [("i-1", "InService"), ("i-2", "InService")];
    world.set_load_balancer("classic-a", &both);
    world.set_load_balancer("classic-b", &both);
    world.set_load_balancer("classic-c", &both[1..]);
    world.classic("classic-b").draining = None;
    world.set_target_group("group-a", &[("i-1", 80, "healthy"), ("i-1", 81, "healthy"), ("i-2", 80, "healthy")]);
    world.set_target_group("group-b", &[(ADDRESS, 8081, "healthy"), ("10.0.0.11", 8081, "healthy")]);
}

/// The results of a report by place: `NAME/ID RESULT`.
pub(super) fn results(report: &Value) -> BTreeSet<String> {
    let one = |place: &Value| {
        let text = |key: &str| place[key].as_str().unwrap_or_default();
        let group = text("target_group").split('/').nth(1).unwrap_or_default();
        format!("{}{group}/{}{} {}", text("load_balancer"), text("instance"), text("target"), text("result"))
    };
    report["places"].as_array().unwrap().iter().map(one).collect()
}

pub(super) fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Waits until something holds, which it must within a minute.
pub(super) fn until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until a program has written this to its stderr.
pub(super) fn until_told(running: &Running, text: &str) {
    until(text, || String::from_utf8_lossy(&running.stderr_so_far()).contains(text));
}
