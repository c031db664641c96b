use super::*;

const GROUP: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";

fn journal() -> Journal {
    let at: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    let timing = Timing { drains_within: Duration::from_secs(300), in_service_within: Duration::from_millis(95_500) };
    let node = NodeId::new("i-0123456789abcdef0").unwrap();
    let classic = Place::Classic { balancer: "web".to_owned(), instance: node.clone() };
    let target = |port: u16| Place::TargetGroup {
        group: GROUP.parse().unwrap(),
        target: format!("i-0123456789abcdef0:{port}").parse().unwrap(),
    };
    let places = vec![
        (classic.clone(), Standing::InService, timing),
        (target(8080), Standing::Unhealthy, timing),
        (target(8081), Standing::Draining, timing),
        (classic, Standing::Unknown, timing),
    ];
    Journal::plan(node, "eu-west-1", places, at)
}

#[test]
fn what_is_written_reads_back() {
    let mut journal = journal();
    assert_eq!(journal.entries.len(), 3, "a place counts once");
    journal.phase = Phase::Returning;
    journal.entries[1].stage = Stage::Registering;
    assert_eq!(Journal::decode(&journal.encode().unwrap()).unwrap(), journal);
}

#[test]
fn the_encoding_is_the_one_other_releases_read() {
    let mut journal = journal();
    journal.entries.truncate(2);
    let compact: serde_json::Value = serde_json::from_str(&journal.encode().unwrap()).unwrap();
    assert_eq!(
        compact.to_string(),
        concat!(
            r#"{"format":1,"journal":{"entries":[{"before":"in_service","place":{"balancer":"web","#,
            r#""instance":"i-0123456789abcdef0","kind":"classic"},"since":"2026-11-21T10:00:00Z","stage":"planned","#,
            r#""timing":{"drains_within":{"nanos":0,"secs":300},"in_service_within":{"nanos":500000000,"secs":95}}},"#,
            r#"{"before":"unhealthy","place":{"group":"arn:aws:elasticloadbalancing:eu-west-1:123456789012:"#,
            r#"targetgroup/web/0123456789abcdef","kind":"target_group","target":"i-0123456789abcdef0:8080"},"#,
            r#""since":"2026-11-21T10:00:00Z","stage":"planned","timing":{"drains_within":{"nanos":0,"secs":300},"#,
            r#""in_service_within":{"nanos":500000000,"secs":95}}}],"node":"i-0123456789abcdef0","phase":"draining","#,
            r#""planned":"2026-11-21T10:00:00Z","region":"eu-west-1"}}"#
        )
    );
}

#[test]
fn what_is_not_exactly_a_journal_is_refused() {
    let text = journal().encode().unwrap();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        Journal::decode(&text.replacen(from, to, 1))
    };
    assert!(matches!(changed("\"format\": 1", "\"format\": 2"), Err(JournalError::Newer(2))));
    assert!(matches!(changed("\"format\": 1", "\"format\": 0"), Err(JournalError::Never(0))));
    assert!(matches!(changed(":8081", ":8080"), Err(JournalError::Twice(_))));
    for (from, to) in [
        ("\"phase\": \"draining\"", "\"phase\": \"draining\", \"more\": 1"),
        ("\"stage\": \"planned\"", "\"stage\": \"somewhere\""),
        ("\"stage\": \"planned\"", "\"stage\": \"planned\", \"more\": 1"),
        ("\"kind\": \"classic\"", "\"kind\": \"classic\", \"more\": 1"),
        ("\"secs\": 300", "\"secs\": -300"),
        (":8081", ":808100"),
        (":targetgroup/", ":loadbalancer/"),
    ] {
        assert!(matches!(changed(from, to), Err(JournalError::Damaged(_))), "{to}");
    }
    assert!(matches!(Journal::decode("{}"), Err(JournalError::Damaged(_))));
    assert!(matches!(Journal::decode(&text[..text.len() / 2]), Err(JournalError::Damaged(_))));
    assert!(matches!(Journal::decode(&" ".repeat(LONGEST_JOURNAL + 1)), Err(JournalError::TooLong(_))));
}

#[test]
fn a_newer_format_is_refused_even_when_its_fields_are_unknown() {
    assert!(matches!(Journal::decode(r#"{"format":7,"shape":"new"}"#), Err(JournalError::Newer(7))));
}

#[test]
fn only_what_the_drain_took_out_is_returned() {
    let mut journal = journal();
    assert_eq!(journal.to_return().count(), 0, "nothing has been done");
    for entry in &mut journal.entries {
        entry.stage = Stage::Draining;
    }
    assert_eq!(journal.to_return().count(), 2, "somebody else was taking the third out");
    assert_eq!(journal.drains_within(), Duration::from_secs(330));
}
