//! `asg:` and `tag:` groups.

use bellwether_testkit::fake_elb::{Fault, Faults, GroupInstance, Instance};
use bellwether_testkit::http::{Reply, Server};

use super::support::{Fleet, end, holds, members, refusal, with_keys};

fn tagged(count: usize) -> Fleet {
    Fleet::with(|world| {
        world.page_size = 2;
        world.instances =
            (1..=count).map(|n| Instance::new(&format!("i-{n}"), "running", &[("Role", "web")])).collect();
    })
}

#[test]
fn in_an_auto_scaling_group_only_those_in_service_and_healthy_take_part() {
    let fleet = Fleet::with(|world| {
        let states = [
            ("i-1", "Terminating:Wait", "Healthy"),
            ("i-2", "InService", "Unhealthy"),
            ("i-3", "InService", "Healthy"),
            ("i-4", "Standby", "Healthy"),
            ("i-5", "Pending", "Healthy"),
            ("i-6", "InService", "Healthy"),
        ];
        let instances = states.map(|(id, life, health)| GroupInstance::new(id, life, health)).to_vec();
        world.auto_scaling_groups.insert("fleet".to_owned(), instances);
        world.auto_scaling_groups.insert("other".to_owned(), vec![GroupInstance::new("i-0", "InService", "Healthy")]);
    });
    let roster = fleet.roster("asg:fleet");
    assert_eq!(
        members(&roster),
        ["i-1 Terminating:Wait", "i-2 Unhealthy", "i-3+", "i-4 Standby", "i-5 Pending", "i-6+"]
    );
    end(fleet.run_as("i-3", &["leader", "--group", "asg:fleet"]), 0);
}

#[test]
fn an_auto_scaling_group_that_only_comes_on_a_later_page_is_found() {
    let fleet = Fleet::with(|world| {
        world.auto_scaling_groups.insert("fleet".to_owned(), vec![GroupInstance::new("i-1", "InService", "Healthy")]);
        (world.page_size, world.leading_empty_pages) = (2, 3);
    });
    assert_eq!(members(&fleet.roster("asg:fleet")), ["i-1+"]);
    assert_eq!(fleet.aws.calls("DescribeAutoScalingGroups"), 4);
}

/// One page of an Auto Scaling group's seven instances; `more` when another follows.
fn page(instances: &[&str], more: Option<&str>) -> Reply {
    let member = |id: &&str| {
        format!(
            "<member><InstanceId>{id}</InstanceId><AvailabilityZone>eu-west-1a</AvailabilityZone>\
             <LifecycleState>InService</LifecycleState><HealthStatus>Healthy</HealthStatus>\
             <ProtectedFromScaleIn>false</ProtectedFromScaleIn></member>"
        )
    };
    let members: String = instances.iter().map(member).collect();
    let next = more.map_or_else(String::new, |token| format!("<NextToken>{token}</NextToken>"));
    let group =
        format!("<member><AutoScalingGroupName>fleet</AutoScalingGroupName><Instances>{members}</Instances></member>");
    let result = format!("<AutoScalingGroups>{group}</AutoScalingGroups>{next}");
    let body = format!(
        "<DescribeAutoScalingGroupsResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">\
         <DescribeAutoScalingGroupsResult>{result}</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
    );
    Reply::answer(200, "text/xml", body)
}

#[test]
fn instances_on_every_page_of_an_auto_scaling_group_are_members() {
    let pages = Server::start("127.0.0.1:0", |request| match request.text() {
        text if text.contains("NextToken=two") => page(&["i-3", "i-4", "i-5"], Some("three")),
        text if text.contains("NextToken=three") => page(&["i-6", "i-7"], None),
        _ => page(&["i-1", "i-2"], Some("two")),
    });
    let fleet = Fleet::new();
    let table = end(fleet.run(&["roster", "asg:fleet", "--endpoint-url", &pages.url()]), 0).stdout_text();
    assert_eq!(table.lines().count(), 8, "{table}");
    assert_eq!(pages.requests().len(), 3);
    let endless = Server::start("127.0.0.1:0", |_| page(&["i-1"], Some("again")));
    let (error, _) = refusal(fleet.run(&["roster", "asg:fleet", "--endpoint-url", &endless.url()]), 69);
    holds(&error, &["asg:fleet", "does not end"]);
}

#[test]
fn a_later_page_of_an_auto_scaling_group_that_fails_is_an_error_too() {
    let pages = Server::start("127.0.0.1:0", |request| match request.text().contains("NextToken=two") {
        true => Reply::text(500, "no"),
        false => page(&["i-1", "i-2"], Some("two")),
    });
    let fleet = Fleet::new();
    let (error, _) = refusal(fleet.run(&["roster", "asg:fleet", "--json", "--endpoint-url", &pages.url()]), 69);
    holds(&error, &["autoscaling:DescribeAutoScalingGroups", "asg:fleet", "500"]);
    assert_eq!(pages.requests().len(), 3, "the first page, and two attempts at the second");
}

#[test]
fn instances_with_a_tag_are_read_to_the_last_page() {
    let fleet = tagged(7);
    let all: Vec<_> = (1..=7).map(|n| format!("i-{n}+")).collect();
    assert_eq!(members(&fleet.roster("tag:Role=web")), all);
    assert_eq!(fleet.aws.calls("DescribeInstances"), 4);
}

#[test]
fn a_later_page_that_fails_is_an_error_and_not_a_part_of_the_group() {
    // The fake has no fault for a later page alone, so one page is passed on and the next is not.
    let fleet = tagged(7);
    let address = fleet.aws.url();
    for status in [403, 500] {
        let upstream = address.clone();
        let between = Server::start("127.0.0.1:0", move |request| match request.text().contains("NextToken") {
            true => Reply::text(status, "no"),
            false => forward(&upstream, request),
        });
        let run = fleet.run(&["roster", "tag:Role=web", "--json", "--endpoint-url", &between.url()]);
        let (error, _) = refusal(run, 69);
        holds(&error, &["ec2:DescribeInstances", "tag:Role=web", &status.to_string()]);
        assert!(between.requests().len() >= 2, "the first page was had");
    }
}

/// What the server at `url` answers.
fn forward(url: &str, request: &bellwether_testkit::http::Request) -> Reply {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    let headers: String = request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    write!(stream, "POST / HTTP/1.1\r\n{headers}connection: close\r\n\r\n{}", request.text()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply::answer(status, "text/xml", body)
}

#[test]
fn tagged_instances_that_run_are_healthy_and_those_that_are_gone_are_no_members() {
    let fleet = Fleet::with(|world| {
        let states = ["pending", "running", "shutting-down", "terminated", "stopping", "stopped"];
        let instance = |(n, state): (usize, &&str)| Instance::new(&format!("i-{n}"), state, &[("Role", "web")]);
        world.instances = states.iter().enumerate().map(instance).collect();
        world.instances.push(Instance::new("i-db", "running", &[("Role", "db")]));
        world.instances.push(Instance::new("i-none", "running", &[]));
    });
    let expected = ["i-0 pending", "i-1+", "i-2 shutting-down", "i-4 stopping", "i-5 stopped"];
    assert_eq!(members(&fleet.roster("tag:Role=web")), expected);
}

#[test]
fn tags_may_hold_what_urls_and_filters_may_not() {
    let (key, value) = ("Team & Rôle:x", "a=b+c d/é?");
    let fleet = Fleet::with(|world| world.instances = vec![Instance::new("i-1", "running", &[(key, value)])]);
    fleet.roster(&format!("tag:{key}=plain"));
    let asked = fleet.aws.log().pop().unwrap().request.text();
    holds(&asked, &["Filter.1.Name=tag%3ATeam%20%26%20R%C3%B4le%3Ax"]);
    end(fleet.run(&["roster", &format!("tag:{key}={value}")]), 0);
    let asked = fleet.aws.log().pop().unwrap().request.text();
    holds(&asked, &["Filter.1.Value.1=a%3Db%2Bc%20d%2F%C3%A9%5C%3F"]);
}

#[test]
fn nobody_with_the_tag_is_a_group_without_members() {
    let fleet = tagged(1);
    let done = end(fleet.run(&["roster", "tag:Role=nobody"]), 0);
    assert_eq!(done.stdout_text(), "the group has no members\n");
    let run = fleet.run(&["--verbose", "leader", "--group", "tag:Role=nobody", "--node", "i-1"]);
    holds(&end(run, 1).stderr_text(), &["no member is healthy"]);
}

#[test]
fn a_passing_fault_is_tried_again_before_it_is_one() {
    for (fault, group) in [
        (Fault::Throttled, "tag:Role=web"),
        (Fault::InternalFailure, "tag:Role=web"),
        (Fault::Drop, "tag:Role=web"),
        (Fault::Throttled, "asg:fleet"),
        (Fault::InternalFailure, "asg:fleet"),
    ] {
        let fleet = tagged(1);
        fleet.aws.change(|world| {
            drop(
                world
                    .auto_scaling_groups
                    .insert("fleet".to_owned(), vec![GroupInstance::new("i-1", "InService", "Healthy")]),
            )
        });
        fleet.aws.misbehave(Faults::first(1, fault));
        assert_eq!(members(&fleet.roster(group)), ["i-1+"], "{fault:?}");
        assert_eq!(fleet.aws.log().len(), 2);
    }
}

#[test]
fn attempts_are_as_many_as_are_configured() {
    let fleet = tagged(1);
    fleet.aws.misbehave(Faults::always(Fault::InternalFailure));
    for (attempts, group) in [("1", "tag:Role=web"), ("4", "tag:Role=web"), ("4", "asg:fleet")] {
        let before = fleet.aws.log().len();
        end(with_keys(fleet.run(&["roster", group])).env("BELLWETHER_AWS_ATTEMPTS", attempts), 69);
        assert_eq!((fleet.aws.log().len() - before).to_string(), attempts);
    }
}
