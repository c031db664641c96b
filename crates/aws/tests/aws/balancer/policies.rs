//! Policies on moto, and what boto3 sees of them. moto has no policy types: those come from a server of the test.

use bellwether_aws::ApiErrorKind;
use bellwether_core::balancer::{AppCookiePolicy, Cardinality, LbCookiePolicy, PolicyName};
use bellwether_testkit::http::{Reply, Server};
use serde_json::json;

use super::{all, balancers, balancers_at, boto, created, described};

const REGION: &str = "eu-west-3";

fn policy(name: &str) -> PolicyName {
    name.parse().unwrap()
}

#[tokio::test]
async fn policies_are_created_given_and_deleted() {
    let balancers = balancers(REGION);
    let name = created(&balancers, REGION, "governed").await;
    balancers.create_app_cookie_policy(&name, &policy("app"), "JSESSIONID").await.unwrap();
    balancers.create_lb_cookie_policy(&name, &policy("lb"), Some(600)).await.unwrap();
    balancers.create_lb_cookie_policy(&name, &policy("browser"), None).await.unwrap();
    let attributes = all(&["ProxyProtocol=true"]);
    balancers.create_policy(&name, &policy("proxy"), &policy("ProxyProtocolPolicyType"), &attributes).await.unwrap();
    balancers.set_listener_policies(&name, 80, &[policy("lb")]).await.unwrap();
    balancers.set_backend_policies(&name, 8_080, &[policy("proxy")]).await.unwrap();

    let peer = described(REGION, &name);
    assert_eq!(peer["ListenerDescriptions"][0]["PolicyNames"], json!(["lb"]));
    assert_eq!(peer["BackendServerDescriptions"], json!([{"InstancePort": 8080, "PolicyNames": ["proxy"]}]));
    let found = balancers.get(&name).await.unwrap();
    let app = AppCookiePolicy { name: "app".to_owned(), cookie: "JSESSIONID".to_owned() };
    assert_eq!(found.policies.app_cookie, [app]);
    let lb = |name: &str, expiration_seconds| LbCookiePolicy { name: name.to_owned(), expiration_seconds };
    assert_eq!(found.policies.lb_cookie, [lb("lb", Some(600)), lb("browser", None)]);
    assert_eq!(found.policies.other, ["proxy"]);
    assert_eq!(found.listeners[0].policies, ["lb"]);
    assert_eq!((found.backend_servers[0].port, &found.backend_servers[0].policies), (8_080, &found.policies.other));

    balancers.set_listener_policies(&name, 80, &[]).await.unwrap();
    balancers.delete_policy(&name, &policy("lb")).await.unwrap();
    assert_eq!(described(REGION, &name)["ListenerDescriptions"][0]["PolicyNames"], json!([]));
    let told = boto("policies", &json!({"region": REGION, "name": name}));
    let names: Vec<_> = told.as_array().unwrap().iter().map(|policy| policy["PolicyName"].as_str().unwrap()).collect();
    assert_eq!(names, ["app", "browser", "proxy"]);
}

#[tokio::test]
async fn policies_are_described_with_their_attributes() {
    let balancers = balancers(REGION);
    let name = created(&balancers, REGION, "explained").await;
    let attributes = all(&["ProxyProtocol=true"]);
    balancers.create_policy(&name, &policy("proxy"), &policy("ProxyProtocolPolicyType"), &attributes).await.unwrap();
    balancers.create_app_cookie_policy(&name, &policy("app"), "c").await.unwrap();
    let found = balancers.policies(&name, &[]).await.unwrap();
    let peer = boto("policies", &json!({"region": REGION, "name": name}));
    assert_eq!(found.len(), 2);
    for (ours, theirs) in found.iter().zip(peer.as_array().unwrap()) {
        assert_eq!((&json!(ours.name), &json!(ours.type_name)), (&theirs["PolicyName"], &theirs["PolicyTypeName"]));
    }
    assert_eq!(balancers.policies(&name, &[policy("proxy")]).await.unwrap(), &found[..1]);
    assert_eq!(found[0].attributes, attributes);
    let error = balancers.policies(&name, &[policy("nobody")]).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::NotFound, "{error}");
}

const TYPES: &str = "<DescribeLoadBalancerPolicyTypesResponse \
    xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/\"><DescribeLoadBalancerPolicyTypesResult>\
    <PolicyTypeDescriptions><member><PolicyTypeName>ProxyProtocolPolicyType</PolicyTypeName>\
    <Description>Adds the client's address.</Description><PolicyAttributeTypeDescriptions><member>\
    <AttributeName>ProxyProtocol</AttributeName><AttributeType>Boolean</AttributeType>\
    <Cardinality>ONE</Cardinality></member></PolicyAttributeTypeDescriptions></member></PolicyTypeDescriptions>\
    </DescribeLoadBalancerPolicyTypesResult></DescribeLoadBalancerPolicyTypesResponse>";

#[tokio::test]
async fn policy_types_tell_their_attributes() {
    let server = Server::start("127.0.0.1:0", |_| Reply::answer(200, "text/xml", TYPES));
    let types = balancers_at(&server.url(), REGION).policy_types(&[]).await.unwrap();
    assert_eq!(types.len(), 1);
    let attribute = &types[0].attributes[0];
    assert_eq!((types[0].name.as_str(), attribute.name.as_str()), ("ProxyProtocolPolicyType", "ProxyProtocol"));
    assert_eq!((attribute.value_type.as_str(), &attribute.cardinality), ("Boolean", &Cardinality::One));
    assert_eq!(attribute.default, None);
}
