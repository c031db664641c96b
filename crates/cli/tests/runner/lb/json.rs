//! The JSON of everything that is looked at: its fields are promised in docs/lb.md.

use bellwether_testkit::http::Server;
use serde_json::{Value, json};

use super::support::{answer, as_json, end, lb_at, parameters, words};

const BALANCER: &str = "<LoadBalancerDescriptions><member><LoadBalancerName>web</LoadBalancerName>\
    <DNSName>web-1.elb.example.com</DNSName><CanonicalHostedZoneName>web-1.elb.example.com</CanonicalHostedZoneName>\
    <CanonicalHostedZoneNameID>Z1</CanonicalHostedZoneNameID><ListenerDescriptions><member><Listener>\
    <Protocol>HTTPS</Protocol><LoadBalancerPort>443</LoadBalancerPort><InstanceProtocol>HTTP</InstanceProtocol>\
    <InstancePort>80</InstancePort><SSLCertificateId>arn:x</SSLCertificateId></Listener><PolicyNames>\
    <member>tls</member></PolicyNames></member></ListenerDescriptions><Policies><AppCookieStickinessPolicies><member>\
    <PolicyName>app</PolicyName><CookieName>ID</CookieName></member></AppCookieStickinessPolicies>\
    <LBCookieStickinessPolicies><member><PolicyName>lb</PolicyName><CookieExpirationPeriod>600</CookieExpirationPeriod>\
    </member></LBCookieStickinessPolicies><OtherPolicies><member>tls</member></OtherPolicies></Policies>\
    <BackendServerDescriptions><member><InstancePort>80</InstancePort><PolicyNames><member>proxy</member></PolicyNames>\
    </member></BackendServerDescriptions><AvailabilityZones><member>eu-west-1a</member></AvailabilityZones>\
    <Subnets><member>subnet-1</member></Subnets><VPCId>vpc-1</VPCId><Instances><member><InstanceId>i-1</InstanceId>\
    </member></Instances><HealthCheck><Target>HTTP:80/ok</Target><Interval>30</Interval><Timeout>5</Timeout>\
    <UnhealthyThreshold>2</UnhealthyThreshold><HealthyThreshold>10</HealthyThreshold></HealthCheck>\
    <SourceSecurityGroup><OwnerAlias>123</OwnerAlias><GroupName>default</GroupName></SourceSecurityGroup>\
    <SecurityGroups><member>sg-1</member></SecurityGroups><CreatedTime>2026-01-02T03:04:05.678Z</CreatedTime>\
    <Scheme>internal</Scheme></member></LoadBalancerDescriptions>";

const ATTRIBUTES: &str = "<LoadBalancerAttributes><CrossZoneLoadBalancing><Enabled>true</Enabled>\
    </CrossZoneLoadBalancing><AccessLog><Enabled>true</Enabled><S3BucketName>logs</S3BucketName>\
    <EmitInterval>60</EmitInterval><S3BucketPrefix>web</S3BucketPrefix></AccessLog><ConnectionDraining>\
    <Enabled>true</Enabled><Timeout>300</Timeout></ConnectionDraining><ConnectionSettings><IdleTimeout>60</IdleTimeout>\
    </ConnectionSettings><AdditionalAttributes><member><Key>elb.http.desyncmitigationmode</Key><Value>defensive</Value>\
    </member></AdditionalAttributes></LoadBalancerAttributes>";

const HEALTH: &str = "<InstanceStates><member><InstanceId>i-1</InstanceId><State>OutOfService</State>\
    <ReasonCode>ELB</ReasonCode><Description>Instance registration is still in progress.</Description></member>\
    </InstanceStates>";

const TAGS: &str = "<TagDescriptions><member><LoadBalancerName>web</LoadBalancerName><Tags><member><Key>Name</Key>\
    <Value>the web</Value></member></Tags></member></TagDescriptions>";

const POLICIES: &str = "<PolicyDescriptions><member><PolicyName>tls</PolicyName><PolicyTypeName>T</PolicyTypeName>\
    <PolicyAttributeDescriptions><member><AttributeName>A</AttributeName><AttributeValue>v</AttributeValue></member>\
    </PolicyAttributeDescriptions></member></PolicyDescriptions>";

const LIMITS: &str = "<Limits><member><Name>classic-load-balancers</Name><Max>20</Max></member></Limits>";

fn server() -> Server {
    Server::start("127.0.0.1:0", |request| {
        let inside = match &*parameters(request)["Action"] {
            "DescribeLoadBalancers" => BALANCER,
            "DescribeLoadBalancerAttributes" => ATTRIBUTES,
            "DescribeInstanceHealth" => HEALTH,
            "DescribeTags" => TAGS,
            "DescribeLoadBalancerPolicies" => POLICIES,
            "DescribeAccountLimits" => LIMITS,
            action => panic!("{action} is not needed"),
        };
        answer(request, inside)
    })
}

fn told(server: &Server, view: &str) -> Value {
    as_json(&end(lb_at(&server.url(), "eu-west-1", &[&words(view)[..], &["--json"]].concat()), 0))
}

fn balancer() -> Value {
    json!({
        "name": "web",
        "dns_name": "web-1.elb.example.com",
        "canonical_hosted_zone_name": "web-1.elb.example.com",
        "canonical_hosted_zone_id": "Z1",
        "listeners": [{
            "protocol": "HTTPS", "port": 443, "instance_protocol": "HTTP", "instance_port": 80,
            "certificate": "arn:x", "policies": ["tls"],
        }],
        "zones": ["eu-west-1a"],
        "subnets": ["subnet-1"],
        "vpc": "vpc-1",
        "instances": ["i-1"],
        "health_check": {
            "target": "HTTP:80/ok", "interval": 30, "timeout": 5, "healthy_threshold": 10, "unhealthy_threshold": 2,
        },
        "scheme": "internal",
        "security_groups": ["sg-1"],
        "source_security_group": {"owner": "123", "name": "default"},
        "policies": {
            "app_cookie": [{"name": "app", "cookie": "ID"}],
            "lb_cookie": [{"name": "lb", "expiration_seconds": 600}],
            "other": ["tls"],
        },
        "backend_servers": [{"port": 80, "policies": ["proxy"]}],
        "created": "2026-01-02T03:04:05.678Z",
    })
}

fn attributes() -> Value {
    json!({
        "cross_zone": true,
        "access_log": {"enabled": true, "bucket": "logs", "prefix": "web", "interval_minutes": 60},
        "connection_draining": {"enabled": true, "timeout": 300},
        "idle_timeout": 60,
        "additional": {"elb.http.desyncmitigationmode": "defensive"},
    })
}

#[test]
fn the_fields_are_those_that_are_promised() {
    let server = server();
    assert_eq!(told(&server, "list"), json!([balancer()]));
    let mut shown = balancer();
    shown["attributes"] = attributes();
    shown["tags"] = json!({"Name": "the web"});
    shown["instance_health"] = json!([{
        "id": "i-1", "state": "OutOfService", "reason_code": "ELB",
        "description": "Instance registration is still in progress.",
    }]);
    assert_eq!(told(&server, "show web"), json!([shown]));
    assert_eq!(told(&server, "attribute get web"), json!([{"name": "web", "attributes": attributes()}]));
    assert_eq!(told(&server, "tag list web"), json!([{"name": "web", "tags": {"Name": "the web"}}]));
    let policy = json!({"name": "tls", "type_name": "T", "attributes": [{"name": "A", "value": "v"}]});
    assert_eq!(told(&server, "policy list web"), json!([{"name": "web", "policies": [policy]}]));
    assert_eq!(told(&server, "limits"), json!([{"name": "classic-load-balancers", "max": "20"}]));
}

#[test]
fn what_aws_does_not_tell_is_null_or_empty() {
    let server = Server::start("127.0.0.1:0", |request| {
        let bare = "<LoadBalancerDescriptions><member><LoadBalancerName>web</LoadBalancerName></member>\
                    </LoadBalancerDescriptions>";
        answer(request, bare)
    });
    let list = told(&server, "list");
    assert_eq!(
        (&list[0]["vpc"], &list[0]["health_check"], &list[0]["created"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!((&list[0]["listeners"], &list[0]["instances"]), (&json!([]), &json!([])));
    assert_eq!(list[0].as_object().unwrap().len(), balancer().as_object().unwrap().len(), "no field is left out");
}

#[test]
fn limits_are_a_table_for_people() {
    let text = super::support::printed(lb_at(&server().url(), "eu-west-1", &["limits"]));
    assert_eq!(text, "LIMIT                   MOST\nclassic-load-balancers  20\n");
}
