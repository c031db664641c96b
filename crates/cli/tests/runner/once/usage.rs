//! Wrong command lines and configurations: status 64, a reason, and nothing done.

use super::host::Host;

/// Each command line is refused with a word that tells why.
fn refused(lines: &[(&[&str], &str)]) {
    for (arguments, why) in lines {
        let host = Host::new();
        let done = host.bellwether(*arguments).args(["--", "touch", "ran"]).finish();
        let said = done.stderr_text();
        assert_eq!(done.code, Some(64), "{arguments:?}: {said}");
        assert!(said.contains(why), "{arguments:?}: '{why}' is missing in {said}");
        assert_eq!(done.stdout_text(), "", "{arguments:?}");
        assert!(!host.has("ran"), "{arguments:?}: the command was run");
        assert_eq!(std::fs::read_dir(host.sandbox.state()).unwrap().count(), 0, "{arguments:?} created something");
    }
}

#[test]
fn wrong_ticks_are_refused() {
    refused(&[
        (&["once", "job", "--schedule", "every day"], "not a cron pattern"),
        (&["once", "job", "--schedule", "* * * * * *"], "not a cron pattern"),
        (&["once", "job", "--schedule", "61 * * * *"], "not a cron pattern"),
        (&["once", "job", "--schedule", "@reboot"], "names no time"),
        (&["once", "job", "--schedule", "0 0 30 2 *"], "never comes true"),
        (&["once", "job", "--schedule", "@daily", "--timezone", "No/Where"], "not a known time zone"),
        (&["once", "job", "--timezone", "UTC"], "--timezone"),
        (&["once", "job", "--every", "0s"], "1s at least"),
        (&["once", "job", "--every", "0"], "not a duration"),
        (&["once", "job", "--every", "1500ms"], "whole number of seconds"),
        (&["once", "job", "--every=-5s"], "no fixed"),
        (&["once", "job", "--every", "1mo"], "no fixed"),
        (&["once", "job", "--every", "5m", "--schedule", "@daily"], "cannot be used with"),
    ]);
}

#[test]
fn wrong_stores_and_groups_are_refused() {
    refused(&[
        (&["once", "job", "--group", "nodes:a,b"], "seen by this host alone"),
        (&["once", "job", "--group", "file:/etc/nodes"], "--store none"),
        (&["once", "job", "--group", "elb:web"], "seen by this host alone"),
        (&["once", "job", "--group", "web"], "is no group"),
        (&["once", "job", "--group", "nodes:"], "nodes:a,b,c"),
        (&["once", "job", "--group", "elb:"], "elb:NAME"),
        (&["once", "job", "--store", "redis://x"], "is not a store"),
        (&["once", "job", "--store", "sqlite:"], "names nothing"),
        (&["once", "job", "--store", ""], "store"),
    ]);
}

#[test]
fn wrong_values_and_unknown_flags_are_refused() {
    let long = "x".repeat(201);
    refused(&[
        (&["once", "job", "--lease", "999ms"], "1s at least"),
        (&["once", "job", "--timeout", "soon"], "not a duration"),
        (&["once", "job", "--retries=-1"], "--retries"),
        (&["once", "job", "--skip-status", "256"], "--skip-status"),
        (&["once", "job", "--overlap", "maybe"], "forbid"),
        (&["once", "job", "--on-lost", "maybe"], "rerun"),
        (&["once", "job", "--on-store-error", "maybe"], "fail"),
        (&["once", "job", "--bogus"], "--bogus"),
        (&["once", "job", "two"], "two"),
        (&["once", ""], "empty"),
        (&["once", "a\nb"], "control character"),
        (&["once", &long], "200"),
        (&["--quiet", "--verbose", "once", "job"], "--quiet"),
        (&["twice", "job"], "twice"),
    ]);
}

#[test]
fn a_command_must_be_given() {
    let host = Host::new();
    for arguments in [&["once", "job"][..], &["once", "job", "--"], &["once"]] {
        let done = host.bellwether(arguments).finish().expect_code(64);
        assert!(done.stderr_text().contains("COMMAND"), "{}", done.stderr_text());
    }
}

#[test]
fn all_that_is_wrong_with_the_configuration_is_said_at_once() {
    let host = Host::new();
    host.sandbox
        .write("config/bellwether.toml", "nodes = 'a'\nstore = 'redis://x'\n[once]\nlease = '10ms'\nleas = 1\n");
    let run = host
        .once("job", &[], &["touch", "ran"])
        .env("XDG_CONFIG_HOME", host.sandbox.path().join("config"))
        .env("BELLWETHER_STOER", "none")
        .env("BELLWETHER_ONCE_SKIP_STATUS", "many");
    let said = run.finish().expect_code(64).stderr_text();
    for part in [
        "unknown key 'nodes'",
        "'redis://x' is not a store",
        "'once.lease': a lease must last 1s at least",
        "unknown key 'once.leas'",
        "unknown variable BELLWETHER_STOER",
        "BELLWETHER_ONCE_SKIP_STATUS: 'many' is not an exit status",
        "config/bellwether.toml",
        "known keys: node, group",
    ] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    assert!(!host.has("ran"));
}

#[test]
fn history_refuses_what_makes_no_sense() {
    let host = Host::new();
    for (arguments, why) in [
        (&["history", "--store", "none"][..], "without a store"),
        (&["history", "--limit", "0"], "--limit"),
        (&["history", "--json", "--output"], "cannot be used with"),
        (&["history", "a", "b"], "b"),
    ] {
        let said = host.bellwether(arguments).finish().expect_code(64).stderr_text();
        assert!(said.contains(why), "{arguments:?}: {said}");
    }
}
