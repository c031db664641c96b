//! What cannot be done, and is told before anything is sent.

use bellwether_testkit::process::Finished;
use serde_json::json;

use crate::ec2_collective::support::Collective;

fn told(done: Finished) -> String {
    let done = done.expect_code(1);
    assert_eq!(done.stdout_text(), "");
    done.stderr_text()
}

#[test]
fn what_is_wrong_on_the_command_line_is_told_with_the_usage() {
    let collective = Collective::new();
    for (arguments, why) in [
        (&["-x"][..], "ec2-cmaster: option -x not recognized\n\nusage: ec2-cmaster "),
        (&["-c"], "ec2-cmaster: option -c requires argument\n"),
        (&["-t", "soon"], "-t 'soon' is not a whole number of seconds"),
        (&["-c", "file:///x", "-p", "1", "2", "-w", "role=web"], "'2' belongs to no option"),
        (&["-n", ""], "-n '' has a fact without a name"),
        (&["-m", "-c", "id"], "-m only counts"),
    ] {
        let told = told(collective.master(arguments).finish());
        assert!(told.contains(why), "{arguments:?}: {told}");
    }
    assert_eq!(collective.count("master"), 0);
}

#[test]
fn everything_that_is_wrong_in_the_configuration_is_told_at_once() {
    let collective = Collective::new();
    let config = json!({"general": {"log_level": "LOUD", "cmd_timeout": "soon"}, "aws": {"region": 5}}).to_string();
    let told = told(collective.master_with(&config, &[]).finish());
    for key in ["/etc/ec2_collective/ec2-cmaster.json: ", "general.log_level", "general.cmd_timeout", "aws.region"] {
        assert!(told.contains(key), "{told}");
    }
    assert_eq!(told.lines().count(), 1);
}

#[test]
fn a_key_that_means_nothing_is_told_of_and_stops_nothing() {
    let collective = Collective::new();
    let general = json!({"ping_timeout": 1, "use_facts_queue": false, "colour": "green"});
    let done = collective.master_with(&collective.master_config(&general), &["-m"]).finish().expect_code(0);
    assert!(done.stderr_text().contains("'general.colour' is not a key"), "{}", done.stderr_text());
}

#[test]
fn queues_that_are_not_there_are_named() {
    let collective = Collective::new();
    let told = told(collective.master(&["-q", "nowhere", "-c", "id"]).finish());
    assert!(told.contains("there is no queue 'nowhere_master'"), "{told}");
    assert!(told.contains("bellwether env create nowhere"), "{told}");
}

#[test]
fn without_a_configuration_file_an_environment_is_enough() {
    let collective = Collective::new();
    let master = |arguments: &[&str]| collective.master_without_configuration(arguments).finish();
    assert_eq!(master(&["-m", "-t", "1", "-q", &collective.prefix]).expect_code(0).stdout_text(), "0\n");
    let told = told(master(&["-m"]));
    assert!(told.contains("give -q PREFIX, or set aws.default_queue_name"), "{told}");
}

#[test]
fn a_script_that_cannot_be_sent_is_told_of() {
    let collective = Collective::new();
    let missing = told(collective.master(&["-c", "file:///nowhere/a.sh"]).finish());
    assert!(missing.contains("/nowhere/a.sh"), "{missing}");
    let large = collective.sandbox.write("large.sh", "x".repeat(50_000));
    let large = told(collective.master(&["-c", &format!("file://{}", large.display())]).finish());
    assert!(large.contains("must have less than 65536"), "{large}");
    let binary = collective.sandbox.write("binary", [0x7f, b'E', 0xff]);
    let binary = told(collective.master(&["-c", &format!("file://{}", binary.display())]).finish());
    assert!(binary.contains("is not UTF-8"), "{binary}");
    assert_eq!(collective.count("master"), 0);
}

#[test]
fn without_the_queue_of_facts_agents_are_still_waited_for() {
    let collective = Collective::new();
    let mut config = collective.master_config(&json!({"ping_timeout": 3}));
    config = config.replacen("\"aws\":{", "\"aws\":{\"facts_queue_suffix\":\"_nofacts\",", 1);
    let _agent = collective.old_agent("a", &json!({}));
    let done = collective.master_with(&config, &[]).finish().expect_code(0);
    assert!(done.stderr_text().contains("_nofacts' it is not known whom to expect"), "{}", done.stderr_text());
    assert!(done.stdout_text().contains("Got response from 1 out of 1/0"), "{}", done.stdout_text());
}

#[test]
fn a_log_file_that_cannot_be_written_is_told_of_before_anything_is_sent() {
    let collective = Collective::new();
    let told = told(collective.master(&["-l", "/nowhere/x.log"]).finish());
    assert!(told.contains("cannot open the log file /nowhere/x.log"), "{told}");
    assert_eq!(collective.count("master"), 0);
}

#[test]
fn help_is_printed_without_asking_anybody() {
    let done = Collective::new().master_with("not json", &["-h"]).finish().expect_code(0);
    assert!(done.stdout_text().starts_with("usage: ec2-cmaster "));
}
