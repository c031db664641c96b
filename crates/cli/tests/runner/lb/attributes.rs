//! `lb attribute`, on moto.

use serde_json::json;

use super::support::{as_json, boto, created, end, holds, lb, printed, refusal};

const REGION: &str = "eu-west-3";

fn set(name: &str, settings: &[&str]) -> String {
    printed(lb(REGION, &[&["attribute", "set", name], settings].concat()))
}

#[test]
fn every_attribute_is_set_by_either_spelling_and_read_again() {
    created(REGION, "tuned");
    let said = set("tuned", &["cross-zone=true", "ConnectionSettings.IdleTimeout=120", "desync-mode=strictest"]);
    assert_eq!(said, "tuned: set cross-zone, idle-timeout, desync-mode\n");
    set(
        "tuned",
        &["access-log=on", "access-log-bucket=logs", "AccessLog.S3BucketPrefix=web/1", "access-log-interval=5m"],
    );
    set("tuned", &["connection-draining=true", "ConnectionDraining.Timeout=1m"]);
    let peer = boto("attributes", &json!({"region": REGION, "name": "tuned"}));
    assert_eq!(peer["CrossZoneLoadBalancing"], json!({"Enabled": true}));
    let log = json!({"Enabled": true, "S3BucketName": "logs", "S3BucketPrefix": "web/1", "EmitInterval": 5});
    assert_eq!(peer["AccessLog"], log);
    assert_eq!(peer["ConnectionDraining"], json!({"Enabled": true, "Timeout": 60}));
    assert_eq!(peer["ConnectionSettings"], json!({"IdleTimeout": 120}));
    let desync = json!({"Key": "elb.http.desyncmitigationmode", "Value": "strictest"});
    assert!(peer["AdditionalAttributes"].as_array().unwrap().contains(&desync), "{peer}");

    let got = printed(lb(REGION, &["attribute", "get", "tuned"]));
    let settings: Vec<String> =
        got.lines().skip(1).map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>().join("=")).collect();
    holds(&got, &["NAME   ATTRIBUTE                    VALUE\n", "tuned  access-log-bucket            logs\n"]);
    created(REGION, "tuned-alike");
    set("tuned-alike", &settings.iter().map(String::as_str).collect::<Vec<_>>());
    let alike = boto("attributes", &json!({"region": REGION, "name": "tuned-alike"}));
    // moto keeps every value that an additional attribute ever had.
    for kind in ["CrossZoneLoadBalancing", "AccessLog", "ConnectionDraining", "ConnectionSettings"] {
        assert_eq!(alike[kind], peer[kind], "what 'get' prints is what 'set' takes");
    }
}

#[test]
fn what_is_not_set_keeps_its_value() {
    created(REGION, "kept");
    set("kept", &["connection-draining=true", "connection-draining-timeout=60"]);
    set("kept", &["access-log=true", "access-log-bucket=logs"]);
    set("kept", &["connection-draining-timeout=90", "access-log-prefix=new"]);
    let peer = boto("attributes", &json!({"region": REGION, "name": "kept"}));
    assert_eq!(peer["ConnectionDraining"], json!({"Enabled": true, "Timeout": 90}));
    let log = &peer["AccessLog"];
    assert_eq!((&log["S3BucketName"], &log["S3BucketPrefix"]), (&json!("logs"), &json!("new")));
    set("kept", &["connection-draining=false"]);
    let peer = boto("attributes", &json!({"region": REGION, "name": "kept"}));
    assert_eq!(peer["ConnectionDraining"]["Enabled"], false);
    assert_eq!(peer["AccessLog"]["Enabled"], true);
    let (error, hint) = refusal(lb(REGION, &["attribute", "set", "kept", "connection-draining-timeout=9"]), 64);
    holds(&error, &["connection-draining-timeout", "while connection-draining is off"]);
    holds(&hint, &["connection-draining=true"]);
}

#[test]
fn the_attributes_of_several_are_told_in_json() {
    created(REGION, "many-a");
    created(REGION, "many-b");
    set("many-b", &["idle-timeout=7"]);
    let told = as_json(&end(lb(REGION, &["attribute", "get", "many-*", "--json"]), 0));
    assert_eq!((&told[0]["name"], &told[1]["name"]), (&json!("many-a"), &json!("many-b")));
    assert_eq!(told[1]["attributes"]["idle_timeout"], 7);
    let both = as_json(&end(lb(REGION, &["attribute", "get", "many-b", "many-a", "--json"]), 0));
    assert_eq!((&both[0], &both[1]), (&told[1], &told[0]), "names in their own order");
}
