//! The table of differences of `docs/cs-instance-watcher.md`, held to the truth: what it says of ours is what ours does.
//! CloneSquad's program is not run here; what it does is known from its code, and from the benchmark that runs it.

use std::os::unix::fs::{PermissionsExt, symlink};

use bellwether_testkit::process::Sandbox;
use serde_json::json;

use crate::support::{page, table, wait_until};

use super::support::{Node, bare, is_open, on_instance, text_of, wait_until_open, wait_until_refused};

type Check = fn(&Node);

/// What is shown, by the first cell of its row.
const SHOWN: &[(&str, Check)] = &[
    ("default of `--api-polling-period`", |node| {
        let run =
            node.squad.environment().into_iter().fold(bare(&node.sandbox), |run, (key, value)| run.env(key, value));
        let watcher = super::support::Watching::start(run);
        watcher.wait_for_log("every 10 s");
        watcher.stop();
    }),
    ("default of `--stale-context-timeout`", |_| helped("(default: 300)")),
    ("default of `--log-file-rotate`", |_| helped("(default: d,1,7)")),
    ("`--force`", |node| {
        drained_by_target_groups(node);
        let watcher = node.guard(&["--force"]);
        wait_until_refused(80);
        watcher.stop();
    }),
    ("`--force False`", |node| {
        drained_by_target_groups(node);
        let watcher = node.guard(&["--force", "False"]);
        watcher.wait_for_log("the state is draining");
        node.wait_for_polls();
        assert!(is_open(80));
        watcher.stop();
    }),
    ("configuration file", |node| {
        let wrong = node.sandbox.write("wrong.json", r#"{"force": "maybe"}"#);
        node.watcher(&["--config", wrong.to_str().unwrap()]).finish().expect_code(2);
        let right = node.sandbox.write("right.json", r#"{"force": true}"#);
        drained_by_target_groups(node);
        let watcher = node.guard(&["--config", right.to_str().unwrap()]);
        wait_until_refused(80);
        watcher.stop();
    }),
    ("an option without its value", |node| drop(node.watcher(&["--log-file"]).finish().expect_code(2))),
    ("a firewall without any rules", |node| {
        let rules = bellwether_testkit::process::Run::new("/usr/sbin/nft").args(["list", "ruleset"]).finish();
        assert_eq!(rules.expect_code(0).stdout_text(), "");
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        watcher.stop();
    }),
    ("unit: type", |node| {
        let unit = generated(node, 0);
        assert!(unit.contains("\nType=notify\n") && unit.contains("\nWatchdogSec="), "{unit}");
    }),
    ("unit: writing", |node| {
        symlink("/dev/null", node.sandbox.path().join("x.service")).unwrap();
        generated(node, 1);
    }),
    ("unit: relative paths", |node| {
        let unit = node.sandbox.path().join("x.service");
        let run = bare(&node.sandbox).args(["--script-dir", "scripts", "--generate-systemd"]).arg(&unit);
        run.finish().expect_code(2);
        assert!(!unit.exists());
    }),
    ("log file: permissions", |node| {
        let file = node.sandbox.path().join("x.log");
        let program = node.sandbox.called("cs-instance-watcher", crate::support::bellwether());
        let run = node.sandbox.run("sh").args(["-c", "umask 0; exec \"$@\"", "sh"]).arg(program);
        let watcher = super::support::Watching::start(run.arg("--log-file").arg(&file));
        wait_until("something is logged", || !text_of(&file).is_empty());
        watcher.stop();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    }),
    ("log file: lines of scripts", |node| {
        node.script("draining", "lines", "printf 'one\\ntwo\\033[2J\\n'");
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        watcher.wait_for_log("lines ended");
        let log = watcher.stop().stderr_text();
        assert!(log.contains("/lines: one\n") && log.contains("/lines: two\\u{1b}[2J\n"), "{log}");
    }),
    ("metadata service", |node| {
        let watcher = node.guard(&[]);
        watcher.wait_for_log("the state is running");
        watcher.stop();
        let asked = node.squad.imds().requests();
        assert!(asked.iter().any(|request| request.method == "PUT"), "a token is asked for");
    }),
    ("region", |node| {
        let zone = "/latest/meta-data/placement/availability-zone";
        node.squad.imds().set_page(zone, 200, "eu-west-1-lon-1a");
        let watcher = node.guard(&[]);
        watcher.wait_for_log("the state is running");
        watcher.stop();
    }),
    ("firewall", |node| {
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        assert!(ruleset(node).contains("table inet bellwether"));
        watcher.stop();
    }),
    ("rules that CloneSquad's program left", |node| {
        for command in ["-N CS-INSTANCE-WATCHER", "-I INPUT -j CS-INSTANCE-WATCHER"] {
            node.sandbox.run("/usr/sbin/iptables-nft").args(command.split(' ')).finish().expect_code(0);
        }
        let watcher = node.guard(&[]);
        wait_until("the chain is gone", || !ruleset(node).contains("CS-INSTANCE-WATCHER"));
        watcher.stop();
    }),
    ("rules when target groups appear", |node| {
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        drained_by_target_groups(node);
        wait_until_open(80);
        watcher.stop();
    }),
    ("a script that takes long", |node| {
        node.script("draining", "slow", "until [ -e $HOME/go ] || [ ! -d $HOME ]; do sleep 0.1; done");
        let watcher = node.guard(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        watcher.wait_for_log("slow starts");
        wait_until_refused(80);
        node.wait_for_polls();
        node.sandbox.write("home/go", "");
        watcher.stop();
    }),
    ("a script that another user could have written", |node| {
        let script = node.script("draining", "theirs", "touch $HOME/ran");
        std::os::unix::fs::chown(&script, Some(65_534), None).unwrap();
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        watcher.wait_for_log("was not run");
        watcher.stop();
        assert!(!node.sandbox.home().join("ran").exists());
    }),
    ("environment of scripts", |node| {
        node.script("draining", "env", "echo $CLONESQUAD_STATE >> $HOME/notes");
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        node.wait_for_notes(&["draining"]);
        watcher.stop();
    }),
    ("a change during a restart", |node| {
        node.note_changes_to(&["draining"]);
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.wait_for_polls();
        watcher.stop();
        node.squad.set_state("draining");
        let next = node.watch(&[]);
        node.wait_for_notes(&["draining running"]);
        next.stop();
    }),
    ("a second watcher", |node| {
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.watcher(&[]).finish().expect_code(1);
        watcher.stop();
    }),
];

/// What is told and not shown: it takes days, or minutes; or it is shown for the log file alone, elsewhere.
const TOLD: &[&str] = &["log file: `midnight,N` and `Wn,N`", "log file: what is deleted", "a script that never ends"];

fn helped(text: &str) {
    let help = bare(&Sandbox::new()).arg("--help").finish().expect_code(0).stdout_text();
    assert!(help.contains(text), "{text}: {help}");
}

fn drained_by_target_groups(node: &Node) {
    node.squad.set_state("draining");
    node.squad.change_metadata(|metadata| metadata["TargetGroups"]["NbOfTargetGroups"] = json!(1));
}

fn generated(node: &Node, code: i32) -> String {
    let unit = node.sandbox.path().join("x.service");
    bare(&node.sandbox).arg("--generate-systemd").arg(&unit).finish().expect_code(code);
    text_of(&unit)
}

fn ruleset(node: &Node) -> String {
    node.sandbox.run("/usr/sbin/nft").args(["list", "ruleset"]).finish().expect_code(0).stdout_text()
}

/// The rows of the table, each with its cells.
fn differences() -> Vec<Vec<String>> {
    table(&page("cs-instance-watcher.md"), "Differences from CloneSquad's program")
}

#[test]
fn every_difference_of_the_page_is_real() {
    std::thread::scope(|scope| {
        for lane in [0, 1] {
            let rows = SHOWN.iter().skip(lane).step_by(2);
            scope.spawn(move || {
                for (what, check) in rows {
                    println!("{what}");
                    on_instance(check);
                }
            });
        }
    });
}

#[test]
fn every_difference_is_on_the_page() {
    let mut listed: Vec<String> = differences().into_iter().map(|cells| cells[0].clone()).collect();
    let mut known: Vec<&str> = SHOWN.iter().map(|(what, _)| *what).chain(TOLD.iter().copied()).collect();
    listed.sort();
    known.sort_unstable();
    assert_eq!(listed, known);
    assert!(differences().iter().all(|cells| cells.len() == 4 && cells.iter().all(|cell| !cell.is_empty())));
}

#[test]
fn the_page_lists_every_option_of_the_help() {
    let help = bare(&Sandbox::new()).arg("--help").finish().expect_code(0).stdout_text();
    let listed: Vec<String> =
        table(&page("cs-instance-watcher.md"), "Options").into_iter().map(|row| row[0].clone()).collect();
    let options =
        help.lines().filter_map(|line| line.strip_prefix("  --")).map(|rest| rest.split("  ").next().unwrap());
    let options: Vec<String> = options.map(|option| format!("`--{option}`")).collect();
    assert_eq!(options.len(), 11);
    for option in options {
        assert!(listed.contains(&option), "{option} is not in {listed:?}");
    }
}
