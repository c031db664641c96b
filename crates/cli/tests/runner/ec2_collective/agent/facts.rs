//! Facts, and the filters on them.

use serde_json::{Value, json};

use super::support::{Host, hostname};
use crate::support::wait_until;

/// Files of facts beside the sandbox's others.
fn with_files(host: &Host, refresh: f64, facter: Option<&str>) -> Value {
    let paths = [host.path("facts.yaml"), host.path("classes.txt")];
    let mut facts = json!({"enabled": true, "refresh": refresh, "use_queue": true, "facts_path": paths});
    if let Some(facter) = facter {
        facts["use_facter"] = json!(true);
        facts["facter_cmd"] = json!(facter);
    }
    json!({"facts": facts})
}

fn host_with_files(refresh: f64, facter: Option<&str>) -> Host {
    let host = Host::new();
    host.sandbox.write("facts.yaml", "role: web\ncpus: 4\nload: 0.5\nspare: false\nurl: a=b\n");
    host.sandbox.write("classes.txt", "memcached\nnginx::server\n");
    host.configure(with_files(&host, refresh, facter));
    host
}

/// Which of these pings are answered.
fn answered(host: &Host, filters: &[(Value, Value)]) -> Vec<bool> {
    let ids: Vec<_> =
        filters.iter().map(|(with, without)| host.send("ping", json!({"wf": with, "wof": without}))).collect();
    host.expect_alive();
    ids.iter().map(|id| !host.replies_to(id).is_empty()).collect()
}

#[test]
fn only_hosts_with_the_facts_and_without_the_others_answer() {
    let host = host_with_files(600.0, None);
    let agent = host.start();
    let null = Value::Null;
    let filters = [
        (json!("role=web"), null.clone()),
        (json!("role=web,memcached"), json!("role=db")),
        (json!("cpus=4,load=0.5,spare=false,url=a=b"), null.clone()),
        (json!("nginx::server"), null.clone()),
        (json!("role=db"), null.clone()),
        (json!("role=web,mysql"), null.clone()),
        (null.clone(), json!("cpus=4")),
        (null.clone(), json!("mysql,memcached")),
        (json!(""), null),
    ];
    assert_eq!(answered(&host, &filters), [true, true, true, true, false, false, false, false, false]);
    agent.stop();
}

#[test]
fn a_host_without_facts_takes_only_what_is_for_all() {
    let host = Host::new();
    let agent = host.start();
    let filters = [(json!("role=web"), Value::Null), (Value::Null, json!("role=db")), (Value::Null, Value::Null)];
    assert_eq!(answered(&host, &filters), [false, false, true]);
    agent.stop();
}

#[test]
fn facts_that_change_count_without_a_restart_and_are_told() {
    let host = host_with_files(1.0, None);
    let agent = host.start();
    let told = |role: &str| {
        let messages = host.facts.take();
        messages.iter().any(|facts| facts["role"] == role && facts["ec2_cagent_hostname"] == hostname())
    };
    wait_until("the facts are told", || told("web"));
    assert_eq!(answered(&host, &[(json!("role=db"), Value::Null)]), [false]);
    host.sandbox.write("facts.yaml", "role: db\n");
    wait_until("the new ones are told", || told("db"));
    assert_eq!(answered(&host, &[(json!("role=db"), Value::Null)]), [true]);
    agent.stop();
}

#[test]
fn the_facts_are_a_flat_object_with_the_words_of_text_files() {
    let host = host_with_files(1.0, None);
    let agent = host.start();
    let told = std::cell::RefCell::new(Vec::new());
    wait_until("the facts are told twice", || {
        told.borrow_mut().extend(host.facts.take());
        told.borrow().len() >= 2
    });
    assert_eq!(
        told.borrow()[0],
        json!({
            "role": "web", "cpus": 4, "load": 0.5, "spare": false, "url": "a=b", "memcached": "None",
            "nginx::server": "None", "ec2_cagent_hostname": hostname(),
        })
    );
    agent.stop();
}

#[test]
fn facter_is_a_shell_command_whose_facts_give_way_to_those_of_files() {
    let facter = "echo 'role: db'; echo 'kernel: Linux' 2> /dev/null | cat";
    let host = host_with_files(600.0, Some(facter));
    let agent = host.start();
    let filters = [(json!("kernel=Linux,role=web"), Value::Null), (json!("role=db"), Value::Null)];
    assert_eq!(answered(&host, &filters), [true, false]);
    agent.stop();
}

#[test]
fn a_source_that_is_broken_is_logged_and_the_others_count() {
    let host = host_with_files(600.0, Some("exit 3"));
    std::fs::remove_file(host.path("classes.txt")).unwrap();
    let agent = host.start();
    assert_eq!(answered(&host, &[(json!("role=web"), Value::Null)]), [true]);
    let log = agent.log();
    assert!(log.contains("[ERROR] facts: ") && log.contains("classes.txt"), "{log}");
    agent.stop();
}

#[test]
fn the_older_form_of_the_configuration_names_its_files_in_one_text() {
    let host = host_with_files(1.0, None);
    let paths = format!("{},{}", host.path("facts.yaml").display(), host.path("classes.txt").display());
    host.configure(json!({"general": {
        "log_level": "INFO", "timeout": 30, "sqs_poll_interval": 1, "done_queue_poll_interval": 0.1, "yaml_facts": true,
        "yaml_facts_path": paths, "yaml_facts_refresh": 1, "use_facts_queue": true,
    }}));
    let agent = host.start();
    assert_eq!(answered(&host, &[(json!("role=web,memcached"), Value::Null)]), [true]);
    wait_until("the facts are told", || !host.facts.take().is_empty());
    agent.stop();
}
