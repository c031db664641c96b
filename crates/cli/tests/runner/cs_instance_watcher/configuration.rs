//! The configuration file: after the command line, before the defaults.

use bellwether_testkit::process::Sandbox;

use super::support::{bare, is_open, on_instance, wait_until_refused};

#[test]
fn the_command_line_comes_before_the_file_and_the_file_before_the_defaults() {
    on_instance(|node| {
        node.squad.set_state("draining");
        let text = r#"{"on_draining_block_new_connections_to_ports": [443], "api_polling_period": 7,
            "script_dir": "/nowhere", "instance_state": null}"#;
        let file = node.sandbox.write("watcher.json", text).display().to_string();
        let watcher = node.watch(&["--config", &file]);
        wait_until_refused(443);
        assert!(is_open(80));
        watcher.wait_for_log("every 1 s");
        assert!(!watcher.log().contains("/nowhere"), "the command line names another");
        watcher.stop();
        let watcher = node.watch(&["--config", &file, "--on", "80"]);
        wait_until_refused(80);
        assert!(is_open(443));
        watcher.stop();
    });
}

#[test]
fn a_file_with_settings_alone_is_enough() {
    on_instance(|node| {
        let text = format!(r#"{{"api_polling_period": "2", "script_dir": "{}"}}"#, node.scripts().display());
        let file = node.sandbox.write("watcher.json", text);
        let run = bare(&node.sandbox).arg("--config").arg(file);
        let run = node.squad.environment().into_iter().fold(run, |run, (name, value)| run.env(name, value));
        let watcher = super::support::Watching::start(run);
        watcher.wait_for_log("every 2 s");
        watcher.wait_for_log(&node.scripts().display().to_string());
        watcher.stop();
    });
}

#[test]
fn all_that_is_wrong_in_a_file_is_said_at_once() {
    let sandbox = Sandbox::new();
    for (text, count, why) in [
        ("{", 1, "it is no JSON"),
        ("[]", 1, "it is no JSON object"),
        (r#"{"log-file": "/x", "polling": 1}"#, 2, "'log-file' is no option"),
        (r#"{"api_polling_period": "x", "force": "maybe"}"#, 2, "argument force: 'maybe' is neither true nor false"),
        (r#"{"config": "/y"}"#, 1, "'config' is no option"),
    ] {
        let file = sandbox.write("watcher.json", text).display().to_string();
        let said = bare(&sandbox).args(["--config", &file, "--api", "5"]).finish().expect_code(2).stderr_text();
        assert_eq!(said.matches(&format!("error: configuration file {file}: ")).count(), count, "{said}");
        assert!(said.contains(why), "{why}: {said}");
    }
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let done = bare(&Sandbox::new()).args(["--config", "/nowhere.json"]).finish().expect_code(2);
    assert!(done.stderr_text().contains("cannot read /nowhere.json"), "{}", done.stderr_text());
}

#[test]
fn the_usual_file_is_read_where_none_is_named() {
    let sandbox = Sandbox::new();
    let etc = sandbox.path().join("etc");
    std::fs::create_dir(&etc).unwrap();
    sandbox.write("etc/cs-instance-watcher.json", r#"{"api_polling_period": "often"}"#);
    let program = sandbox.called("cs-instance-watcher", crate::support::bellwether());
    let run = sandbox.run("unshare").args(["--mount", "--propagation", "private", "sh", "-c"]);
    let run = run.arg("mount --bind \"$1\" /etc; shift; exec \"$@\"").arg("sh").arg(etc).arg(program);
    let said = run.finish().expect_code(2).stderr_text();
    assert!(said.contains("configuration file /etc/cs-instance-watcher.json: argument api_polling_period"), "{said}");
}
