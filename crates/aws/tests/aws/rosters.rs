//! Rosters from AWS: states, pages, refusals and silence.

use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings};
use bellwether_core::roster::{Health, RosterErrorKind};
use bellwether_testkit::fake_elb::{FakeAws, Fault, Faults, GroupInstance, Instance, World};
use bellwether_testkit::http::{Reply, Server};
use tokio::time::timeout;

use crate::support::{TIMEOUT, aws_at, known, members, roster, settings};

fn fake(change: impl FnOnce(&mut World)) -> FakeAws {
    let fake = FakeAws::start();
    fake.change(change);
    fake
}

#[tokio::test]
async fn classic_load_balancers() {
    let fake = fake(|world| {
        let states = [("i-2", "InService"), ("i-1", "OutOfService"), ("i-3", "Unknown")];
        world.set_load_balancer("web", &states);
    });
    let found = roster(&aws_at(&fake.url()), "elb:web").await.unwrap();
    assert_eq!(members(&found), ["i-1 OutOfService", "i-2+", "i-3 Unknown"]);
    let (_, health) = found.members().next().unwrap();
    let Health::Unhealthy { reason, .. } = health else { panic!("{health:?}") };
    assert!(reason.ends_with("consecutively. (Instance)"), "{reason}");
}

#[tokio::test]
async fn target_groups_with_ports_and_addresses() {
    let fake = fake(|world| {
        let ports = [("i-1", 80, "draining"), ("i-1", 81, "healthy"), ("i-2", 80, "initial"), ("i-2", 81, "unused")];
        world.set_target_group("web", &ports);
        world.set_target_group("ips", &[("2001:DB8:0::1", 80, "healthy"), ("10.0.0.1", 80, "unavailable")]);
    });
    let aws = aws_at(&fake.url());
    let web = roster(&aws, "alb:web").await.unwrap();
    assert_eq!(members(&web), ["i-1+", "i-2 unused"].map(str::to_owned).map(|text| text.replace("unused", "initial")));
    assert_eq!(members(&roster(&aws, "alb:ips").await.unwrap()), ["10.0.0.1 unavailable", "2001:db8::1+"]);
}

#[tokio::test]
async fn a_target_group_by_arn_needs_one_call_in_the_arns_region() {
    let fake = FakeAws::start();
    let mut arn = String::new();
    fake.change(|world| {
        world.region = "us-east-2".to_owned();
        arn = world.set_target_group("web", &[("i-1", 80, "healthy")]);
    });
    let found = roster(&aws_at(&fake.url()), &format!("alb:{arn}")).await.unwrap();
    assert_eq!(members(&found), ["i-1+"]);
    assert_eq!((fake.calls("DescribeTargetGroups"), fake.calls("DescribeTargetHealth")), (0, 1));
    let log = fake.log();
    let authorization = log[0].request.header("authorization").unwrap();
    assert!(authorization.contains("/us-east-2/elasticloadbalancing/"), "{authorization}");
}

#[tokio::test]
async fn functions_and_load_balancers_are_no_nodes() {
    let fake = fake(|world| {
        let function = "arn:aws:lambda:eu-west-1:123456789012:function:f";
        world.set_target_group("f", &[(function, 80, "healthy")]);
    });
    let error = roster(&aws_at(&fake.url()), "alb:f").await.unwrap_err();
    assert_eq!(error.kind, RosterErrorKind::Invalid);
    assert!(error.remedy.contains("instance or ip"), "{}", error.remedy);
}

fn group_page(instances: &[(&str, &str, &str)], token: &str) -> String {
    let instances: String = instances
        .iter()
        .map(|(id, state, health)| {
            format!(
                "<member><InstanceId>{id}</InstanceId><AvailabilityZone>z</AvailabilityZone>\
                 <LifecycleState>{state}</LifecycleState><HealthStatus>{health}</HealthStatus>\
                 <ProtectedFromScaleIn>false</ProtectedFromScaleIn></member>"
            )
        })
        .collect();
    format!(
        "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>\
         <AutoScalingGroupName>web</AutoScalingGroupName><MinSize>0</MinSize><MaxSize>9</MaxSize>\
         <DesiredCapacity>3</DesiredCapacity><DefaultCooldown>1</DefaultCooldown><AvailabilityZones/>\
         <HealthCheckType>EC2</HealthCheckType><CreatedTime>2026-01-02T03:04:05Z</CreatedTime>\
         <Instances>{instances}</Instances></member></AutoScalingGroups>{token}\
         </DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
    )
}

#[tokio::test]
async fn auto_scaling_groups_are_read_to_the_last_page() {
    let server = Server::start("127.0.0.1:0", |request| {
        let body = request.text();
        let page = if body.contains("NextToken=two") {
            group_page(&[("i-3", "Terminating:Wait", "Healthy"), ("i-4", "InService", "Unhealthy")], "")
        } else if body.contains("NextToken=one") {
            group_page(&[("i-2", "Standby", "Healthy")], "<NextToken>two</NextToken>")
        } else {
            group_page(&[("i-1", "InService", "Healthy")], "<NextToken>one</NextToken>")
        };
        Reply::answer(200, "text/xml", page)
    });
    let found = roster(&aws_at(&server.url()), "asg:web").await.unwrap();
    assert_eq!(members(&found), ["i-1+", "i-2 Standby", "i-3 Terminating:Wait", "i-4 Unhealthy"]);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_list_that_never_ends_is_an_error() {
    let server = Server::start("127.0.0.1:0", |_| {
        Reply::answer(200, "text/xml", group_page(&[("i-1", "InService", "Healthy")], "<NextToken>one</NextToken>"))
    });
    let error = roster(&aws_at(&server.url()), "asg:web").await.unwrap_err();
    assert_eq!(error.kind, RosterErrorKind::Unavailable);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn an_auto_scaling_group_after_empty_pages() {
    let fake = fake(|world| {
        let instances = vec![GroupInstance::new("i-1", "InService", "Healthy")];
        world.auto_scaling_groups.insert("web".to_owned(), instances);
        world.leading_empty_pages = 2;
    });
    assert_eq!(members(&roster(&aws_at(&fake.url()), "asg:web").await.unwrap()), ["i-1+"]);
    assert_eq!(fake.calls("DescribeAutoScalingGroups"), 3);
}

fn tagged(world: &mut World) {
    let states = ["running", "stopped", "terminated", "running", "pending"];
    world.instances = states
        .iter()
        .enumerate()
        .map(|(number, state)| Instance::new(&format!("i-{number}"), state, &[("Role", "web & co")]))
        .collect();
    world.instances.push(Instance::new("i-other", "running", &[("Role", "db")]));
    world.page_size = 2;
}

#[tokio::test]
async fn tagged_instances_are_read_to_the_last_page() {
    let fake = fake(tagged);
    let found = roster(&aws_at(&fake.url()), "tag:Role=web & co").await.unwrap();
    assert_eq!(members(&found), ["i-0+", "i-1 stopped", "i-3+", "i-4 pending"]);
    assert_eq!(fake.calls("DescribeInstances"), 3);
    assert!(roster(&aws_at(&fake.url()), "tag:Role=none").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_failing_page_is_an_error_and_not_a_part() {
    let page = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>\
                <instanceState><name>running</name></instanceState></item></instancesSet></item></reservationSet>\
                <nextToken>two</nextToken></DescribeInstancesResponse>";
    let server = Server::start("127.0.0.1:0", move |request| match request.text().contains("NextToken=two") {
        true => Reply::text(500, ""),
        false => Reply::answer(200, "text/xml", page),
    });
    let error = roster(&aws_at(&server.url()), "tag:a=b").await.unwrap_err();
    assert_eq!(error.kind, RosterErrorKind::Unavailable);
    assert_eq!(server.requests().len(), 3, "the second page is tried twice");
}

#[tokio::test]
async fn a_throttled_question_is_asked_again() {
    let fake = fake(|world| {
        world.set_load_balancer("web", &[("i-1", "InService")]);
        tagged(world);
    });
    for group in ["elb:web", "tag:Role=db"] {
        fake.misbehave(Faults::first(1, Fault::Throttled));
        assert!(roster(&aws_at(&fake.url()), group).await.is_ok(), "{group}");
        fake.misbehave(Faults::always(Fault::Throttled));
        let error = roster(&aws_at(&fake.url()), group).await.unwrap_err();
        assert_eq!(error.kind, RosterErrorKind::Throttled, "{group}");
    }
    assert_eq!((fake.calls("DescribeInstanceHealth"), fake.calls("DescribeInstances")), (4, 4));
}

#[tokio::test]
async fn a_denied_question_names_what_to_allow() {
    let fake = FakeAws::start();
    fake.misbehave(Faults::always(Fault::Denied));
    for (group, action) in [
        ("elb:web", "elasticloadbalancing:DescribeInstanceHealth"),
        ("alb:web", "elasticloadbalancing:DescribeTargetGroups"),
        ("asg:web", "autoscaling:DescribeAutoScalingGroups"),
        ("tag:a=b", "ec2:DescribeInstances"),
    ] {
        let error = roster(&aws_at(&fake.url()), group).await.unwrap_err();
        assert_eq!(error.kind, RosterErrorKind::Denied, "{group}");
        assert!(error.remedy.contains(action) && error.remedy.contains(group), "{}", error.remedy);
    }
    assert_eq!(fake.log().len(), 4, "a denial is not tried again");
}

#[tokio::test]
async fn unknown_names_are_not_found() {
    let fake = FakeAws::start();
    for group in ["elb:none", "alb:none", "asg:none"] {
        let error = roster(&aws_at(&fake.url()), group).await.unwrap_err();
        assert_eq!(error.kind, RosterErrorKind::NotFound, "{group}: {error}");
    }
}

#[tokio::test]
async fn silence_ends_with_the_limits() {
    let fake = FakeAws::start();
    fake.misbehave(Faults::always(Fault::Hang));
    for group in ["elb:web", "alb:web", "asg:web", "tag:a=b"] {
        let aws = Aws::new(AwsSettings { timeout: Some(TIMEOUT), ..settings(&known(&fake.url())) });
        let bound = aws.limits().whole_operation() + Duration::from_secs(1);
        let error = timeout(bound, roster(&aws, group)).await.expect("an end").unwrap_err();
        assert_eq!(error.kind, RosterErrorKind::Unavailable, "{group}");
        assert!(error.message.contains("127.0.0.1"), "{}", error.message);
    }
}

#[tokio::test]
async fn what_is_broken_or_not_there_is_unavailable() {
    let fake = FakeAws::start();
    for fault in [Fault::Drop, Fault::Garbage, Fault::InternalFailure] {
        fake.misbehave(Faults::always(fault));
        for group in ["elb:web", "tag:a=b"] {
            let error = roster(&aws_at(&fake.url()), group).await.unwrap_err();
            assert_eq!(error.kind, RosterErrorKind::Unavailable, "{fault:?} {group}: {error}");
        }
    }
    let gone = fake.url();
    drop(fake);
    let error = roster(&aws_at(&gone), "elb:web").await.unwrap_err();
    assert_eq!(error.kind, RosterErrorKind::Unavailable);
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let server = Server::start("127.0.0.1:0", |_| Reply::answer(200, "text/xml", vec![b' '; (16 << 20) + 1]));
    for group in ["elb:web", "tag:a=b"] {
        let error = roster(&aws_at(&server.url()), group).await.unwrap_err();
        assert_eq!(error.kind, RosterErrorKind::Unavailable, "{group}");
    }
}
