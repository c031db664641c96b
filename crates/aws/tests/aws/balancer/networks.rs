//! Zones, subnets and security groups on moto, and what boto3 sees of them.

use bellwether_core::balancer::NewBalancer;
use serde_json::json;

use super::{all, balancers, boto, created, described, named, plain};

const REGION: &str = "eu-west-2";

#[tokio::test]
async fn zones_are_enabled_and_disabled() {
    let balancers = balancers(REGION);
    let name = created(&balancers, REGION, "zoned").await;
    let zones = balancers.enable_zones(&name, &all(&["eu-west-2b", "eu-west-2c"])).await.unwrap();
    assert_eq!(zones, ["eu-west-2a", "eu-west-2b", "eu-west-2c"]);
    let left = balancers.disable_zones(&name, &all(&["eu-west-2a"])).await.unwrap();
    assert_eq!(left, ["eu-west-2b", "eu-west-2c"]);
    assert_eq!(described(REGION, &name)["AvailabilityZones"], json!(left));
}

#[tokio::test]
async fn subnets_and_security_groups_are_those_that_were_set() {
    let network = boto("network", &json!({"region": REGION}));
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let subnet = |zone: &str| text(&network["subnets"][zone]);
    let groups = [text(&network["groups"][0]), text(&network["groups"][1])];
    let balancers = balancers(REGION);
    let name = named("subnetted");
    let new = NewBalancer {
        zones: Vec::new(),
        subnets: all(&[&subnet("eu-west-2a")]),
        security_groups: all(&[&groups[0]]),
        ..plain(REGION)
    };
    balancers.create(&name, &new).await.unwrap();
    let peer = described(REGION, &name);
    assert_eq!((&peer["VPCId"], &peer["SecurityGroups"]), (&network["vpc"], &json!([groups[0]])));

    let attached = balancers.attach_subnets(&name, &all(&[&subnet("eu-west-2b")])).await.unwrap();
    assert_eq!(attached.len(), 2);
    let left = balancers.detach_subnets(&name, &all(&[&subnet("eu-west-2a")])).await.unwrap();
    assert_eq!(left, [subnet("eu-west-2b")]);
    let set = balancers.set_security_groups(&name, &all(&[&groups[0], &groups[1]])).await.unwrap();
    assert_eq!(set, groups);
    let peer = described(REGION, &name);
    assert_eq!((&peer["Subnets"], &peer["SecurityGroups"]), (&json!(left), &json!(groups)));
}
