//! `elb:` and `alb:` groups.

use bellwether_testkit::fake_elb::{Target, TargetGroup};
use bellwether_testkit::netns::private_network_with;
use serde_json::{Value, json};

use super::support::{Fleet, end, holds, json, members, refusal};

fn member<'a>(roster: &'a Value, node: &str) -> &'a Value {
    roster["members"].as_array().unwrap().iter().find(|member| member["node"] == node).unwrap()
}

fn classic() -> Fleet {
    Fleet::with(|world| {
        world.set_load_balancer(
            "web",
            &[("i-3", "InService"), ("i-1", "OutOfService"), ("i-2", "InService"), ("i-4", "Unknown")],
        );
    })
}

#[test]
fn a_classic_load_balancer_tells_who_is_in_service_and_why_not() {
    let fleet = classic();
    let roster = json(&end(fleet.run_as("i-2", &["roster", "elb:web", "--json"]), 0));
    assert_eq!(members(&roster), ["i-1 OutOfService", "i-2+*", "i-3+", "i-4 Unknown"]);
    assert_eq!((&roster["leads"], &roster["node"]), (&json!(true), &json!("i-2")));
    holds(member(&roster, "i-1")["reason"].as_str().unwrap(), &["UnhealthyThreshold", "(Instance)"]);
    assert_eq!(member(&roster, "i-2")["reason"], "");
    let table = end(fleet.run_as("i-2", &["roster", "elb:web"]), 0).stdout_text();
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 5, "{table}");
    assert!(lines[1].starts_with("i-1   OutOfService") && lines[1].ends_with("(Instance)"), "{table}");
    assert_eq!(lines[2], "i-2   healthy       first, this node");
    assert_eq!(lines[3], "i-3   healthy");
}

#[test]
fn a_load_balancer_without_instances_is_a_group_without_members() {
    let fleet = Fleet::with(|world| world.set_load_balancer("web", &[]));
    assert_eq!(fleet.roster("elb:web")["members"], json!([]));
}

#[test]
fn only_the_load_balancer_is_asked_and_asked_once() {
    let fleet = classic();
    fleet.roster("elb:web");
    assert_eq!((fleet.aws.calls("DescribeInstanceHealth"), fleet.aws.log().len()), (1, 1));
}

#[test]
fn a_target_group_is_found_by_name_and_by_arn() {
    let fleet = Fleet::new();
    let mut arn = String::new();
    fleet.aws.change(|world| {
        arn = world.set_target_group("web", &[("i-2", 80, "healthy"), ("i-1", 80, "draining"), ("i-3", 80, "initial")]);
        world.set_target_group("other", &[("i-9", 80, "healthy")]);
    });
    let by_name = fleet.roster("alb:web");
    assert_eq!(members(&by_name), ["i-1 draining", "i-2+", "i-3 initial"]);
    holds(member(&by_name, "i-1")["reason"].as_str().unwrap(), &["Target.DeregistrationInProgress"]);
    assert_eq!(fleet.aws.calls("DescribeTargetGroups"), 1);
    let by_arn = fleet.roster(&format!("alb:{arn}"));
    assert_eq!(by_arn["members"], by_name["members"]);
    assert_eq!(fleet.aws.calls("DescribeTargetGroups"), 1, "an ARN needs no looking up, nor the permission for it");
}

#[test]
fn an_arn_is_asked_in_its_own_region_and_no_other_need_be_configured() {
    let fleet = Fleet::new();
    let mut arn = String::new();
    fleet.aws.change(|world| {
        "ap-south-1".clone_into(&mut world.region);
        arn = world.set_target_group("web", &[("i-1", 80, "healthy")]);
    });
    let group = format!("alb:{arn}");
    fleet.roster(&group);
    let run = super::support::with_keys(fleet.bare(&["roster", &group]));
    end(run.env("AWS_ENDPOINT_URL", fleet.aws.url()).env("AWS_EC2_METADATA_DISABLED", "true"), 0);
    let regions: Vec<_> = fleet.scopes().into_iter().map(|scope| scope.region).collect();
    assert_eq!(regions, ["ap-south-1", "ap-south-1"]);
}

#[test]
fn an_instance_on_several_ports_counts_once_and_is_healthy_when_one_of_them_is() {
    let fleet = Fleet::with(|world| {
        let targets = [
            ("i-1", 80, "unhealthy"),
            ("i-1", 81, "healthy"),
            ("i-1", 82, "draining"),
            ("i-2", 80, "unused"),
            ("i-2", 81, "unhealthy"),
        ];
        world.set_target_group("web", &targets);
    });
    let roster = fleet.roster("alb:web");
    assert_eq!(members(&roster)[0], "i-1+");
    assert_eq!(members(&roster).len(), 2);
    assert_eq!(member(&roster, "i-2")["healthy"], false);
}

#[test]
fn every_state_but_healthy_keeps_a_target_out() {
    let states = ["initial", "unhealthy", "unused", "draining", "unavailable", "unhealthy.draining"];
    for state in states {
        let fleet = Fleet::with(|world| drop(world.set_target_group("web", &[("i-1", 80, state)])));
        assert_eq!(members(&fleet.roster("alb:web")), [format!("i-1 {state}")]);
    }
}

#[test]
fn address_targets_are_matched_by_this_nodes_own_addresses_in_any_spelling() {
    private_network_with(&["10.20.30.40/32", "2001:db8::7/128"], || {
        for (target, shown) in [("10.20.30.40", "10.20.30.40"), ("2001:0DB8:0:0::0007", "2001:db8::7")] {
            let fleet = Fleet::with(|world| {
                world.set_target_group(
                    "ips",
                    &[(target, 80, "healthy"), ("10.9.9.9", 80, "unhealthy"), ("fd00::1", 80, "healthy")],
                );
            });
            let roster = fleet.roster("alb:ips");
            let me = roster["members"].as_array().unwrap().iter().find(|member| member["this_node"] == true).unwrap();
            assert_eq!((&me["node"], &me["healthy"], &roster["leads"]), (&json!(shown), &json!(true), &json!(true)));
            let leads = end(fleet.run(&["leader", "--group", "alb:ips"]), 0);
            assert_eq!(leads.stdout_text(), "");
        }
        let fleet = Fleet::with(|world| {
            drop(world.set_target_group("ips", &[("127.0.0.1", 80, "healthy"), ("::1", 80, "healthy")]))
        });
        end(fleet.run(&["leader", "--group", "alb:ips"]), 1);
    });
}

#[test]
fn a_node_with_two_healthy_addresses_leads_by_the_first() {
    private_network_with(&["10.0.0.1/32", "10.0.0.3/32"], || {
        let fleet = Fleet::with(|world| {
            world.set_target_group(
                "ips",
                &[("10.0.0.1", 80, "unhealthy"), ("10.0.0.2", 80, "healthy"), ("10.0.0.3", 80, "healthy")],
            );
        });
        end(fleet.run(&["leader", "--group", "alb:ips"]), 1);
        fleet.aws.change(|world| {
            drop(world.set_target_group("ips", &[("10.0.0.1", 80, "healthy"), ("10.0.0.2", 80, "healthy")]))
        });
        end(fleet.run(&["leader", "--group", "alb:ips"]), 0);
    });
}

#[test]
fn functions_and_load_balancers_behind_a_target_group_are_refused_with_an_explanation() {
    for (kind, target) in [
        ("lambda", "arn:aws:lambda:eu-west-1:123456789012:function:resize"),
        ("alb", "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/inner/0123456789abcdef"),
    ] {
        let fleet = Fleet::with(|world| {
            let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/odd/0123456789abcdef".to_owned();
            let targets = vec![Target::new(target, 443, "healthy")];
            world.target_groups.insert("odd".to_owned(), TargetGroup::new(&arn, kind, targets));
        });
        let (error, hint) = refusal(fleet.run(&["roster", "alb:odd"]), 69);
        holds(&error, &["alb:odd", target, "not a node"]);
        holds(&hint, &["instance or ip"]);
    }
}

#[test]
fn an_arn_of_something_else_is_refused_before_anything_is_asked() {
    let fleet = Fleet::new();
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef";
    let (error, hint) = refusal(fleet.run(&["roster", &format!("alb:{arn}")]), 69);
    holds(&error, &[arn, "not the ARN of a target group"]);
    holds(&hint, &["targetgroup/NAME/ID"]);
    assert!(fleet.aws.log().is_empty());
}

#[test]
fn what_aws_says_of_a_member_stays_on_its_line() {
    let fleet = Fleet::with(|world| {
        world.set_load_balancer("web", &[("i-1", "OutOfService")]);
        "first line\nsecond \u{85} line".clone_into(&mut world.load_balancers.get_mut("web").unwrap()[0].description);
    });
    let table = end(fleet.run(&["roster", "elb:web"]), 0).stdout_text();
    assert_eq!(table.lines().count(), 2, "{table}");
}
