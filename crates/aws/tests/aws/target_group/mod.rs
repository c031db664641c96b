//! Target groups: at moto, where boto3 says what became of what was asked, and at the fake, which shows the rest.

mod faults;
mod moto;

use std::time::Duration;

use bellwether_aws::{AttributeChange, GroupFilter, TargetType};
use bellwether_core::drain::{Standing, Target, TargetGroupArn};
use bellwether_testkit::fake_elb::{FakeAws, World};

use crate::support::aws_at;

fn fake(change: impl FnOnce(&mut World)) -> FakeAws {
    let fake = FakeAws::start();
    fake.set_speed(0.0);
    fake.change(change);
    fake
}

fn arn(fake: &FakeAws, name: &str) -> TargetGroupArn {
    fake.look(|world| world.target_group(name).arn.parse().unwrap())
}

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

#[tokio::test]
async fn groups_are_listed_to_the_last_page_and_by_every_filter() {
    let balancer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1";
    let fake = fake(|world| {
        for number in 0..45 {
            world.set_target_group(&format!("group-{number:02}"), &[]);
        }
        world.target_group("group-07").load_balancers = vec![balancer.to_owned()];
        (world.page_size, world.leading_empty_pages) = (10, 2);
    });
    let groups = aws_at(&fake.url()).target_groups(None);
    let all = groups.list(&GroupFilter::All).await.unwrap();
    let names: Vec<_> = all.iter().map(|group| group.name.clone()).collect();
    assert_eq!(names, (0..45).map(|number| format!("group-{number:02}")).collect::<Vec<_>>());
    let by_names = groups.list(&GroupFilter::Names(names.clone())).await.unwrap();
    let arns = all.iter().map(|group| group.arn.clone()).collect();
    assert_eq!((by_names.len(), groups.list(&GroupFilter::Arns(arns)).await.unwrap()), (45, all.clone()));
    let used = groups.list(&GroupFilter::LoadBalancer(balancer.to_owned())).await.unwrap();
    assert_eq!(used, [all[7].clone()]);
    assert_eq!(groups.list(&GroupFilter::Names(Vec::new())).await.unwrap(), []);
}

#[tokio::test]
async fn a_group_is_shown_with_its_settings() {
    let fake = fake(|world| {
        world.set_target_group("web", &[]);
        world.set_target_group("ips", &[("10.0.0.1", 80, "healthy")]);
        world.target_group("ips").check = None;
    });
    let groups = aws_at(&fake.url()).target_groups(None);
    let web = groups.get("web").await.unwrap();
    let check = web.health_check.clone().unwrap();
    assert_eq!((web.protocol.as_deref(), web.port, &web.target_type), (Some("HTTP"), Some(80), &TargetType::Instance));
    assert_eq!((check.interval, check.timeout, check.healthy_threshold, check.unhealthy_threshold), (30, 5, 5, 2));
    assert_eq!(web.timing(Duration::ZERO).in_service_within, Duration::from_secs(30 * 5 + 5 + 60));
    assert_eq!(groups.get(web.arn.as_str()).await.unwrap(), web);
    let ips = groups.get("ips").await.unwrap();
    assert_eq!((ips.health_check, ips.target_type), (None, TargetType::Ip));
}

#[tokio::test]
async fn every_state_is_told_and_explained() {
    let states = ["healthy", "initial", "unhealthy", "draining", "unused", "unavailable"];
    let fake = fake(|world| {
        let targets: Vec<_> = states.iter().zip(80..).map(|(state, port)| ("i-1", port, *state)).collect();
        world.set_target_group("web", &targets);
    });
    let health = aws_at(&fake.url()).target_groups(None).health(&arn(&fake, "web")).await.unwrap();
    let standings: Vec<_> = health.iter().map(|target| target.observation.standing).collect();
    use Standing::{Draining, Idle, InService, Starting, Unchecked, Unhealthy};
    assert_eq!(standings, [InService, Starting, Unhealthy, Draining, Idle, Unchecked]);
    let targets: Vec<_> = health.iter().map(|target| target.target.to_string()).collect();
    assert_eq!(targets, ["i-1:80", "i-1:81", "i-1:82", "i-1:83", "i-1:84", "i-1:85"]);
    assert_eq!(health[0].explanation(), "");
    assert!(health[1..].iter().all(|target| !target.explanation().is_empty()));
}

#[tokio::test]
async fn a_node_is_found_in_every_group_by_id_and_address() {
    let fake = fake(|world| {
        for number in 0..40 {
            world.set_target_group(&format!("group-{number:02}"), &[("i-2", 80, "healthy")]);
        }
        world.set_target_group("group-05", &[("i-1", 80, "healthy"), ("i-1", 81, "draining")]);
        world.set_target_group("group-31", &[("2001:DB8:0::1", 443, "healthy")]);
        let function = "arn:aws:lambda:eu-west-1:123456789012:function:f";
        world.set_target_group("function", &[(function, 80, "healthy")]);
        world.target_group("function").target_type = "lambda".to_owned();
    });
    let ids = ["i-1".to_owned(), "2001:db8::1".to_owned()];
    let found = aws_at(&fake.url()).target_groups(None).containing(&ids).await.unwrap();
    let found: Vec<_> =
        found.iter().map(|member| (member.group.name.as_str(), member.health.target.to_string())).collect();
    let wanted = [("group-05", "i-1:80"), ("group-05", "i-1:81"), ("group-31", "[2001:db8::1]:443")];
    assert_eq!(found, wanted.map(|(group, target)| (group, target.to_owned())));
    assert_eq!(fake.calls("DescribeTargetHealth"), 40, "functions are not asked");
}

#[tokio::test]
async fn what_breaks_a_rule_is_not_sent() {
    let fake = fake(|world| {
        world.set_target_group("web", &[]);
    });
    let groups = aws_at(&fake.url()).target_groups(None);
    let web = arn(&fake, "web");
    assert!(groups.register(&web, &[]).await.is_err());
    assert!(groups.deregister(&web, &[]).await.is_err());
    assert!(groups.set_attributes(&web, &[]).await.is_err());
    assert!(groups.get("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/a/b").await.is_err());
    assert!(AttributeChange::deregistration_delay(Duration::from_secs(3_601)).is_err());
    assert!(AttributeChange::slow_start(Duration::from_secs(1)).is_err());
    assert!(aws_at(&fake.url()).target_groups(Some("evil.com/")).list(&GroupFilter::All).await.is_err());
    assert!(fake.log().is_empty());
}

#[tokio::test]
async fn a_group_is_asked_for_in_the_region_of_its_arn() {
    let fake = fake(|world| {
        world.region = "us-east-2".to_owned();
        world.set_target_group("web", &[]);
    });
    let groups = aws_at(&fake.url()).target_groups(None);
    groups.register(&arn(&fake, "web"), &[target("i-1")]).await.unwrap();
    let log = fake.log();
    let authorization = log[0].request.header("authorization").unwrap();
    assert!(authorization.contains("/us-east-2/elasticloadbalancing/"), "{authorization}");
}
