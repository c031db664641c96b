//! The steps of boto's tutorial as commands, each of them checked by boto3.

use bellwether_testkit::moto::Moto;
use serde_json::{Value, json};

use super::support::{as_json, boto, described, end, lb, printed};

/// A region that no other test asks.
const REGION: &str = "us-east-1";

fn listeners(peer: &Value) -> Vec<Value> {
    let listeners = peer["ListenerDescriptions"].as_array().unwrap().iter().map(|described| &described["Listener"]);
    listeners
        .map(|listener| json!([listener["LoadBalancerPort"], listener["InstancePort"], listener["Protocol"]]))
        .collect()
}

#[test]
fn every_step_of_the_tutorial_is_a_command() {
    let regions = as_json(&end(lb(REGION, &["regions", "--json"]), 0));
    let names: Vec<_> = regions.as_array().unwrap().iter().map(|region| region["name"].clone()).collect();
    assert_eq!(json!(names), boto("regions", &json!({})));

    let create = ["create", "my-lb", "--listener", "80:8080/http", "--listener", "443:8443/tcp"];
    let dns_name = printed(lb(REGION, &[&create[..], &["--zone", "us-east-1a,us-east-1b"]].concat()));
    let peer = described(REGION, "my-lb");
    assert_eq!(dns_name, format!("{}\n", peer["DNSName"].as_str().unwrap()));
    assert_eq!(peer["AvailabilityZones"], json!(["us-east-1a", "us-east-1b"]));
    assert_eq!(listeners(&peer), [json!([80, 8080, "HTTP"]), json!([443, 8443, "TCP"])]);

    let check = ["health-check", "my-lb", "--target", "HTTP:8080/health", "--interval", "20"];
    let said = printed(lb(REGION, &[&check[..], &["--timeout", "5", "--healthy", "3", "--unhealthy", "5"]].concat()));
    assert_eq!(said, "my-lb: HTTP:8080/health every 20 s, timeout 5 s, healthy after 3, unhealthy after 5\n");
    let expected = json!({
        "Target": "HTTP:8080/health", "Interval": 20, "Timeout": 5, "UnhealthyThreshold": 5, "HealthyThreshold": 3,
    });
    assert_eq!(described(REGION, "my-lb")["HealthCheck"], expected);

    let list = as_json(&end(lb(REGION, &["list", "--json"]), 0));
    assert_eq!((&list[0]["name"], list.as_array().unwrap().len()), (&json!("my-lb"), 1));
    assert_eq!(as_json(&end(lb(REGION, &["list", "my-lb", "--json"]), 0)), list);

    instances_come_and_go();

    assert_eq!(printed(lb(REGION, &["zone", "disable", "my-lb", "us-east-1a"])), "my-lb: in us-east-1b\n");
    assert_eq!(described(REGION, "my-lb")["AvailabilityZones"], json!(["us-east-1b"]));
    let enabled = printed(lb(REGION, &["zone", "enable", "my-lb", "us-east-1c"]));
    assert_eq!(enabled, "my-lb: in us-east-1b, us-east-1c\n");
    assert_eq!(described(REGION, "my-lb")["AvailabilityZones"], json!(["us-east-1b", "us-east-1c"]));

    let gone = printed(lb(REGION, &["delete", "my-lb", "--yes"]));
    assert_eq!(gone, "my-lb: gone; AWS does not say whether it was there\n");
    assert_eq!(boto("names", &json!({"region": REGION})), json!([]));
    assert_eq!(printed(lb(REGION, &["delete", "my-lb", "--yes"])), gone, "once more is no error");
    assert_eq!(printed(lb(REGION, &["list"])), format!("there are no classic load balancers in {REGION}\n"));
}

fn instances_come_and_go() {
    let ids = Moto::shared().run_instances(REGION, 2, &[]);
    let both = [ids[0].as_str(), ids[1].as_str()];
    let said = printed(lb(REGION, &[&["instance", "register", "my-lb"], &both[..]].concat()));
    assert_eq!(said, "my-lb: registered 2 instances\n");
    let registered: Vec<_> = ids.iter().map(|id| json!({"InstanceId": id})).collect();
    assert_eq!(described(REGION, "my-lb")["Instances"], json!(registered));
    let health = boto("health", &json!({"region": REGION, "name": "my-lb"}));
    let shown = as_json(&end(lb(REGION, &["show", "my-lb", "--json"]), 0));
    for health_shown in shown[0]["instance_health"].as_array().unwrap() {
        assert_eq!(health[health_shown["id"].as_str().unwrap()], health_shown["state"]);
    }
    assert_eq!(shown[0]["instance_health"].as_array().unwrap().len(), 2);
    let said = printed(lb(REGION, &["instance", "deregister", "my-lb", &ids[0]]));
    assert_eq!(said, "my-lb: deregistered 1 instance\n");
    assert_eq!(described(REGION, "my-lb")["Instances"], json!([{"InstanceId": ids[1]}]));
}
