//! Looking at target groups.

use bellwether_testkit::moto::Moto;
use serde_json::{Value, json};

use super::support::{boto, end, fleet, holds, json, tg};

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap()).collect()
}

#[test]
fn groups_are_listed_by_name_and_by_pattern_page_by_page() {
    let fleet = fleet();
    fleet.aws.change(|world| (world.page_size, world.leading_empty_pages) = (1, 1));
    let list = |patterns: &[&str]| json(&end(fleet.run(&[&["tg", "list", "--json"], patterns].concat()), 0));
    assert_eq!(names(&list(&[])), ["api", "web", "web-2"]);
    assert_eq!(names(&list(&["web*"])), ["web", "web-2"]);
    assert_eq!(names(&list(&["api", "?eb", "web"])), ["api", "web"]);
    assert_eq!(list(&["none*"]), json!([]));
    let table = end(fleet.run(&["tg", "list"]), 0).stdout_text();
    let row: Vec<_> = table.lines().nth(2).unwrap().split_whitespace().collect();
    assert_eq!(row, ["web", "instance", "HTTP", "80", "vpc-0123456789abcdef0", "front"]);
}

#[test]
fn the_health_of_targets_is_shown_with_what_it_means() {
    let fleet = fleet();
    let table = end(fleet.run(&["tg", "health", "web"]), 0).stdout_text();
    holds(
        &table,
        &[
            "i-1:80",
            "healthy",
            "Target.FailedHealthChecks",
            "listens on the port",
            "Target.NotInUse",
            "no load balancer",
        ],
    );
    let targets = json(&end(fleet.run(&["tg", "health", "web", "--json"]), 0));
    let draining = targets.as_array().unwrap().iter().find(|target| target["target"] == "i-2:80").unwrap();
    assert_eq!(
        *draining,
        json!({
            "target": "i-2:80",
            "zone": null,
            "check_port": "80",
            "state": "draining",
            "reason": "Target.DeregistrationInProgress",
            "description": "Target deregistration is in progress",
            "standing": "draining",
            "anomaly": null,
            "explanation":
                "the target is being deregistered; requests under way may end within the deregistration delay",
        })
    );
    holds(&end(fleet.run(&["tg", "health", "api"]), 0).stdout_text(), &["no targets"]);
}

#[test]
fn a_group_is_shown_whole_by_name_and_by_arn() {
    let fleet = fleet();
    let arn = fleet.aws.look(|world| world.target_group("web").arn.clone());
    let by_name = end(fleet.run(&["tg", "show", "web"]), 0).stdout_text();
    holds(
        &by_name,
        &[&arn, "HTTP:traffic-port, every 30 s", "deregistration_delay.timeout_seconds  300", "i-1:81", "front"],
    );
    // The region is that of the ARN.
    let by_arn = end(fleet.run(&["tg", "show", &arn]).env("AWS_REGION", "us-east-1"), 0).stdout_text();
    assert_eq!(by_arn, by_name);
    let shown = json(&end(fleet.run(&["tg", "show", "web", "--json"]), 0));
    assert_eq!((shown["name"].as_str(), shown["arn"].as_str()), (Some("web"), Some(arn.as_str())));
    assert_eq!(shown["attributes"]["deregistration_delay.timeout_seconds"], "300");
    assert_eq!(shown["targets"].as_array().unwrap().len(), 5);
    assert_eq!(shown["health_check"]["interval"], 30);
}

#[test]
fn what_is_listed_and_shown_is_what_boto3_says() {
    let region = "eu-central-1";
    let instances = Moto::shared().run_instances(region, 1, &[]);
    Moto::shared().create_target_group(region, "one", "instance", &[(&instances[0], None)]);
    Moto::shared().create_target_group(region, "two", "ip", &[("10.0.0.1", Some(8080))]);
    let ours = json(&end(tg(region, &["list", "--json"]), 0));
    let theirs = boto(region, "sorted(g['TargetGroupName'] for g in elb.describe_target_groups()['TargetGroups'])");
    assert_eq!(json!(names(&ours)), theirs);
    let shown = json(&end(tg(region, &["show", "two", "--json"]), 0));
    let group = boto(region, "elb.describe_target_groups(Names=['two'])['TargetGroups'][0]");
    for (ours, theirs) in [("arn", "TargetGroupArn"), ("protocol", "Protocol"), ("port", "Port"), ("vpc", "VpcId")] {
        assert_eq!(shown[ours], group[theirs], "{ours}");
    }
    assert_eq!(shown["health_check"]["interval"], group["HealthCheckIntervalSeconds"]);
    assert_eq!(shown["targets"][0]["state"], "healthy");
}
