//! The program on moto, what boto3 sees there, and servers that answer as a test says.

use std::collections::BTreeMap;

use bellwether_testkit::http::{Reply, Request, Server};
use bellwether_testkit::moto::{Moto, aws_environment};
use bellwether_testkit::process::{Run, Sandbox};
use serde_json::{Value, json};
use url::form_urlencoded;

pub(super) use crate::fleet::support::{bare, end, holds, json as as_json, refusal};

const PEER: &str = include_str!("../../../../aws/tests/aws/balancer/peer.py");

/// The program, with the service at this URL for AWS. It keeps nothing on this host, so that its home may be gone.
pub(super) fn lb_at(url: &str, region: &str, arguments: &[&str]) -> Run {
    let sandbox = Sandbox::new();
    let mut run = bare(&sandbox, &[&["lb"], arguments].concat()).directory("/");
    for (name, value) in aws_environment(url, region) {
        run = run.env(name, value);
    }
    run
}

/// The program on moto, in a region. Every test has a region or names of its own.
pub(super) fn lb(region: &str, arguments: &[&str]) -> Run {
    lb_at(Moto::shared().endpoint(), region, arguments)
}

/// What the program prints when all goes well.
pub(super) fn printed(run: Run) -> String {
    let done = end(run, 0);
    assert_eq!(done.stderr_text(), "");
    done.stdout_text()
}

/// Calls a function of `peer.py`, which asks moto by boto3.
pub(super) fn boto(function: &str, arguments: &Value) -> Value {
    let script = format!("{PEER}\nprint(json.dumps({function}(**json.loads(os.environ['ARGUMENTS'])), default=str))\n");
    let printed = Moto::shared().run_boto(&script, &[("ARGUMENTS", &arguments.to_string())]);
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{function} printed '{printed}': {error}"))
}

/// What boto3 says of a load balancer.
pub(super) fn described(region: &str, name: &str) -> Value {
    boto("describe", &json!({"region": region, "name": name}))
}

/// A new load balancer of moto's, made by the program.
pub(super) fn created(region: &str, name: &str) {
    let zone = format!("{region}a");
    printed(lb(region, &["create", name, "--listener", "80:8080/http", "--zone", &zone]));
}

/// The parameters of a request.
pub(super) fn parameters(request: &Request) -> BTreeMap<String, String> {
    form_urlencoded::parse(&request.body).into_owned().collect()
}

/// A server that answers every action with an answer that has nothing in it.
pub(super) fn empty_answers() -> Server {
    Server::start("127.0.0.1:0", |request| answer(request, ""))
}

/// An answer to this request, with this inside.
pub(super) fn answer(request: &Request, inside: &str) -> Reply {
    let action = parameters(request)["Action"].clone();
    let body = format!(
        "<{action}Response xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/\"><{action}Result>{inside}\
         </{action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>"
    );
    Reply::answer(200, "text/xml", body)
}

/// An error of the query protocol.
pub(super) fn refusing(status: u16, code: &str) -> Reply {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>because</Message></Error>");
    Reply::answer(status, "text/xml", format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"))
}

/// Every command that changes something, once, with the action it sends last.
pub(super) const CHANGES: &[(&str, &str)] = &[
    ("create web --listener 80:8080/http --zone eu-west-1a", "CreateLoadBalancer"),
    (
        "create web --listener 443:80/https/http,arn:aws:acm:eu-west-1:1:certificate/a --listener 25:25/tcp/ssl \
         --subnet subnet-1,subnet-2 --security-group sg-1 --scheme internal --tag Name=a=b --tag empty",
        "CreateLoadBalancer",
    ),
    ("delete web --yes", "DeleteLoadBalancer"),
    ("listener add web 81:8081/tcp 444:80/ssl,arn:x", "CreateLoadBalancerListeners"),
    ("listener remove web 81 444", "DeleteLoadBalancerListeners"),
    (
        "health-check web --target http:8080/health?a=b --interval 20 --timeout 4s --healthy 3 --unhealthy 5",
        "ConfigureHealthCheck",
    ),
    ("zone enable web eu-west-1b eu-west-1c", "EnableAvailabilityZonesForLoadBalancer"),
    ("zone disable web eu-west-1a", "DisableAvailabilityZonesForLoadBalancer"),
    ("subnet attach web subnet-3", "AttachLoadBalancerToSubnets"),
    ("subnet detach web subnet-1 subnet-2", "DetachLoadBalancerFromSubnets"),
    ("security-group set web sg-1 sg-2", "ApplySecurityGroupsToLoadBalancer"),
    ("instance register web i-1 i-2 i-1", "RegisterInstancesWithLoadBalancer"),
    ("instance deregister web i-1", "DeregisterInstancesFromLoadBalancer"),
    (
        "attribute set web cross-zone=true idle-timeout=2m desync-mode=monitor some.other=1 connection-draining=false \
         access-log=off",
        "ModifyLoadBalancerAttributes",
    ),
    ("certificate set web 443 arn:aws:acm:eu-west-1:1:certificate/a+b&c", "SetLoadBalancerListenerSSLCertificate"),
    ("policy create web lb --lb-cookie --expires 10m", "CreateLBCookieStickinessPolicy"),
    ("policy create web browser --lb-cookie", "CreateLBCookieStickinessPolicy"),
    ("policy create web app --app-cookie JSESSIONID", "CreateAppCookieStickinessPolicy"),
    (
        "policy create web proxy --type ProxyProtocolPolicyType --attribute ProxyProtocol=true --attribute Empty=",
        "CreateLoadBalancerPolicy",
    ),
    ("policy create web bare --type SomeType", "CreateLoadBalancerPolicy"),
    ("policy delete web lb", "DeleteLoadBalancerPolicy"),
    ("policy apply web --port 80 lb tls", "SetLoadBalancerPoliciesOfListener"),
    ("policy apply web --port 80 --none", "SetLoadBalancerPoliciesOfListener"),
    ("policy apply web --instance-port 8080 proxy", "SetLoadBalancerPoliciesForBackendServer"),
    ("tag add web Name=web=1 empty", "AddTags"),
    ("tag remove web Name a:b", "RemoveTags"),
];

/// Every command that looks at something, once, and the first action it needs.
pub(super) const VIEWS: &[(&str, &str)] = &[
    ("list", "DescribeLoadBalancers"),
    ("show web", "DescribeLoadBalancers"),
    ("attribute get web", "DescribeLoadBalancerAttributes"),
    ("policy list web", "DescribeLoadBalancerPolicies"),
    ("policy list --samples", "DescribeLoadBalancerPolicies"),
    ("policy types", "DescribeLoadBalancerPolicyTypes"),
    ("tag list web", "DescribeTags"),
    ("limits", "DescribeAccountLimits"),
    ("regions", "DescribeRegions"),
];

/// The words of a command line.
pub(super) fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}
