//! Each operation on moto, and what boto3 sees of it afterwards.

use bellwether_aws::{ApiErrorKind, Aws};
use bellwether_core::balancer::{
    AccessLog, AttributeChanges, ConnectionDraining, DesyncMode, HealthCheck, InstanceState, NewBalancer, Protocol,
    Scheme,
};
use bellwether_testkit::moto::Moto;
use serde_json::json;

use super::{all, balancers, boto, created, described, named, plain};
use crate::support::{known, settings};

const REGION: &str = "eu-west-1";

#[tokio::test]
async fn a_load_balancer_is_created_as_it_is_told_and_deleted() {
    let balancers = balancers(REGION);
    let name = named("created");
    let certificate = "arn:aws:iam::123456789012:server-certificate/web";
    let new = NewBalancer {
        listeners: vec!["80:8080/http".parse().unwrap(), format!("443:8443/ssl/ssl,{certificate}").parse().unwrap()],
        zones: all(&["eu-west-1a", "eu-west-1b"]),
        scheme: Some(Scheme::Internal),
        tags: all(&["Name=web 1", "Ünïcode=a=b"]),
        ..NewBalancer::default()
    };
    let dns_name = balancers.create(&name, &new).await.unwrap();

    let peer = described(REGION, &name);
    assert_eq!(peer["DNSName"], dns_name);
    assert_eq!(peer["Scheme"], "internal");
    assert_eq!(peer["AvailabilityZones"], json!(["eu-west-1a", "eu-west-1b"]));
    let listener = &peer["ListenerDescriptions"][1]["Listener"];
    assert_eq!((&listener["Protocol"], &listener["LoadBalancerPort"]), (&json!("SSL"), &json!(443)));
    assert_eq!((&listener["InstancePort"], &listener["SSLCertificateId"]), (&json!(8443), &json!(certificate)));
    assert_eq!(boto("tags", &json!({"region": REGION, "name": name})), json!({"Name": "web 1", "Ünïcode": "a=b"}));

    balancers.delete(&name).await.unwrap();
    assert!(!boto("names", &json!({"region": REGION})).to_string().contains("\"created\""));
    balancers.delete(&name).await.expect("deleting what is not there is no error");
}

#[tokio::test]
async fn a_description_tells_what_boto3_tells() {
    let balancers = balancers(REGION);
    let name = created(&balancers, REGION, "described").await;
    let check = HealthCheck::new("https:8443/ok?a=b".parse().unwrap());
    balancers.configure_health_check(&name, &check).await.unwrap();
    let found = balancers.get(&name).await.unwrap();
    let peer = described(REGION, &name);
    assert_eq!(peer["LoadBalancerName"], found.name);
    assert_eq!(peer["DNSName"], found.dns_name);
    assert_eq!(peer["CanonicalHostedZoneName"], json!(found.canonical_hosted_zone_name));
    assert_eq!(peer["VPCId"], json!(found.vpc));
    assert_eq!(peer["Subnets"], json!(found.subnets));
    assert_eq!(peer["SecurityGroups"], json!(found.security_groups));
    assert_eq!(peer["AvailabilityZones"], json!(found.zones));
    assert_eq!(peer["Scheme"], json!(found.scheme));
    assert_eq!(peer["SourceSecurityGroup"]["GroupName"], json!(found.source_security_group.unwrap().name));
    assert_eq!(found.health_check, Some(check));
    let listener = &found.listeners[0].listener;
    assert_eq!((listener.protocol, listener.port, listener.instance_port), (Protocol::Http, 80, 8_080));
    // boto3 writes "2026-01-02 03:04:05.678+00:00".
    let told = peer["CreatedTime"].as_str().unwrap();
    let created = found.created.unwrap().to_string();
    assert_eq!(told[..19].replace(' ', "T"), created[..19]);
}

#[tokio::test]
async fn listeners_come_go_and_change_their_certificate() {
    let balancers = balancers(REGION);
    let name = created(&balancers, REGION, "listening").await;
    let arn = |name: &str| format!("arn:aws:iam::123456789012:server-certificate/{name}");
    let added = [format!("443:80/https/http,{}", arn("one")), "25:25/tcp".to_owned()];
    balancers.add_listeners(&name, &added.map(|text| text.parse().unwrap())).await.unwrap();
    balancers.set_certificate(&name, 443, &arn("two")).await.unwrap();
    // One alone: of several ports moto puts back those that it has just removed.
    balancers.remove_listeners(&name, &[25]).await.unwrap();
    let peer = described(REGION, &name);
    let ports = |index: usize| peer["ListenerDescriptions"][index]["Listener"]["LoadBalancerPort"].as_u64();
    assert_eq!((ports(0), ports(1), ports(2)), (Some(80), Some(443), None));
    assert_eq!(peer["ListenerDescriptions"][1]["Listener"]["SSLCertificateId"], arn("two"));
    let taken = balancers.add_listeners(&name, &all(&["80:81/http"])).await.unwrap_err();
    assert_eq!(taken.kind, ApiErrorKind::Exists, "{taken}");
}

#[tokio::test]
async fn health_checks_are_what_was_set() {
    let balancers = balancers(REGION);
    let name = created(&balancers, REGION, "checked").await;
    let check = HealthCheck {
        interval: 20,
        timeout: 4,
        healthy_threshold: 2,
        unhealthy_threshold: 10,
        ..HealthCheck::new("HTTP:8080/health".parse().unwrap())
    };
    assert_eq!(balancers.configure_health_check(&name, &check).await.unwrap(), check);
    let expected = json!({
        "Target": "HTTP:8080/health", "Interval": 20, "Timeout": 4, "UnhealthyThreshold": 10, "HealthyThreshold": 2,
    });
    assert_eq!(described(REGION, &name)["HealthCheck"], expected);
}

#[tokio::test]
async fn instances_are_registered_watched_and_taken_out() {
    let balancers = balancers(REGION);
    let name = created(&balancers, REGION, "peopled").await;
    let ids = Moto::shared().run_instances(REGION, 3, &[]);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    balancers.register(&name, &all(&ids)).await.unwrap();
    Moto::shared().stop_instances(REGION, &ids[..1]);

    let health = balancers.instance_health(&name, &[]).await.unwrap();
    let states: serde_json::Map<_, _> = health.iter().map(|health| (health.id.clone(), json!(health.state))).collect();
    assert_eq!(boto("health", &json!({"region": REGION, "name": name})), json!(states));
    assert_eq!(health.iter().filter(|health| health.state == InstanceState::InService).count(), 2);

    balancers.deregister(&name, &all(&ids[..2])).await.unwrap();
    assert_eq!(described(REGION, &name)["Instances"], json!([{"InstanceId": ids[2]}]));
    assert_eq!(balancers.get(&name).await.unwrap().instances, [ids[2]]);
    let asked = balancers.instance_health(&name, &all(&ids)).await.unwrap();
    let unknown = asked.iter().filter(|health| health.state == InstanceState::Unknown).count();
    assert_eq!((asked.len(), unknown), (3, 2), "{asked:?}");
}

#[tokio::test]
async fn attributes_change_one_by_one() {
    let balancers = balancers(REGION);
    let name = created(&balancers, REGION, "tuned").await;
    let log = AccessLog {
        enabled: true,
        bucket: Some("logs".to_owned()),
        prefix: Some("web/1".to_owned()),
        interval_minutes: Some(5),
    };
    let draining = ConnectionDraining { enabled: true, timeout: Some(60) };
    let none = AttributeChanges::default;
    for changes in [
        AttributeChanges { cross_zone: Some(true), ..none() },
        AttributeChanges { access_log: Some(log.clone()), ..none() },
        AttributeChanges { connection_draining: Some(draining), idle_timeout: Some(4_000), ..none() },
        none().with_desync_mode(DesyncMode::Strictest),
    ] {
        balancers.modify_attributes(&name, &changes).await.unwrap();
    }
    let found = balancers.attributes(&name).await.unwrap();
    assert!(found.cross_zone);
    assert_eq!((&found.access_log, found.connection_draining, found.idle_timeout), (&log, draining, Some(4_000)));
    assert_eq!(found.desync_mode(), Some(DesyncMode::Strictest));

    let peer = boto("attributes", &json!({"region": REGION, "name": name}));
    let expected = json!({"Enabled": true, "S3BucketName": "logs", "S3BucketPrefix": "web/1", "EmitInterval": 5});
    assert_eq!(peer["AccessLog"], expected);
    assert_eq!(peer["ConnectionDraining"], json!({"Enabled": true, "Timeout": 60}));
    assert_eq!(peer["ConnectionSettings"], json!({"IdleTimeout": 4000}));

    balancers.modify_attributes(&name, &AttributeChanges { cross_zone: Some(false), ..none() }).await.unwrap();
    let off = AttributeChanges { connection_draining: Some(ConnectionDraining::default()), ..none() };
    balancers.modify_attributes(&name, &off).await.unwrap();
    let peer = boto("attributes", &json!({"region": REGION, "name": name}));
    assert_eq!(peer["CrossZoneLoadBalancing"]["Enabled"], false);
    assert_eq!(peer["ConnectionDraining"]["Enabled"], false);
}

#[tokio::test]
async fn tags_are_set_replaced_and_removed() {
    let balancers = balancers(REGION);
    let name = created(&balancers, REGION, "tagged").await;
    balancers.add_tags(&name, &all(&["a=1", "b=", "key with _.:/+-@=ü 1"])).await.unwrap();
    balancers.add_tags(&name, &all(&["a=2"])).await.unwrap();
    balancers.remove_tags(&name, &all(&["b", "never-there"])).await.unwrap();
    let expected = json!({"a": "2", "key with _.:/+-@": "ü 1"});
    assert_eq!(boto("tags", &json!({"region": REGION, "name": name})), expected);
    let told = balancers.tags(std::slice::from_ref(&name)).await.unwrap();
    let told: serde_json::Map<_, _> =
        told[name.as_str()].iter().map(|tag| (tag.key.clone(), json!(tag.value))).collect();
    assert_eq!(json!(told), expected);
}

#[tokio::test]
async fn every_legal_character_makes_a_name() {
    let balancers = balancers(REGION);
    for name in ["a", "ABCDEFGHIJKLMNOPQRSTUVWXYZ-01234", "abcdefghijklmnopqrstuvwxyz-56789", "0--9"] {
        let name = created(&balancers, REGION, name).await;
        assert_eq!(described(REGION, &name)["LoadBalancerName"], name.as_str());
        assert_eq!(balancers.get(&name).await.unwrap().name, name.as_str());
    }
}

#[tokio::test]
async fn the_regions_are_those_that_boto3_lists() {
    let aws = Aws::new(settings(&known(Moto::shared().endpoint())));
    let regions = aws.elb_regions(None).await.unwrap();
    let names: Vec<_> = regions.iter().map(|region| region.name.as_str()).collect();
    assert_eq!(boto("regions", &json!({})), json!(names));
    let here = regions.iter().find(|region| region.name == REGION).unwrap();
    assert_eq!(here.endpoint, "elasticloadbalancing.eu-west-1.amazonaws.com");
}

#[tokio::test]
async fn a_name_that_is_taken_is_told() {
    let balancers = balancers(REGION);
    let name = created(&balancers, REGION, "taken").await;
    let again = NewBalancer { listeners: all(&["81:81/tcp"]), ..plain(REGION) };
    let error = balancers.create(&name, &again).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Exists, "{error}");
    assert!(error.message.contains("elb:taken") && error.message.contains(REGION), "{error}");
}
