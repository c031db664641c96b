//! Generated accounts at the fake, shown by both programs: states, reasons and names of all kinds.

use bellwether_testkit::fake_elb::{FakeAws, Instance, InstanceHealth, World};

use super::old::Both;

const NAMES: [&str; 8] =
    ["", "web", "a name of two dozen characters", "é", "日本", "<&>", "more  than  one  blank", "%s %-20s"];
const STATES: [&str; 3] = ["InService", "OutOfService", "Unknown"];
const REASONS: [&str; 3] = ["N/A", "Instance is in stopped state.", "A transient error occurred. & more <later>"];
const BALANCERS: [&str; 5] = ["a", "web", "twenty-chars-in-name", "a-name-of-thirty-two-characters1", "none"];

/// Different numbers of instances, named and unnamed, with ids of the old short form and of the new one.
fn fill(world: &mut World, number: usize) {
    for (place, balancer) in BALANCERS.iter().enumerate() {
        let count = if *balancer == "none" { 0 } else { 1 + (number * 3 + place) % 7 };
        let id = |index: usize| {
            let unique = number * 1000 + place * 100 + index;
            if (index + place).is_multiple_of(2) { format!("i-{unique:08x}") } else { format!("i-{unique:017x}") }
        };
        let health = (0..count).map(|index| {
            let mut health = InstanceHealth::new(&id(index), STATES[(number + index + place) % STATES.len()]);
            REASONS[(number + index) % REASONS.len()].clone_into(&mut health.description);
            health
        });
        world.load_balancers.insert((*balancer).to_owned(), health.collect());
        for index in 0..count {
            let name = NAMES[(number * 5 + place + index) % NAMES.len()];
            let tags: &[(&str, &str)] =
                if index % 3 == 2 { &[("Role", "x")] } else { &[("Name", name), ("Role", "x")] };
            world.instances.push(Instance::new(&id(index), "running", tags));
        }
    }
    world.instances.push(Instance::new("i-fffffff", "running", &[("Name", "a stranger whose name is wider than any")]));
}

#[test]
fn generated_accounts_are_shown_alike() {
    let aws = FakeAws::start();
    let both = Both::new(&aws.url());
    for number in 0..6 {
        aws.change(|world| {
            *world = World::default();
            fill(world, number);
        });
        both.agree(&["list"]);
        for balancer in BALANCERS {
            let shown = both.agree(&["get", balancer]);
            assert!(shown.contains(&format!("\nName: {balancer}\n")), "{shown}");
        }
        both.agree(&["get", "absent"]);
    }
}
