//! What we ask of moto, and what boto3 then sees there.

use bellwether_aws::{Aws, GroupFilter, TargetGroups};
use bellwether_core::drain::Standing;
use bellwether_testkit::moto::Moto;
use serde_json::{Value, json};

use super::target;
use crate::support::aws_at;

const REGION: &str = "eu-west-1";

fn ours() -> (&'static Moto, TargetGroups) {
    let moto = Moto::shared();
    let aws: Aws = aws_at(moto.endpoint());
    (moto, aws.target_groups(Some(REGION)))
}

fn boto(expression: &str) -> Value {
    let script = format!("import boto3, json\nelbv2 = boto3.client('elbv2')\nprint(json.dumps({expression}))\n");
    serde_json::from_str(&Moto::shared().run_boto(&script, &[])).unwrap()
}

#[tokio::test]
async fn a_group_is_the_one_that_boto3_sees() {
    let (moto, groups) = ours();
    let arn = moto.create_target_group(REGION, "seen-alike", "ip", &[("172.31.0.5", Some(8080))]);
    let theirs = boto(&format!("elbv2.describe_target_groups(TargetGroupArns=['{arn}'])['TargetGroups'][0]"));
    let group = groups.get("seen-alike").await.unwrap();
    let check = group.health_check.clone().unwrap();
    let shown = json!([
        group.arn,
        group.name,
        group.protocol,
        group.port,
        group.vpc,
        group.target_type,
        check.interval,
        check.timeout,
        check.healthy_threshold,
        check.unhealthy_threshold,
        check.matcher,
        group.load_balancers,
    ]);
    let wanted = [
        "TargetGroupArn",
        "TargetGroupName",
        "Protocol",
        "Port",
        "VpcId",
        "TargetType",
        "HealthCheckIntervalSeconds",
        "HealthCheckTimeoutSeconds",
        "HealthyThresholdCount",
        "UnhealthyThresholdCount",
    ];
    let mut wanted: Vec<_> = wanted.iter().map(|key| theirs[key].clone()).collect();
    wanted.extend([theirs["Matcher"]["HttpCode"].clone(), theirs["LoadBalancerArns"].clone()]);
    assert_eq!(shown, Value::Array(wanted));
    let by_balancer = GroupFilter::LoadBalancer(group.load_balancers[0].clone());
    assert_eq!(groups.list(&by_balancer).await.unwrap(), [group]);
}

#[tokio::test]
async fn a_thousand_targets_are_registered_and_deregistered() {
    let (moto, groups) = ours();
    let arn = moto.create_target_group(REGION, "thousand", "ip", &[]).parse().unwrap();
    let targets: Vec<_> =
        (0..1_000).map(|number| target(&format!("172.31.{}.{}:8080", number / 250, number % 250 + 1))).collect();
    groups.register(&arn, &targets).await.unwrap();
    let seen = boto(&format!(
        "sorted([t['Target']['Id'], t['Target']['Port']] for t in \
         elbv2.describe_target_health(TargetGroupArn='{arn}')['TargetHealthDescriptions'])"
    ));
    let mut wanted: Vec<_> = targets.iter().map(|target| json!([target.id(), 8080])).collect();
    wanted.sort_by_key(|entry| entry[0].as_str().map(str::to_owned));
    assert_eq!(seen, Value::Array(wanted));
    assert_eq!(groups.health(&arn).await.unwrap().len(), 1_000);
    groups.deregister(&arn, &targets[1..]).await.unwrap();
    let left = groups.health(&arn).await.unwrap();
    let left: Vec<_> = left.iter().filter(|left| left.observation.standing.is_registered()).collect();
    assert_eq!(left.iter().map(|left| left.target.id()).collect::<Vec<_>>(), ["172.31.0.1"]);
}

#[tokio::test]
async fn an_instance_is_registered_found_and_deregistered() {
    let (moto, groups) = ours();
    let instance = moto.run_instances(REGION, 1, &[]).remove(0);
    let arn = moto.create_target_group(REGION, "instances", "instance", &[]).parse().unwrap();
    groups.register(&arn, &[target(&format!("{instance}:8081"))]).await.unwrap();
    let found = groups.containing(std::slice::from_ref(&instance)).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].group.arn, arn);
    assert_eq!(found[0].health.target.to_string(), format!("{instance}:8081"));
    assert_eq!(found[0].health.observation.standing, Standing::InService);
    groups.deregister(&arn, &[target(&format!("{instance}:8081"))]).await.unwrap();
    let registered = boto(&format!(
        "[t['TargetHealth']['State'] for t in \
         elbv2.describe_target_health(TargetGroupArn='{arn}')['TargetHealthDescriptions']]"
    ));
    assert_eq!(registered, json!([]));
}

#[tokio::test]
async fn attributes_that_are_set_are_those_that_boto3_sees() {
    let (moto, groups) = ours();
    let arn = moto.create_target_group(REGION, "attributes", "ip", &[]).parse().unwrap();
    let changes = ["deregistration_delay.timeout_seconds=17", "stickiness.enabled=true", "stickiness.type=lb_cookie"];
    let changes: Vec<_> = changes.iter().map(|change| change.parse().unwrap()).collect();
    groups.set_attributes(&arn, &changes).await.unwrap();
    let theirs = boto(&format!(
        "{{a['Key']: a['Value'] for a in \
         elbv2.describe_target_group_attributes(TargetGroupArn='{arn}')['Attributes']}}"
    ));
    let attributes = groups.attributes(&arn).await.unwrap();
    assert_eq!(serde_json::to_value(&attributes).unwrap(), theirs);
    assert_eq!(theirs["deregistration_delay.timeout_seconds"], "17");
    assert_eq!((attributes.deregistration_delay().as_secs(), attributes.stickiness()), (17, Some("lb_cookie")));
}
