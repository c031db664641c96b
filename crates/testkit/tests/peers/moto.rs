//! What the fixtures make, and the limits of moto that its module's comment states.

use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use serde_json::{Value, json};
use std::time::Duration;

const REGION: &str = "eu-west-1";

fn eval(expression: &str) -> Value {
    let script = format!("import boto3, json\nprint(json.dumps({expression}))\n");
    serde_json::from_str(&Moto::shared().run_boto(&script, &[])).unwrap()
}

fn classic_states(name: &str) -> Value {
    eval(&format!(
        "[[s['InstanceId'], s['State'], s['ReasonCode']] for s in \
         boto3.client('elb').describe_instance_health(LoadBalancerName='{name}')['InstanceStates']]"
    ))
}

fn target_states(arn: &str) -> Value {
    eval(&format!(
        "[[t['Target']['Id'], t['Target']['Port'], t['TargetHealth']['State']] for t in \
         boto3.client('elbv2').describe_target_health(TargetGroupArn='{arn}')['TargetHealthDescriptions']]"
    ))
}

#[test]
fn a_stopped_instance_is_out_of_service() {
    let moto = Moto::shared();
    let ids = moto.run_instances(REGION, 2, &[]);
    let (first, second) = (ids[0].as_str(), ids[1].as_str());
    moto.create_load_balancer(REGION, "classic", &[first, second, "i-00000000000000000"]);
    moto.stop_instances(REGION, &[second]);
    assert_eq!(classic_states("classic"), json!([[first, "InService", "N/A"], [second, "OutOfService", "N/A"]]));
}

#[test]
fn a_stopped_target_is_unused_and_ports_replace_each_other() {
    let moto = Moto::shared();
    let ids = moto.run_instances(REGION, 2, &[]);
    let (first, second) = (ids[0].as_str(), ids[1].as_str());
    let arn = moto.create_target_group(REGION, "web", "instance", &[(first, None), (first, Some(81)), (second, None)]);
    moto.stop_instances(REGION, &[second]);
    assert_eq!(target_states(&arn), json!([[first, 81, "healthy"], [second, 80, "unused"]]));
    let arn = moto.create_target_group(REGION, "ips", "ip", &[("172.31.0.5", Some(8080))]);
    assert_eq!(target_states(&arn), json!([["172.31.0.5", 8080, "healthy"]]));
}

#[test]
fn groups_and_tags() {
    let moto = Moto::shared();
    let members = moto.create_asg(REGION, "fleet", 2);
    assert_eq!(members.len(), 2);
    let healthy = "[i['HealthStatus'] for g in boto3.client('autoscaling').describe_auto_scaling_groups(\
                   AutoScalingGroupNames=['fleet'])['AutoScalingGroups'] for i in g['Instances']]";
    assert_eq!(eval(healthy), json!(["Healthy", "Healthy"]));
    let tagged = moto.run_instances(REGION, 1, &[("Role", "tagged")]);
    let found = "[i['InstanceId'] for r in boto3.client('ec2').describe_instances(Filters=[{'Name': 'tag:Role', \
                 'Values': ['tagged']}])['Reservations'] for i in r['Instances']]";
    assert_eq!(eval(found), json!(tagged));
}

#[test]
fn the_proxy_counts_the_round_trips_of_boto3() {
    let proxy = Proxy::start(Moto::shared().endpoint(), Duration::from_millis(50));
    let script = "import boto3\nsts = boto3.client('sts')\nfor _ in range(3): sts.get_caller_identity()\n";
    bellwether_testkit::moto::run_boto(&proxy.url(), script, &[]);
    assert_eq!(proxy.rounds(), 3);
}

#[test]
fn the_server_ends_with_its_owner() {
    let moto = Moto::start();
    let address = moto.endpoint().trim_start_matches("http://").to_owned();
    assert!(std::net::TcpStream::connect(&address).is_ok());
    drop(moto);
    assert!(std::net::TcpStream::connect(&address).is_err());
}
