//! The example, as a program, on moto.

use std::path::PathBuf;
use std::time::Duration;

use bellwether_testkit::moto::{Moto, aws_environment};
use bellwether_testkit::process::Sandbox;
use bellwether_testkit::proxy::Proxy;
use serde_json::json;

use super::requests::parameters;
use super::{boto, described, named};

const REGION: &str = "us-east-1";

/// The program, which cargo builds together with the tests.
fn example() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.parent().unwrap().parent().unwrap().join("examples/elb_tutorial");
    assert!(path.exists(), "{} is not there: run 'cargo build -p bellwether-aws --examples'", path.display());
    path
}

/// Runs it with these arguments; what it printed.
fn run(proxy: &Proxy, arguments: &[&str]) -> String {
    let sandbox = Sandbox::new();
    let mut run = sandbox.run(example()).args(arguments);
    for (name, value) in aws_environment(&proxy.url(), REGION) {
        run = run.env(name, value);
    }
    run.finish().expect_code(0).stdout_text()
}

fn recording() -> Proxy {
    Proxy::start(Moto::shared().endpoint(), Duration::ZERO)
}

#[test]
fn the_tutorial_leaves_what_it_says() {
    let ids = Moto::shared().run_instances(REGION, 2, &[]);
    let printed = run(&recording(), &["kept-lb", &ids[0], &ids[1], "--keep"]);
    assert!(printed.contains(&format!("{} is InService", ids[0])), "{printed}");
    assert!(printed.contains("region eu-west-1 at elasticloadbalancing.eu-west-1.amazonaws.com"), "{printed}");

    let peer = described(REGION, &named("kept-lb"));
    let listeners: Vec<_> = peer["ListenerDescriptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|described| &described["Listener"])
        .map(|listener| json!([listener["LoadBalancerPort"], listener["InstancePort"], listener["Protocol"]]))
        .collect();
    assert_eq!(listeners, [json!([80, 8080, "HTTP"]), json!([443, 8443, "TCP"])]);
    let check = json!({
        "Target": "HTTP:8080/health", "Interval": 20, "Timeout": 5, "UnhealthyThreshold": 5, "HealthyThreshold": 3,
    });
    assert_eq!(peer["HealthCheck"], check);
    assert_eq!(peer["AvailabilityZones"], json!(["us-east-1b", "us-east-1c"]));
    assert_eq!(peer["Instances"], json!([]));
    assert!(printed.contains(peer["DNSName"].as_str().unwrap()), "{printed}");
}

#[test]
fn the_tutorial_takes_every_step_in_order_and_cleans_up() {
    let proxy = recording();
    let ids = Moto::shared().run_instances(REGION, 1, &[]);
    run(&proxy, &["passing-lb", &ids[0]]);
    let actions: Vec<String> =
        proxy.log().iter().map(|exchange| parameters(&exchange.request)["Action"].clone()).collect();
    let mut steps = actions.clone();
    steps.dedup();
    assert_eq!(
        steps,
        [
            "DescribeRegions",
            "DescribeLoadBalancers",
            "CreateLoadBalancer",
            "ConfigureHealthCheck",
            "DescribeLoadBalancers",
            "RegisterInstancesWithLoadBalancer",
            "DescribeInstanceHealth",
            "DeregisterInstancesFromLoadBalancer",
            "DisableAvailabilityZonesForLoadBalancer",
            "EnableAvailabilityZonesForLoadBalancer",
            "DescribeLoadBalancers",
            "DeleteLoadBalancer",
        ]
    );
    assert!(!boto("names", &json!({"region": REGION})).to_string().contains("passing-lb"));
}
