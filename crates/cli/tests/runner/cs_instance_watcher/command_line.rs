//! Options as Python's argparse takes them.

use bellwether_testkit::process::{Finished, Sandbox};

use super::support::{bare, on_instance, wait_until_refused};

fn wrong(arguments: &[&str]) -> Finished {
    bare(&Sandbox::new()).args(arguments).finish().expect_code(2)
}

#[test]
fn help_lists_every_option_of_the_manual() {
    for arguments in [&["-h"][..], &["--help"], &["--he", "--nonsense"]] {
        let done = bare(&Sandbox::new()).args(arguments).finish().expect_code(0);
        for option in [
            "--api-polling-period",
            "--on-draining-block-new-connections-to-ports",
            "--config",
            "--script-dir",
            "--instance-state",
            "--stale-context-timeout",
            "--force",
            "--log-file",
            "--log-file-rotate",
            "--generate-systemd",
            "--do-not-generate-systemd",
        ] {
            assert!(done.stdout_text().contains(&format!("  {option} ")), "{option}");
        }
        assert!(done.stdout_text().starts_with("usage: cs-instance-watcher [-h]") && done.stderr.is_empty());
    }
}

#[test]
fn a_wrong_command_line_says_how_it_is_right() {
    for (arguments, why) in [
        (&["start"][..], "unrecognized arguments: start"),
        (&["--verbose"], "unrecognized arguments: --verbose"),
        (&["--log", "x"], "ambiguous option: --log could match --log-file, --log-file-rotate"),
        (&["--config"], "argument --config: expected one argument"),
        (&["--on-draining-block-new-connections-to-ports"], "expected at least one argument"),
        (&["--on", "80", "http"], "'http' is no TCP port"),
        (&["--on", "0"], "'0' is no TCP port"),
        (&["--on", "65536"], "'65536' is no TCP port"),
        (&["--api-polling-period", "often"], "'often' is no whole number of seconds"),
        (&["--force", "maybe"], "'maybe' is neither true nor false"),
        (&["--log-file-rotate", "d,0"], "use 1 or more"),
        (&["--instance-state", "a/b"], "'a/b' is no state"),
    ] {
        let done = wrong(arguments);
        let said = done.stderr_text();
        assert!(said.starts_with("usage: cs-instance-watcher") && done.stdout.is_empty(), "{said}");
        assert!(said.contains("cs-instance-watcher: error: ") && said.contains(why), "{why}: {said}");
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let said = wrong(&["--on", "0", "--api", "x", "--stale", "y"]).stderr_text();
    assert_eq!(said.matches("cs-instance-watcher: error: ").count(), 3, "{said}");
}

#[test]
fn options_may_be_shortened_and_joined_to_their_values() {
    on_instance(|node| {
        node.squad.set_state("draining");
        let watcher = node.watch(&["--on=80", "--stale=5", "--log-file-r", "h,2", "--api=2"]);
        watcher.wait_for_log("every 2 s");
        wait_until_refused(80);
        assert!(super::support::is_open(443), "--on=80 is one port");
        watcher.stop();
    });
}

#[test]
fn bellwether_takes_the_name_as_its_first_argument() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(crate::support::bellwether()).args(["cs-instance-watcher", "--help"]);
    assert!(run.finish().expect_code(0).stdout_text().starts_with("usage: cs-instance-watcher"));
}

#[test]
fn a_period_beyond_a_minute_counts_as_a_minute() {
    on_instance(|node| {
        let watcher = node.watch(&["--api-polling-period", "3600"]);
        watcher.wait_for_log("every 60 s");
        watcher.stop();
    });
}
