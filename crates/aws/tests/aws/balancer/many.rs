//! Lists that do not fit in one answer or one request.

use std::time::Duration;

use bellwether_core::balancer::{BalancerName, InstanceId, InstanceState};
use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use serde_json::json;

use super::requests::parameters;
use super::{balancers, balancers_at, boto, created, described, named};

const REGION: &str = "us-west-2";

fn recording() -> Proxy {
    Proxy::start(Moto::shared().endpoint(), Duration::ZERO)
}

#[tokio::test]
async fn four_hundred_and_fifty_load_balancers_are_listed_to_the_last_page() {
    let region = "ap-northeast-1";
    boto("create_many", &json!({"region": region, "count": 450}));
    let proxy = recording();
    let balancers = balancers_at(&proxy.url(), region);
    let names = |found: &[bellwether_core::balancer::LoadBalancer]| -> Vec<String> {
        found.iter().map(|balancer| balancer.name.clone()).collect()
    };
    let expected = boto("names", &json!({"region": region}));
    assert_eq!(expected.as_array().unwrap().len(), 450);
    assert_eq!(json!(names(&balancers.list(None).await.unwrap())), expected);
    let before = proxy.log().len();
    assert_eq!(json!(names(&balancers.list(Some(400)).await.unwrap())), expected);
    assert_eq!(proxy.log().len() - before, 2, "two pages");

    let asked: Vec<BalancerName> =
        [449, 0, 225, 449].iter().map(|number| named(&format!("many-{number:03}"))).collect();
    let found = balancers.describe(&asked).await.unwrap();
    assert_eq!(names(&found), ["many-449", "many-000", "many-225"], "each once, in the order asked for");

    let all: Vec<BalancerName> = (0..450).rev().map(|number| named(&format!("many-{number:03}"))).collect();
    let before = proxy.log().len();
    let found = balancers.describe(&all).await.unwrap();
    assert_eq!((found.len(), found[0].name.as_str()), (450, "many-449"));
    assert!(proxy.log().len() - before >= 5, "not all names in one request");

    let before = proxy.log().len();
    let tags = balancers.tags(&all[..45]).await.unwrap();
    assert_eq!((tags.len(), proxy.log().len() - before), (45, 3), "20 names in a request");
}

#[tokio::test]
async fn a_thousand_instances_are_registered_and_taken_out_in_parts() {
    let proxy = recording();
    let balancers = balancers_at(&proxy.url(), REGION);
    let name = created(&balancers, REGION, "crowded").await;
    let ids: Vec<InstanceId> = (0..1_000).map(|number| InstanceId::new(format!("i-{number:017x}")).unwrap()).collect();
    let twice = [&ids[..], &ids[..500]].concat();
    let before = proxy.log().len();
    balancers.register(&name, &twice).await.unwrap();
    assert_eq!(proxy.log().len() - before, 10);
    let expected: Vec<_> = ids.iter().map(|id| json!({"InstanceId": id})).collect();
    assert_eq!(described(REGION, &name)["Instances"], json!(expected), "each once, in order");

    balancers.deregister(&name, &ids[..999]).await.unwrap();
    assert_eq!(described(REGION, &name)["Instances"], json!([expected[999]]));
    let before = proxy.log().len();
    let states = balancers.instance_health(&name, &ids[..999]).await.unwrap();
    assert!(states.iter().all(|health| health.state == InstanceState::Unknown));
    assert_eq!((states.len(), proxy.log().len() - before), (999, 10));
}

#[tokio::test]
async fn ec2_tells_the_names_of_hundreds_of_instances_and_leaves_out_those_that_are_gone() {
    let mut ids = Moto::shared().run_instances(REGION, 2, &[("Role", "x"), ("Name", "web 1")]);
    Moto::shared().stop_instances(REGION, &[&ids[1]]);
    ids.extend((0..300).map(|number| format!("i-{number:017x}")));
    let proxy = recording();
    let ids: Vec<InstanceId> = ids.iter().map(|id| id.parse().unwrap()).collect();
    let found = balancers_at(&proxy.url(), REGION).ec2_instances(&ids).await.unwrap();
    let found: Vec<_> = found.iter().map(|found| (&*found.id, &*found.state, found.name.as_deref())).collect();
    let name = Some("web 1");
    assert_eq!(found, [(ids[0].as_str(), "running", name), (ids[1].as_str(), "stopped", name)]);
    assert_eq!(proxy.log().len(), 2);
}

#[tokio::test]
async fn blanks_around_the_name_of_an_instance_are_part_of_it() {
    for name in [" web 1", "web  1 \u{3000}", " "] {
        let ids = Moto::shared().run_instances(REGION, 1, &[("Name", name)]);
        let found = balancers_at(Moto::shared().endpoint(), REGION).ec2_instances(&[ids[0].parse().unwrap()]).await;
        assert_eq!(found.unwrap()[0].name.as_deref(), Some(name));
    }
}

/// An answer to registering: `ids` are registered now.
fn registered(ids: &[&str]) -> Reply {
    let members: String = ids.iter().map(|id| format!("<member><InstanceId>{id}</InstanceId></member>")).collect();
    let body = format!(
        "<RegisterInstancesWithLoadBalancerResponse><RegisterInstancesWithLoadBalancerResult><Instances>{members}\
         </Instances></RegisterInstancesWithLoadBalancerResult></RegisterInstancesWithLoadBalancerResponse>"
    );
    Reply::answer(200, "text/xml", body)
}

#[tokio::test]
async fn the_answer_tells_who_is_registered_in_the_end() {
    let server = Server::start("127.0.0.1:0", |request| {
        let last = parameters(request).contains_key("Instances.member.50");
        if last { registered(&["i-first"]) } else { registered(&["i-first", "i-second"]) }
    });
    let ids: Vec<InstanceId> = (0..120).map(|number| InstanceId::new(format!("i-{number}")).unwrap()).collect();
    let all = balancers_at(&server.url(), REGION).register(&named("web"), &ids).await.unwrap();
    assert_eq!(all, ["i-first", "i-second"]);
}

#[tokio::test]
async fn a_failure_after_some_parts_tells_how_many_are_done() {
    let server = Server::start("127.0.0.1:0", |request| match request.text().contains("i-150") {
        true => super::faults::refusal(400, "InvalidInstance"),
        false => registered(&["i-first"]),
    });
    let ids: Vec<InstanceId> = (0..250).map(|number| InstanceId::new(format!("i-{number}")).unwrap()).collect();
    let error = balancers_at(&server.url(), REGION).register(&named("web"), &ids).await.unwrap_err();
    assert!(error.message.ends_with("the first 100 of 250 instances are registered"), "{error}");
    assert_eq!(server.requests().len(), 2, "nothing is sent after a failure");
}

#[tokio::test]
async fn a_list_that_never_ends_is_an_error() {
    let body = "<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancerDescriptions/>\
                <NextMarker>again</NextMarker></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>";
    let server = Server::start("127.0.0.1:0", move |_| Reply::answer(200, "text/xml", body));
    let error = balancers_at(&server.url(), REGION).list(None).await.unwrap_err();
    assert!(error.message.contains("does not end"), "{error}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn limits_are_read_to_the_last_page() {
    let server = Server::start("127.0.0.1:0", |request| {
        let (name, marker) = match parameters(request).contains_key("Marker") {
            true => ("classic-listeners", ""),
            false => ("classic-load-balancers", "<NextMarker>two</NextMarker>"),
        };
        let body = format!(
            "<DescribeAccountLimitsResponse><DescribeAccountLimitsResult><Limits><member><Name>{name}</Name>\
             <Max>20</Max></member></Limits>{marker}</DescribeAccountLimitsResult></DescribeAccountLimitsResponse>"
        );
        Reply::answer(200, "text/xml", body)
    });
    let limits = balancers_at(&server.url(), REGION).account_limits().await.unwrap();
    let limits: Vec<_> = limits.iter().map(|limit| (limit.name.as_str(), limit.max.as_str())).collect();
    assert_eq!(limits, [("classic-load-balancers", "20"), ("classic-listeners", "20")]);
}

#[tokio::test]
async fn a_name_among_others_that_is_not_there_is_not_found() {
    let balancers = balancers(REGION);
    let there = created(&balancers, REGION, "there").await;
    let error = balancers.describe(&[there, named("not-there")]).await.unwrap_err();
    assert_eq!(error.kind, bellwether_aws::ApiErrorKind::NotFound, "{error}");
}
