//! Changing target groups, as boto3 sees it; and dry runs, as the fake counts them.

use bellwether_testkit::moto::Moto;
use serde_json::json;

use super::support::{boto, end, fleet, holds, json, tg};

#[test]
fn targets_are_registered_and_deregistered() {
    let region = "eu-west-3";
    Moto::shared().create_target_group(region, "web", "ip", &[]);
    let targets = "sorted((t['Target']['Id'], t['Target']['Port']) for t in elb.describe_target_health(\
                   TargetGroupArn=elb.describe_target_groups(Names=['web'])['TargetGroups'][0]['TargetGroupArn'])\
                   ['TargetHealthDescriptions'])";
    let done = end(tg(region, &["register", "web", "10.0.0.1:8080", "10.0.0.2:8081"]), 0);
    assert_eq!(done.stdout_text(), "web: 10.0.0.1:8080 10.0.0.2:8081 registered\n");
    assert_eq!(boto(region, targets), json!([["10.0.0.1", 8080], ["10.0.0.2", 8081]]));
    let done = end(tg(region, &["deregister", "web", "10.0.0.1:8080"]), 0);
    assert_eq!(done.stdout_text(), "web: 10.0.0.1:8080 deregistered\n");
    assert_eq!(boto(region, targets), json!([["10.0.0.2", 8081]]));
}

#[test]
fn attributes_are_set_and_read() {
    let region = "eu-north-1";
    Moto::shared().create_target_group(region, "web", "instance", &[]);
    let set = ["attributes", "set", "web", "deregistration_delay.timeout_seconds=45", "stickiness.enabled=true"];
    let done = end(tg(region, &set), 0);
    assert_eq!(done.stdout_text(), "web: set deregistration_delay.timeout_seconds=45 stickiness.enabled=true\n");
    let theirs = boto(
        region,
        "{a['Key']: a['Value'] for a in elb.describe_target_group_attributes(TargetGroupArn=\
         elb.describe_target_groups(Names=['web'])['TargetGroups'][0]['TargetGroupArn'])['Attributes']}",
    );
    assert_eq!(theirs["deregistration_delay.timeout_seconds"], "45");
    assert_eq!(json(&end(tg(region, &["attributes", "get", "web", "--json"]), 0)), theirs);
    let one = end(tg(region, &["attributes", "get", "web", "stickiness.enabled"]), 0);
    assert_eq!(one.stdout_text(), "stickiness.enabled  true\n");
}

#[test]
fn a_dry_run_shows_the_call_and_does_not_make_it() {
    let fleet = fleet();
    let arn = fleet.aws.look(|world| world.target_group("web").arn.clone());
    let shown = |arguments: &[&str]| json(&end(fleet.run(&[&["tg"], arguments, &["--dry-run"]].concat()), 0));
    let call = |action: &str, rest: serde_json::Value| {
        let mut parameters = json!({"TargetGroupArn": arn});
        parameters.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        json!([{"action": action, "version": "2015-12-01", "region": "eu-west-1", "parameters": parameters}])
    };
    assert_eq!(
        shown(&["register", "web", "i-9", "i-9:81"]),
        call("RegisterTargets", json!({"Targets": [{"Id": "i-9"}, {"Id": "i-9", "Port": 81}]}))
    );
    assert_eq!(
        shown(&["deregister", "web", "i-1:81"]),
        call("DeregisterTargets", json!({"Targets": [{"Id": "i-1", "Port": 81}]}))
    );
    assert_eq!(
        shown(&["attributes", "set", "web", "stickiness.enabled=true"]),
        call("ModifyTargetGroupAttributes", json!({"Attributes": [{"Key": "stickiness.enabled", "Value": "true"}]}))
    );
    for action in ["RegisterTargets", "DeregisterTargets", "ModifyTargetGroupAttributes"] {
        assert_eq!(fleet.aws.calls(action), 0);
    }
}

#[test]
fn help_has_examples_everywhere() {
    for words in ["list", "show", "health", "register", "deregister", "attributes get", "attributes set"] {
        let words: Vec<_> = words.split(' ').chain(["--help"]).collect();
        holds(&end(tg("eu-west-1", &words), 0).stdout_text(), &["Example", "bellwether tg"]);
    }
}
