//! boto3 sees the fake's targets come and go as it would see AWS's.

use std::time::Duration;

use bellwether_testkit::fake_elb::{FakeAws, World};
use serde_json::{Value, json};

use super::fake_elb::boto;

/// A fake whose time stands still.
fn standing_still(change: impl FnOnce(&mut World)) -> FakeAws {
    let aws = FakeAws::start();
    aws.set_speed(0.0);
    aws.change(change);
    aws
}

fn targets(aws: &FakeAws, arn: &str) -> Value {
    let expression = format!(
        "[[t['Target']['Id'], t['Target']['Port'], t['TargetHealth']['State'], t['TargetHealth'].get('Reason')] for t \
         in elbv2.describe_target_health(TargetGroupArn='{arn}')['TargetHealthDescriptions']]"
    );
    boto(aws, &expression)
}

fn change_targets(aws: &FakeAws, what: &str, arn: &str, targets: &str) -> Value {
    boto(aws, &format!("elbv2.{what}_targets(TargetGroupArn='{arn}', Targets={targets}) and None"))
}

#[test]
fn a_deregistered_target_drains_for_its_delay() {
    let mut arn = String::new();
    let aws = standing_still(|world| {
        arn = world.set_target_group("web", &[("i-1", 80, "healthy"), ("i-1", 81, "healthy"), ("i-2", 80, "unused")]);
        world.target_group("web").set_delay(60);
    });
    change_targets(&aws, "deregister", &arn, "[{'Id': 'i-1'}, {'Id': 'i-2'}, {'Id': 'i-9', 'Port': 1}]");
    let draining = json!(["i-1", 80, "draining", "Target.DeregistrationInProgress"]);
    assert_eq!(targets(&aws, &arn), json!([draining, ["i-1", 81, "healthy", null]]));
    aws.advance(Duration::from_secs(59));
    change_targets(&aws, "register", &arn, "[{'Id': 'i-1'}]");
    assert_eq!(targets(&aws, &arn)[0], draining, "registering does nothing while it drains");
    aws.advance(Duration::from_secs(1));
    assert_eq!(targets(&aws, &arn), json!([["i-1", 81, "healthy", null]]));
    let asked = boto(
        &aws,
        &format!(
            "elbv2.describe_target_health(TargetGroupArn='{arn}', Targets=[{{'Id': 'i-1', 'Port': 80}}])\
             ['TargetHealthDescriptions'][0]['TargetHealth']"
        ),
    );
    assert_eq!((&asked["State"], &asked["Reason"]), (&json!("unused"), &json!("Target.NotRegistered")));
}

#[test]
fn a_registered_target_is_initial_and_then_what_it_is_told_to_become() {
    let mut arn = String::new();
    let aws = standing_still(|world| {
        arn = world.set_target_group("web", &[("i-1", 80, "draining")]);
        let group = world.target_group("web");
        (group.deaf_while_draining, group.starts_for, group.port) = (false, Duration::from_secs(20), 80);
    });
    change_targets(&aws, "register", &arn, "[{'Id': 'i-1'}, {'Id': 'i-2', 'Port': 8080}]");
    let initial = "Elb.RegistrationInProgress";
    assert_eq!(targets(&aws, &arn), json!([["i-1", 80, "initial", initial], ["i-2", 8080, "initial", initial]]));
    aws.advance(Duration::from_secs(20));
    assert_eq!(targets(&aws, &arn), json!([["i-1", 80, "healthy", null], ["i-2", 8080, "healthy", null]]));
    aws.change(|world| world.target_group("web").becomes = "unhealthy");
    change_targets(&aws, "register", &arn, "[{'Id': 'i-3'}]");
    aws.advance(Duration::from_secs(20));
    assert_eq!(targets(&aws, &arn)[2], json!(["i-3", 80, "unhealthy", "Target.FailedHealthChecks"]));
    assert_eq!(change_targets(&aws, "register", &arn, "[{'Id': '10.0.0.1'}]"), json!(["InvalidTarget", 400]));
}

#[test]
fn the_settings_of_target_groups_are_served() {
    let mut arn = String::new();
    let balancer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1";
    let aws = standing_still(|world| {
        arn = world.set_target_group("web", &[]);
        world.set_target_group("other", &[]);
        let group = world.target_group("web");
        group.load_balancers = vec![balancer.to_owned()];
        (group.port, group.protocol) = (8080, "TCP".to_owned());
        group.set_delay(7);
        world.target_group("other").check = None;
    });
    let groups = boto(&aws, &format!("elbv2.describe_target_groups(LoadBalancerArn='{balancer}')['TargetGroups']"));
    let found = (&groups[0]["TargetGroupArn"], &groups[0]["Port"], &groups[0]["Protocol"], &groups[1]);
    assert_eq!(found, (&json!(arn), &json!(8080), &json!("TCP"), &Value::Null));
    assert_eq!(groups[0]["LoadBalancerArns"], json!([balancer]));
    assert_eq!((&groups[0]["HealthyThresholdCount"], &groups[0]["HealthCheckEnabled"]), (&json!(5), &json!(true)));
    let attributes =
        boto(&aws, &format!("elbv2.describe_target_group_attributes(TargetGroupArn='{arn}')['Attributes']"));
    assert_eq!(attributes, json!([{"Key": "deregistration_delay.timeout_seconds", "Value": "7"}]));
    let other = boto(&aws, "elbv2.describe_target_groups(Names=['other'])['TargetGroups'][0]");
    assert_eq!(other["HealthCheckEnabled"], json!(false));
}

#[test]
fn classic_load_balancers_drain_with_the_documented_descriptions() {
    let aws = standing_still(|world| {
        world.set_load_balancer("web", &[("i-1", "InService"), ("i-2", "InService")]);
        world.set_load_balancer("at-once", &[("i-1", "InService")]);
        world.classic("web").draining = Some(60);
        world.classic("at-once").draining = None;
    });
    let states = |name: &str| {
        boto(
            &aws,
            &format!(
                "[[s['InstanceId'], s['State'], s['Description']] for s in \
                 elb.describe_instance_health(LoadBalancerName='{name}')['InstanceStates']]"
            ),
        )
    };
    let change = |what: &str, name: &str, id: &str| {
        boto(&aws, &format!("elb.{what}(LoadBalancerName='{name}', Instances=[{{'InstanceId': '{id}'}}])['Instances']"))
    };
    change("deregister_instances_from_load_balancer", "web", "i-1");
    let draining = json!(["i-1", "InService", "Instance deregistration currently in progress."]);
    assert_eq!(states("web"), json!([draining, ["i-2", "InService", "N/A"]]));
    assert_eq!(change("deregister_instances_from_load_balancer", "at-once", "i-1"), json!([]));
    aws.advance(Duration::from_secs(60));
    assert_eq!(states("web"), json!([["i-2", "InService", "N/A"]]));
    let again = change("deregister_instances_from_load_balancer", "web", "i-1");
    assert_eq!(again, json!(["InvalidInstance", 400]));
    change("register_instances_with_load_balancer", "web", "i-1");
    assert_eq!(states("web")[1], json!(["i-1", "OutOfService", "Instance registration is still in progress."]));
    aws.advance(Duration::from_secs(30));
    assert_eq!(states("web")[1], json!(["i-1", "InService", "N/A"]));
}

#[test]
fn the_settings_of_classic_load_balancers_are_served_in_pages() {
    let aws = standing_still(|world| {
        for name in ["a", "b", "c"] {
            world.set_load_balancer(name, &[("i-1", "InService")]);
        }
        world.classic("b").check.interval = 7;
        world.classic("b").draining = None;
        (world.page_size, world.leading_empty_pages) = (1, 1);
    });
    let all = boto(
        &aws,
        "[[b['LoadBalancerName'], b['HealthCheck']['Interval'], b['Instances']] for b in \
         elb.get_paginator('describe_load_balancers').paginate().build_full_result()['LoadBalancerDescriptions']]",
    );
    let instances = json!([{"InstanceId": "i-1"}]);
    assert_eq!(all, json!([["a", 30, instances], ["b", 7, instances], ["c", 30, instances]]));
    let draining = |name: &str| {
        boto(
            &aws,
            &format!(
                "elb.describe_load_balancer_attributes(LoadBalancerName='{name}')['LoadBalancerAttributes']\
                 ['ConnectionDraining']"
            ),
        )
    };
    assert_eq!(draining("a"), json!({"Enabled": true, "Timeout": 300}));
    assert_eq!(draining("b")["Enabled"], json!(false));
    assert_eq!(draining("none"), json!(["LoadBalancerNotFound", 400]));
}
