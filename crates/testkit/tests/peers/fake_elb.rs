//! boto3 reads the answers of the fake as it reads those of AWS.

use bellwether_testkit::fake_elb::{FakeAws, Fault, Faults, GroupInstance, Instance, World};
use bellwether_testkit::moto::run_boto;
use serde_json::{Value, json};

/// What an expression with clients `elb`, `elbv2`, `autoscaling`, `ec2` and `sts` gives, or [code, HTTP status] of the
/// error AWS answers with.
pub(crate) fn boto(aws: &FakeAws, expression: &str) -> Value {
    let script = format!(
        "import boto3, json\n\
         from botocore.config import Config\n\
         from botocore.exceptions import ClientError\n\
         config = Config(retries={{'total_max_attempts': 1}}, read_timeout=10)\n\
         def client(name): return boto3.client(name, config=config)\n\
         elb, elbv2, autoscaling, ec2, sts = map(client, ['elb', 'elbv2', 'autoscaling', 'ec2', 'sts'])\n\
         try:\n    result = {expression}\n\
         except ClientError as error:\n    \
             result = [error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']]\n\
         print(json.dumps(result))\n"
    );
    serde_json::from_str(&run_boto(&aws.url(), &script, &[])).unwrap()
}

fn aws(change: impl FnOnce(&mut World)) -> FakeAws {
    let aws = FakeAws::start();
    aws.change(change);
    aws
}

#[test]
fn classic_load_balancers() {
    let aws = aws(|world| world.set_load_balancer("a&b", &[("i-1", "InService"), ("i-2", "OutOfService")]));
    let states = boto(&aws, "elb.describe_instance_health(LoadBalancerName='a&b')['InstanceStates']");
    assert_eq!((&states[0]["State"], &states[0]["ReasonCode"]), (&json!("InService"), &json!("N/A")));
    assert_eq!((&states[1]["InstanceId"], &states[1]["ReasonCode"]), (&json!("i-2"), &json!("Instance")));
    let one =
        "elb.describe_instance_health(LoadBalancerName='a&b', Instances=[{'InstanceId': 'i-2'}])['InstanceStates']";
    assert_eq!(boto(&aws, one).as_array().unwrap().len(), 1);
    let none = boto(&aws, "elb.describe_instance_health(LoadBalancerName='none')");
    assert_eq!(none, json!(["LoadBalancerNotFound", 400]));
}

#[test]
fn target_groups() {
    let aws = aws(|world| {
        world.set_target_group("web", &[("i-1", 80, "healthy"), ("i-1", 81, "draining")]);
        world.set_target_group("ips", &[("10.0.0.1", 80, "initial")]);
        world.page_size = 1;
    });
    let group = boto(&aws, "elbv2.describe_target_groups(Names=['ips'])['TargetGroups'][0]");
    assert_eq!(group["TargetType"], "ip");
    let health = |arn: &Value| {
        boto(&aws, &format!("elbv2.describe_target_health(TargetGroupArn={arn})['TargetHealthDescriptions']"))
    };
    assert_eq!(health(&group["TargetGroupArn"])[0]["TargetHealth"]["State"], "initial");
    let web = boto(&aws, "elbv2.describe_target_groups(Names=['web'])['TargetGroups'][0]['TargetGroupArn']");
    let targets = health(&web);
    assert_eq!((&targets[0]["Target"]["Id"], &targets[0]["Target"]["Port"]), (&json!("i-1"), &json!(80)));
    assert_eq!(targets[0]["TargetHealth"], json!({"State": "healthy"}));
    assert_eq!(targets[1]["TargetHealth"]["Reason"], "Target.DeregistrationInProgress");
    let all = boto(&aws, "elbv2.get_paginator('describe_target_groups').paginate().build_full_result()");
    assert_eq!(all["TargetGroups"].as_array().unwrap().len(), 2);
    let none = boto(&aws, "elbv2.describe_target_groups(Names=['none'])");
    assert_eq!(none, json!(["TargetGroupNotFound", 400]));
}

#[test]
fn auto_scaling_groups_in_pages() {
    let aws = aws(|world| {
        let members =
            vec![GroupInstance::new("i-1", "InService", "Healthy"), GroupInstance::new("i-2", "Standby", "Unhealthy")];
        world.auto_scaling_groups.insert("web".to_owned(), members);
        world.auto_scaling_groups.insert("empty".to_owned(), Vec::new());
        (world.page_size, world.leading_empty_pages) = (1, 1);
    });
    let pages = "[[group['AutoScalingGroupName'] for group in page['AutoScalingGroups']] \
                  for page in autoscaling.get_paginator('describe_auto_scaling_groups').paginate()]";
    assert_eq!(boto(&aws, pages), json!([[], ["empty"], ["web"]]));
    let named = "autoscaling.get_paginator('describe_auto_scaling_groups').paginate(AutoScalingGroupNames=['web'])\
                 .build_full_result()['AutoScalingGroups'][0]['Instances']";
    let instances = boto(&aws, named);
    assert_eq!(
        (&instances[0]["HealthStatus"], &instances[1]["LifecycleState"]),
        (&json!("Healthy"), &json!("Standby"))
    );
}

#[test]
fn instances_by_tag_in_pages() {
    let aws = aws(|world| {
        world.instances = vec![
            Instance::new("i-1", "running", &[("Role", "web"), ("Name", "a <b>")]),
            Instance::new("i-2", "stopped", &[("Role", "web")]),
            Instance::new("i-3", "running", &[("Role", "db")]),
        ];
        world.page_size = 1;
    });
    let tagged = "[[i['InstanceId'], i['State']['Name'], i['PrivateIpAddress'], i['Tags']] for page in \
                  ec2.get_paginator('describe_instances').paginate(Filters=[{'Name': 'tag:Role', 'Values': ['web']}]) \
                  for r in page['Reservations'] for i in r['Instances']]";
    let found = boto(&aws, tagged);
    assert_eq!(
        found[0],
        json!(["i-1", "running", "10.0.0.10", [{"Key": "Name", "Value": "a <b>"}, {"Key": "Role", "Value": "web"}]])
    );
    assert_eq!(found[1][1], "stopped");
    assert_eq!(aws.calls("DescribeInstances"), 2);
    let unknown = boto(&aws, "ec2.describe_instances(InstanceIds=['i-9'])");
    assert_eq!(unknown, json!(["InvalidInstanceID.NotFound", 400]));
}

#[test]
fn errors_have_the_codes_of_aws() {
    let aws = aws(|world| world.set_load_balancer("web", &[]));
    assert_eq!(boto(&aws, "sts.get_caller_identity()['Account']"), "123456789012");
    let health = "elb.describe_instance_health(LoadBalancerName='web')['InstanceStates']";
    for (fault, query, ec2) in [
        (Fault::Throttled, json!(["Throttling", 400]), json!(["RequestLimitExceeded", 503])),
        (Fault::Denied, json!(["AccessDenied", 403]), json!(["UnauthorizedOperation", 403])),
        (Fault::InternalFailure, json!(["InternalFailure", 500]), json!(["InternalError", 500])),
    ] {
        aws.misbehave(Faults::always(fault));
        assert_eq!(boto(&aws, health), query);
        assert_eq!(boto(&aws, "ec2.describe_instances()"), ec2);
    }
    aws.misbehave(Faults::default());
    assert_eq!(boto(&aws, health), json!([]));
}
