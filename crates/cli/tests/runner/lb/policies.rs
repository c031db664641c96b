//! `lb policy`, on moto; the types of policies, which moto does not know, on a server of the test.

use bellwether_testkit::http::{Reply, Server};
use serde_json::json;

use super::support::{answer, as_json, boto, created, described, end, lb, lb_at, printed};

const REGION: &str = "ca-central-1";

fn policy(arguments: &[&str]) -> String {
    printed(lb(REGION, &[&["policy"], arguments].concat()))
}

#[test]
fn policies_are_created_applied_taken_away_and_deleted() {
    created(REGION, "governed");
    let said = policy(&["create", "governed", "sticky", "--lb-cookie", "--expires", "10m"]);
    assert_eq!(said, "governed: has the policy sticky, which is not applied yet\n");
    policy(&["create", "governed", "browser", "--lb-cookie"]);
    policy(&["create", "governed", "session", "--app-cookie", "JSESSIONID"]);
    let proxy = ["--type", "ProxyProtocolPolicyType", "--attribute", "ProxyProtocol=true"];
    policy(&[&["create", "governed", "proxy"], &proxy[..]].concat());
    assert_eq!(policy(&["apply", "governed", "--port", "80", "sticky"]), "governed: port 80 has sticky\n");
    let said = policy(&["apply", "governed", "--instance-port", "8080", "proxy"]);
    assert_eq!(said, "governed: port 8080 of the instances has proxy\n");

    let peer = described(REGION, "governed");
    assert_eq!(peer["ListenerDescriptions"][0]["PolicyNames"], json!(["sticky"]));
    assert_eq!(peer["BackendServerDescriptions"], json!([{"InstancePort": 8080, "PolicyNames": ["proxy"]}]));
    let app = json!([{"PolicyName": "session", "CookieName": "JSESSIONID"}]);
    assert_eq!(peer["Policies"]["AppCookieStickinessPolicies"], app);
    let sticky = &peer["Policies"]["LBCookieStickinessPolicies"][0];
    assert_eq!((&sticky["PolicyName"], &sticky["CookieExpirationPeriod"]), (&json!("sticky"), &json!(600)));

    assert_eq!(policy(&["apply", "governed", "--port", "80", "--none"]), "governed: port 80 has no policy\n");
    assert_eq!(policy(&["delete", "governed", "sticky"]), "governed: the policy sticky is gone\n");
    policy(&["apply", "governed", "--instance-port", "8080", "--none"]);
    assert_eq!(described(REGION, "governed")["ListenerDescriptions"][0]["PolicyNames"], json!([]));

    let told = as_json(&end(lb(REGION, &["policy", "list", "governed", "--json"]), 0));
    let peer = boto("policies", &json!({"region": REGION, "name": "governed"}));
    let ours = told[0]["policies"].as_array().unwrap().iter().map(|policy| &policy["name"]);
    let theirs = peer.as_array().unwrap().iter().map(|policy| &policy["PolicyName"]);
    assert_eq!(ours.collect::<Vec<_>>(), theirs.collect::<Vec<_>>());
    assert_eq!(told[0]["name"], "governed");
    let one = printed(lb(REGION, &["policy", "list", "governed", "--policy", "proxy"]));
    assert_eq!(one.lines().count(), 2, "{one}");
    assert_eq!(one.lines().nth(1), Some("governed  proxy   ProxyProtocolPolicyType  ProxyProtocol=true"));
}

const TYPES: &str = "<PolicyTypeDescriptions><member><PolicyTypeName>ProxyProtocolPolicyType</PolicyTypeName>\
    <Description>Adds the client's address.</Description><PolicyAttributeTypeDescriptions><member>\
    <AttributeName>ProxyProtocol</AttributeName><AttributeType>Boolean</AttributeType>\
    <Cardinality>ZERO_OR_ONE(0..1)</Cardinality></member></PolicyAttributeTypeDescriptions></member>\
    <member><PolicyTypeName>BareType</PolicyTypeName></member></PolicyTypeDescriptions>";

#[test]
fn the_types_of_policies_are_told_with_their_attributes() {
    let server = Server::start("127.0.0.1:0", |request| answer(request, TYPES));
    let text = printed(lb_at(&server.url(), REGION, &["policy", "types"]));
    assert_eq!(
        text,
        "ProxyProtocolPolicyType\n  Adds the client's address.\n  \
         ATTRIBUTE      TYPE     DEFAULT  HOW OFTEN          MEANING\n  \
         ProxyProtocol  Boolean           at most one value\n\nBareType\n"
    );
    let told = as_json(&end(lb_at(&server.url(), REGION, &["policy", "types", "--json"]), 0));
    let attribute = json!({
        "name": "ProxyProtocol", "value_type": "Boolean", "description": "", "default": null,
        "cardinality": "ZERO_OR_ONE",
    });
    assert_eq!(told[0]["attributes"], json!([attribute]));
    assert_eq!(told[1], json!({"name": "BareType", "description": "", "attributes": []}));
}

#[test]
fn samples_belong_to_no_load_balancer() {
    let server = Server::start("127.0.0.1:0", |request| -> Reply {
        let policy = "<PolicyDescriptions><member><PolicyName>ELBSample-x</PolicyName>\
                      <PolicyTypeName>T</PolicyTypeName></member></PolicyDescriptions>";
        answer(request, policy)
    });
    let told = as_json(&end(lb_at(&server.url(), REGION, &["policy", "list", "--samples", "--json"]), 0));
    let policy = json!({"name": "ELBSample-x", "type_name": "T", "attributes": []});
    assert_eq!(told, json!([{"name": null, "policies": [policy]}]));
}
