//! Every action is sent as boto3 sends it: both make the same calls to a server that writes them down.

use std::collections::{BTreeMap, BTreeSet};

use bellwether_aws::{Balancers, balancer_change_permissions, balancer_permissions};
use bellwether_core::balancer::{
    AccessLog, AttributeChanges, BalancerName, ConnectionDraining, DesyncMode, HealthCheck, NewBalancer, PolicyName,
    Scheme,
};
use bellwether_testkit::http::{Reply, Request, Server};
use bellwether_testkit::moto::run_boto;
use percent_encoding::percent_decode_str;

use super::{all, balancers_at, named};

/// The same calls, in the same order as in [`make_every_call`].
const PEER: &str = include_str!("requests.py");

/// What moto does not know; here it is only compared with boto3 and served by servers of the tests.
const UNKNOWN_TO_MOTO: [&str; 2] = ["DescribeAccountLimits", "DescribeLoadBalancerPolicyTypes"];

const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/a+b&c=d";

/// The parameters of a request.
pub(super) fn parameters(request: &Request) -> BTreeMap<String, String> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8().unwrap().into_owned();
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    };
    request.text().split('&').map(pair).collect()
}

/// An answer to any action, with nothing in it.
pub(super) fn nothing(request: &Request) -> Reply {
    let action = parameters(request)["Action"].clone();
    let body = format!(
        "<{action}Response xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/\"><{action}Result/>\
         <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>"
    );
    Reply::answer(200, "text/xml", body)
}

fn policy(name: &str) -> PolicyName {
    name.parse().unwrap()
}

async fn make_every_call(balancers: &Balancers) {
    let web = named("web");
    call_the_load_balancers(balancers, &web).await;
    call_what_they_listen_on(balancers, &web).await;
    call_the_instances_and_places(balancers, &web).await;
    call_the_attributes(balancers, &web).await;
    call_the_policies(balancers, &web).await;
    call_the_tags(balancers, &web).await;
}

async fn call_the_load_balancers(balancers: &Balancers, web: &BalancerName) {
    let in_zones = NewBalancer {
        listeners: all(&["80:8080/http", "443:80/https/http,arn:aws:acm:eu-west-1:1:certificate/a", "25:25/tcp/ssl"]),
        zones: all(&["eu-west-1a", "eu-west-1b"]),
        ..NewBalancer::default()
    };
    let in_subnets = NewBalancer {
        listeners: all(&["22:22/tcp"]),
        subnets: all(&["subnet-1", "subnet-2"]),
        security_groups: all(&["sg-1"]),
        scheme: Some(Scheme::Internal),
        tags: all(&["Name=a b=c+dü", "empty="]),
        ..NewBalancer::default()
    };
    balancers.create(web, &in_zones).await.unwrap();
    balancers.create(web, &in_subnets).await.unwrap();
    balancers.list(None).await.unwrap();
    balancers.list(Some(400)).await.unwrap();
    // An answer without them is an error; what counts here is the question.
    balancers.describe(&[named("a"), named("b")]).await.unwrap_err();
    balancers.delete(web).await.unwrap();
    balancers.account_limits().await.unwrap();
}

async fn call_what_they_listen_on(balancers: &Balancers, web: &BalancerName) {
    balancers.add_listeners(web, &all(&["81:8081/HTTP", "444:80/ssl,arn:x"])).await.unwrap();
    balancers.remove_listeners(web, &[81, 444]).await.unwrap();
    balancers.set_certificate(web, 443, CERTIFICATE).await.unwrap();
    let check = HealthCheck { interval: 20, ..HealthCheck::new("http:8080/health?a=b&c=d e".parse().unwrap()) };
    balancers.configure_health_check(web, &check).await.unwrap();
}

async fn call_the_instances_and_places(balancers: &Balancers, web: &BalancerName) {
    balancers.register(web, &all(&["i-1", "i-2"])).await.unwrap();
    balancers.deregister(web, &all(&["i-1"])).await.unwrap();
    balancers.instance_health(web, &[]).await.unwrap();
    balancers.instance_health(web, &all(&["i-1", "i-2"])).await.unwrap();
    balancers.enable_zones(web, &all(&["eu-west-1c"])).await.unwrap();
    balancers.disable_zones(web, &all(&["eu-west-1a", "eu-west-1b"])).await.unwrap();
    balancers.attach_subnets(web, &all(&["subnet-3"])).await.unwrap();
    balancers.detach_subnets(web, &all(&["subnet-1", "subnet-2"])).await.unwrap();
    balancers.set_security_groups(web, &all(&["sg-1", "sg-2"])).await.unwrap();
}

async fn call_the_attributes(balancers: &Balancers, web: &BalancerName) {
    let everything = AttributeChanges {
        cross_zone: Some(true),
        access_log: Some(AccessLog {
            enabled: true,
            bucket: Some("logs".to_owned()),
            prefix: Some("web/1".to_owned()),
            interval_minutes: Some(5),
        }),
        connection_draining: Some(ConnectionDraining { enabled: true, timeout: Some(300) }),
        idle_timeout: Some(4_000),
        ..AttributeChanges::default()
    };
    let off = AttributeChanges {
        cross_zone: Some(false),
        access_log: Some(AccessLog::default()),
        connection_draining: Some(ConnectionDraining::default()),
        ..AttributeChanges::default()
    };
    balancers.modify_attributes(web, &everything.with_desync_mode(DesyncMode::Monitor)).await.unwrap();
    balancers.modify_attributes(web, &off).await.unwrap();
    balancers.attributes(web).await.unwrap_err();
}

async fn call_the_policies(balancers: &Balancers, web: &BalancerName) {
    balancers.create_app_cookie_policy(web, &policy("app"), "JSESSIONID").await.unwrap();
    balancers.create_lb_cookie_policy(web, &policy("lb"), Some(600)).await.unwrap();
    balancers.create_lb_cookie_policy(web, &policy("browser"), None).await.unwrap();
    let attributes = all(&["Protocol-TLSv1.2=true", "Reference="]);
    balancers.create_policy(web, &policy("tls"), &policy("SSLNegotiationPolicyType"), &attributes).await.unwrap();
    balancers.create_policy(web, &policy("bare"), &policy("SomeType"), &[]).await.unwrap();
    balancers.set_listener_policies(web, 443, &[policy("tls"), policy("lb")]).await.unwrap();
    balancers.set_listener_policies(web, 443, &[]).await.unwrap();
    balancers.set_backend_policies(web, 8_080, &[policy("proxy")]).await.unwrap();
    balancers.set_backend_policies(web, 8_080, &[]).await.unwrap();
    balancers.delete_policy(web, &policy("tls")).await.unwrap();
    balancers.policies(web, &[]).await.unwrap();
    balancers.policies(web, &[policy("tls")]).await.unwrap();
    balancers.sample_policies(&[]).await.unwrap();
    balancers.sample_policies(&[policy("ELBSample-x")]).await.unwrap();
    balancers.policy_types(&[]).await.unwrap();
    balancers.policy_types(&[policy("ProxyProtocolPolicyType")]).await.unwrap();
}

async fn call_the_tags(balancers: &Balancers, web: &BalancerName) {
    balancers.add_tags(web, &all(&["Name=web 1", "empty="])).await.unwrap();
    balancers.remove_tags(web, &all(&["Name", "a=b"])).await.unwrap();
    balancers.tags(&[web.clone(), named("other")]).await.unwrap();
}

fn requests(server: &Server) -> Vec<BTreeMap<String, String>> {
    server.requests().iter().map(parameters).collect()
}

#[tokio::test]
async fn every_action_is_sent_as_boto3_sends_it() {
    let (ours, theirs) = (Server::start("127.0.0.1:0", nothing), Server::start("127.0.0.1:0", nothing));
    make_every_call(&balancers_at(&ours.url(), "eu-west-1")).await;
    run_boto(&theirs.url(), PEER, &[("CERTIFICATE", CERTIFICATE)]);
    let (ours, theirs) = (requests(&ours), requests(&theirs));
    for (place, (our, their)) in ours.iter().zip(&theirs).enumerate() {
        assert_eq!(our, their, "request {place}");
    }
    assert_eq!(ours.len(), theirs.len());

    let seen: BTreeSet<String> = ours.iter().map(|request| request["Action"].clone()).collect();
    assert_eq!(seen.len(), 29, "{seen:?}");
    let permissions = [balancer_permissions(), balancer_change_permissions()].concat();
    let allowed: BTreeSet<String> = permissions
        .iter()
        .filter_map(|permission| permission.strip_prefix("elasticloadbalancing:").map(str::to_owned))
        .collect();
    assert_eq!(seen, allowed, "the permissions are those of the actions");
}

#[tokio::test]
async fn what_is_not_tried_on_moto_is_what_moto_does_not_know() {
    let unknown = run_boto("http://127.0.0.1:1", include_str!("unknown_to_moto.py"), &[]);
    assert_eq!(unknown.trim(), UNKNOWN_TO_MOTO.join(","));
}
