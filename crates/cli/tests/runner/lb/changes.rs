//! The changes that the tutorial does not have, on moto, and what boto3 sees of them.

use serde_json::json;

use super::support::{boto, created, described, holds, lb, printed, refusal};

const REGION: &str = "eu-west-2";

const CERTIFICATE: &str = "arn:aws:iam::123456789012:server-certificate/one";

#[test]
fn a_load_balancer_is_created_in_subnets_with_all_there_is_to_say() {
    let network = boto("network", &json!({"region": REGION}));
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let (subnet, group) = (text(&network["subnets"]["eu-west-2a"]), text(&network["groups"][0]));
    let listener = format!("443:80/https/http,{CERTIFICATE}");
    let places = ["--subnet", &subnet, "--security-group", &group, "--scheme", "internal"];
    let tags = ["--tag", "Name=web 1", "--tag", "Ünïcode=a=b"];
    printed(lb(REGION, &[&["create", "inner", "--listener", &listener], &places[..], &tags[..]].concat()));
    let peer = described(REGION, "inner");
    assert_eq!((&peer["Scheme"], &peer["Subnets"]), (&json!("internal"), &json!([subnet])));
    assert_eq!((&peer["SecurityGroups"], &peer["VPCId"]), (&json!([group]), &network["vpc"]));
    assert_eq!(peer["ListenerDescriptions"][0]["Listener"]["SSLCertificateId"], CERTIFICATE);
    let tags = boto("tags", &json!({"region": REGION, "name": "inner"}));
    assert_eq!(tags, json!({"Name": "web 1", "Ünïcode": "a=b"}));

    let (other, second) = (text(&network["subnets"]["eu-west-2b"]), text(&network["groups"][1]));
    let attached = printed(lb(REGION, &["subnet", "attach", "inner", &other]));
    holds(&attached, &["inner: in ", &subnet, &other]);
    assert_eq!(printed(lb(REGION, &["subnet", "detach", "inner", &subnet])), format!("inner: in {other}\n"));
    let set = printed(lb(REGION, &["security-group", "set", "inner", &group, &second]));
    holds(&set, &["inner: has ", &group, &second]);
    let peer = described(REGION, "inner");
    assert_eq!((&peer["Subnets"], &peer["SecurityGroups"]), (&json!([other]), &json!([group, second])));
}

#[test]
fn listeners_come_go_and_change_their_certificate() {
    created(REGION, "listening");
    let secure = format!("443:80/https/http,{CERTIFICATE}");
    let said = printed(lb(REGION, &["listener", "add", "listening", &secure, "25:25/tcp"]));
    assert_eq!(said, "listening: listens on 443, 25\n");
    let other = CERTIFICATE.replace("one", "two");
    printed(lb(REGION, &["certificate", "set", "listening", "443", &other]));
    let said = printed(lb(REGION, &["listener", "remove", "listening", "25"]));
    assert_eq!(said, "listening: no longer listens on 25\n");
    let peer = described(REGION, "listening");
    let listeners = peer["ListenerDescriptions"].as_array().unwrap();
    let ports: Vec<_> = listeners.iter().map(|described| described["Listener"]["LoadBalancerPort"].clone()).collect();
    assert_eq!(ports, [json!(80), json!(443)]);
    assert_eq!(listeners[1]["Listener"]["SSLCertificateId"], other.as_str());
}

#[test]
fn what_is_taken_already_is_told() {
    created(REGION, "taken");
    let create = ["create", "taken", "--listener", "81:81/tcp", "--zone", "eu-west-2a"];
    let (error, hint) = refusal(lb(REGION, &create), 69);
    holds(&error, &["CreateLoadBalancer", "elb:taken", REGION, "DuplicateLoadBalancerName"]);
    assert!(!hint.is_empty());
    let (error, _) = refusal(lb(REGION, &["listener", "add", "taken", "80:81/http"]), 69);
    holds(&error, &["elb:taken", "DuplicateListener"]);
}

#[test]
fn the_parts_of_a_health_check_that_are_not_given_stay() {
    created(REGION, "checked");
    let check = |arguments: &[&str]| printed(lb(REGION, &[&["health-check", "checked"], arguments].concat()));
    check(&["--target", "http:8080/ok", "--interval", "1m", "--timeout", "10s", "--healthy", "2", "--unhealthy", "7"]);
    check(&["--interval", "30"]);
    let said = check(&["--target", "tcp:22"]);
    assert_eq!(said, "checked: TCP:22 every 30 s, timeout 10 s, healthy after 2, unhealthy after 7\n");
    let expected =
        json!({"Target": "TCP:22", "Interval": 30, "Timeout": 10, "UnhealthyThreshold": 7, "HealthyThreshold": 2});
    assert_eq!(described(REGION, "checked")["HealthCheck"], expected);
    let (error, _) = refusal(lb(REGION, &["health-check", "checked", "--interval", "10"]), 64);
    holds(&error, &["timeout of 10 s is not below the interval of 10 s"]);
    assert_eq!(described(REGION, "checked")["HealthCheck"], expected, "nothing was changed");
}

#[test]
fn tags_are_listed_set_and_removed() {
    created(REGION, "tagged");
    assert_eq!(printed(lb(REGION, &["tag", "add", "tagged", "a=1", "b", "c=x=y"])), "tagged: a=1, b=, c=x=y\n");
    printed(lb(REGION, &["tag", "add", "tagged", "a=2"]));
    assert_eq!(printed(lb(REGION, &["tag", "remove", "tagged", "b", "never"])), "tagged: without b, never\n");
    assert_eq!(boto("tags", &json!({"region": REGION, "name": "tagged"})), json!({"a": "2", "c": "x=y"}));
    let listed = printed(lb(REGION, &["tag", "list", "tagged"]));
    assert_eq!(listed, "NAME    KEY  VALUE\ntagged  a    2\ntagged  c    x=y\n");
}
