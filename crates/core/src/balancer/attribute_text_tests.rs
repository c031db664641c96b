//! Attributes as they are written.

use std::collections::BTreeMap;

use super::*;

fn settings(texts: &[&str]) -> AttributeSettings {
    AttributeSettings::new(texts.iter().map(|text| text.parse().unwrap()).collect()).unwrap()
}

/// What there is when all is set.
fn present() -> Attributes {
    Attributes {
        cross_zone: true,
        access_log: AccessLog {
            enabled: true,
            bucket: Some("logs".to_owned()),
            prefix: Some("web/1".to_owned()),
            interval_minutes: Some(5),
        },
        connection_draining: ConnectionDraining { enabled: true, timeout: Some(60) },
        idle_timeout: Some(30),
        additional: BTreeMap::from([
            (DESYNC_MODE.to_owned(), "monitor".to_owned()),
            ("some.other".to_owned(), "1".to_owned()),
        ]),
    }
}

#[test]
fn what_is_written_is_read_again_and_changes_nothing() {
    let written: Vec<String> =
        written_attributes(&present()).iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(written.len(), 10);
    let changes = settings(&written.iter().map(String::as_str).collect::<Vec<_>>()).changes(&Attributes::default());
    let changes = changes.unwrap();
    assert_eq!(changes.cross_zone, Some(true));
    assert_eq!(changes.access_log, Some(present().access_log));
    assert_eq!(changes.connection_draining, Some(present().connection_draining));
    assert_eq!(changes.idle_timeout, Some(30));
    assert_eq!(changes.additional, present().additional);
}

#[test]
fn the_keys_of_the_api_mean_the_same() {
    for (here, api) in [
        ("cross-zone=true", "CrossZoneLoadBalancing.Enabled=true"),
        ("access-log=off", "AccessLog.Enabled=false"),
        ("access-log-interval=1h", "accesslog.emitinterval=60"),
        ("connection-draining-timeout=5m", "ConnectionDraining.Timeout=300"),
        ("idle-timeout=60", "ConnectionSettings.IdleTimeout=60s"),
        ("desync-mode=strictest", "elb.http.desyncmitigationmode=strictest"),
    ] {
        assert_eq!(here.parse::<AttributeSetting>().unwrap(), api.parse::<AttributeSetting>().unwrap(), "{here}");
    }
}

#[test]
fn what_is_not_set_keeps_its_value() {
    let changes = settings(&["connection-draining-timeout=90", "access-log-prefix=new"]).changes(&present()).unwrap();
    assert_eq!(changes.connection_draining, Some(ConnectionDraining { enabled: true, timeout: Some(90) }));
    let log = AccessLog { prefix: Some("new".to_owned()), ..present().access_log };
    assert_eq!(changes.access_log, Some(log));
    assert_eq!((changes.cross_zone, changes.idle_timeout, changes.additional.len()), (None, None, 0));
}

#[test]
fn what_is_switched_off_is_sent_without_its_parts() {
    let changes = settings(&["connection-draining=false", "access-log=false"]).changes(&present()).unwrap();
    assert_eq!(changes.connection_draining, Some(ConnectionDraining::default()));
    assert_eq!(changes.access_log, Some(AccessLog::default()));
}

#[test]
fn the_present_values_are_needed_where_a_part_of_a_whole_changes() {
    for (texts, needed) in [
        (&["connection-draining-timeout=90"] as &[&str], true),
        (&["connection-draining=true"], true),
        (&["access-log-bucket=b"], true),
        (&["connection-draining=false", "access-log=false"], false),
        (&["cross-zone=true", "idle-timeout=5", "desync-mode=monitor"], false),
    ] {
        assert_eq!(settings(texts).need_the_present(), needed, "{texts:?}");
    }
}

#[test]
fn a_part_of_what_is_off_is_refused_with_what_to_add() {
    for (text, switch) in
        [("connection-draining-timeout=90", "connection-draining=true"), ("access-log-bucket=b", "access-log=true")]
    {
        let error = settings(&[text]).changes(&Attributes::default()).unwrap_err();
        assert!(error.remedy.contains(switch), "{error}");
        settings(&[text, switch]).changes(&Attributes::default()).unwrap();
    }
}

#[test]
fn what_is_no_setting_is_refused_with_what_is_known() {
    for (text, told) in [
        ("idle-timeout", "KEY=VALUE"),
        ("idel-timeout=5", "idle-timeout"),
        ("cross-zone=maybe", "true or false"),
        ("idle-timeout=soon", "whole seconds"),
    ] {
        let error = text.parse::<AttributeSetting>().unwrap_err();
        assert!(error.to_string().contains(told), "{text}: {error}");
    }
    let twice = ["idle-timeout=5", "ConnectionSettings.IdleTimeout=6"].map(|text| text.parse().unwrap());
    assert!(AttributeSettings::new(twice.to_vec()).unwrap_err().message.contains("twice"));
    assert!(AttributeSettings::new(Vec::new()).is_err());
    for (text, allowed) in
        [("idle-timeout=4001", "1 to 4000"), ("desync-mode=lax", "monitor"), ("some.other=", "1 to 256")]
    {
        let error = AttributeSettings::new(vec![text.parse().unwrap()]).unwrap_err();
        assert!(error.remedy.contains(allowed), "{text}: {error}");
    }
}
