use std::time::Duration;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

const README_AGENT: &str = r#"{
    "general": {
        "log_level": "INFO",
        "timeout": 30,
        "sqs_poll_interval": 1,
        "done_queue_poll_interval": 0.1,
        "yaml_facts": true,
        "yaml_facts_path": "/etc/ec2_collective/facts.yaml, /var/lib/puppet/state/classes.txt",
        "yaml_facts_refresh": 30,
        "use_facts_queue": true
    },
    "aws": {
        "region": "eu-west-1",
        "sqs_read_queue": "testing_master",
        "sqs_write_queue": "testing_agent",
        "sqs_facts_queue": "testing_facts"
    }
}"#;

const LAST_AGENT: &str = r#"{
    "general": {"log_level": "WARN", "sqs_poll_interval": 0.5, "queue_poll_interval": 0.1},
    "facts": {
        "enabled": true, "refresh": 60, "use_queue": true, "use_facter": true,
        "facter_cmd": "facter --yaml", "facts_path": ["/a.txt", "/b,c.yaml"]
    },
    "aws": {"region": "eu-west-1", "sqs_read_queue": "p_master", "sqs_write_queue": "p_agent", "sqs_facts_queue": "p_facts"}
}"#;

fn agent_problems(text: &str) -> Vec<String> {
    AgentConfig::parse(text).unwrap_err().0
}

#[test]
fn the_readmes_agent_is_read() {
    let (config, unknown) = AgentConfig::parse(README_AGENT).unwrap();
    assert_eq!(unknown, Vec::<String>::new());
    let facts = config.facts.unwrap();
    assert_eq!(
        (config.log_level, config.timeout, config.sqs_poll_interval),
        (LogLevel::Info, Some(30 * SECOND), SECOND)
    );
    assert_eq!(facts.paths, ["/etc/ec2_collective/facts.yaml", "/var/lib/puppet/state/classes.txt"]);
    assert_eq!((facts.refresh, facts.use_queue, facts.facter_cmd), (30 * SECOND, true, None));
    assert_eq!(config.sqs_facts_queue.as_deref(), Some("testing_facts"));
    assert_eq!(config.extension, None);
}

#[test]
fn the_last_releases_agent_is_read() {
    let (config, unknown) = AgentConfig::parse(LAST_AGENT).unwrap();
    assert_eq!(unknown, Vec::<String>::new());
    let facts = config.facts.unwrap();
    assert_eq!((config.log_level, config.timeout, config.sqs_poll_interval), (LogLevel::Warn, None, SECOND / 2));
    assert_eq!(facts.paths, ["/a.txt", "/b,c.yaml"]);
    assert_eq!((facts.refresh, facts.facter_cmd.as_deref()), (60 * SECOND, Some("facter --yaml")));
    assert_eq!((config.sqs_read_queue.as_str(), config.sqs_write_queue.as_str()), ("p_master", "p_agent"));
}

#[test]
fn an_agent_may_have_no_facts_and_then_needs_no_queue_for_them() {
    let text = r#"{"aws": {"sqs_read_queue": "m", "sqs_write_queue": "a"}}"#;
    let (config, _) = AgentConfig::parse(text).unwrap();
    assert_eq!((config.facts, config.sqs_facts_queue, config.region), (None, None, None));

    let asked = r#"{"general": {"yaml_facts": true}, "aws": {"sqs_read_queue": "m", "sqs_write_queue": "a"}}"#;
    assert_eq!(agent_problems(asked), ["aws.sqs_facts_queue is missing"]);
    let not_told = asked.replace("true", r#"true, "use_facts_queue": false"#);
    assert!(!AgentConfig::parse(&not_told).unwrap().0.facts.unwrap().use_queue);
}

#[test]
fn facter_is_asked_as_the_last_release_does_unless_told_otherwise() {
    let asked = LAST_AGENT.replace(r#""facter_cmd": "facter --yaml","#, "");
    let facts = AgentConfig::parse(&asked).unwrap().0.facts.unwrap();
    assert_eq!(facts.facter_cmd.as_deref(), Some("facter --puppet --yaml 2> /dev/null"));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = r#"{"general": {"log_level": "LOUD", "sqs_poll_interval": -1, "timeout": null},
                   "facts": {"enabled": "yes", "facts_path": [1]}, "aws": {"sqs_read_queue": ""}, "more": 5}"#;
    assert_eq!(
        agent_problems(text),
        [
            "'more' is not an object",
            "facts.enabled is not true or false",
            "facts.facts_path is not a list of texts, or one text with commas between them",
            "aws.sqs_facts_queue is missing",
            "general.log_level is not one of DEBUG, INFO, WARN, ERROR and CRITICAL",
            "general.timeout is not a number of seconds from 0 to 86400",
            "general.sqs_poll_interval is not a number of seconds from 0 to 86400",
            "aws.sqs_read_queue is not a text with something in it",
            "aws.sqs_write_queue is missing",
        ]
    );
}

#[test]
fn the_section_of_our_own_is_handed_on_as_it_is() {
    let with = |extension: &str| LAST_AGENT.replacen('{', &format!("{{\"bellwether\": {extension},"), 1);
    let (config, unknown) = AgentConfig::parse(&with(r#"{"allow": ["^a$"]}"#)).unwrap();
    assert_eq!((config.extension, unknown), (Some(serde_json::json!({"allow": ["^a$"]})), Vec::new()));
    assert_eq!(agent_problems(&with("null")), ["'bellwether' is not an object"]);
}

#[test]
fn the_masters_file_is_read() {
    let text = r#"{
        "general": {"log_level": "DEBUG", "cmd_timeout": 20, "ping_timeout": "2.5", "clean_timeout": 0,
                    "use_facts_queue": false, "colour": "green"},
        "aws": {"region": "eu-west-1", "default_queue_name": "testing", "write_queue_suffix": "-m",
                "read_queue_suffix": "-a", "facts_queue_suffix": "-f"}
    }"#;
    let (config, unknown) = MasterConfig::parse(text).unwrap();
    assert_eq!(unknown, ["general.colour"]);
    assert_eq!((config.log_level, config.use_facts_queue), (LogLevel::Debug, false));
    assert_eq!(
        (config.cmd_timeout, config.ping_timeout, config.clean_timeout),
        (20 * SECOND, Duration::from_millis(2_500), Duration::ZERO)
    );
    let queues = config.queues("staging");
    assert_eq!([queues.commands, queues.replies, queues.facts], ["staging-m", "staging-a", "staging-f"]);
}

#[test]
fn the_master_has_a_default_for_everything_but_its_queues() {
    let (config, unknown) = MasterConfig::parse("{}").unwrap();
    assert!(unknown.is_empty());
    assert_eq!((config.cmd_timeout, config.ping_timeout, config.clean_timeout), (10 * SECOND, 5 * SECOND, 5 * SECOND));
    assert_eq!((config.use_facts_queue, config.default_queue_name, config.region.clone()), (true, None, None));
    assert_eq!(MasterConfig::parse("{}").unwrap().0.queues("testing").replies, "testing_agent");
}

#[test]
fn the_masters_errors_name_their_keys() {
    let text = r#"{"general": {"cmd_timeout": "soon", "use_facts_queue": 1}, "aws": {"default_queue_name": 5}}"#;
    assert_eq!(
        MasterConfig::parse(text).unwrap_err().to_string(),
        "general.cmd_timeout is not a number of seconds from 0 to 86400; \
         general.use_facts_queue is not true or false; aws.default_queue_name is not a text with something in it"
    );
    for text in ["", "[]", "{", "null", r#"{"general": []}"#] {
        assert!(MasterConfig::parse(text).is_err(), "{text}");
    }
}
