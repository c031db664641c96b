//! Configuration files and variables.

use bellwether_testkit::process::{Run, Sandbox};

use super::support::{bare, end, holds, json};

/// The node and the group that the program ends up with.
fn settled(run: Run) -> (String, String) {
    let roster = json(&end(run, 0));
    (roster["node"].as_str().unwrap().to_owned(), roster["group"].as_str().unwrap().to_owned())
}

fn pair(node: &str, group: &str) -> (String, String) {
    (node.to_owned(), group.to_owned())
}

const ROSTER: &[&str] = &["roster", "--json"];

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let sandbox = Sandbox::new();
    sandbox.write("home/.config/bellwether.toml", "node = 'file'\ngroup = 'nodes:file'\n");
    assert_eq!(settled(bare(&sandbox, ROSTER)), pair("file", "nodes:file"));
    let variables =
        || bare(&sandbox, ROSTER).env("BELLWETHER_NODE", "variable").env("BELLWETHER_GROUP", "nodes:variable");
    assert_eq!(settled(variables()), pair("variable", "nodes:variable"));
    assert_eq!(settled(variables().args(["nodes:flag", "--node", "flag"])), pair("flag", "nodes:flag"));
    let empty = bare(&sandbox, ROSTER).env("BELLWETHER_NODE", "").env("BELLWETHER_GROUP", "");
    assert_eq!(settled(empty), pair("file", "nodes:file"), "an empty variable is none");
}

#[test]
fn the_users_file_is_found_by_the_xdg_rules() {
    let sandbox = Sandbox::new();
    sandbox.write("home/.config/bellwether.toml", "group = 'nodes:home'\nnode = 'n'\n");
    sandbox.write("xdg/bellwether.toml", "group = 'nodes:xdg'\nnode = 'n'\n");
    let run = bare(&sandbox, ROSTER).env("XDG_CONFIG_HOME", sandbox.path().join("xdg"));
    assert_eq!(settled(run), pair("n", "nodes:xdg"));
    let run = bare(&sandbox, ROSTER).env("XDG_CONFIG_HOME", "relative");
    assert_eq!(settled(run), pair("n", "nodes:home"), "a relative directory does not count");
}

#[test]
fn all_that_is_wrong_is_told_at_once_before_anything_is_done() {
    let sandbox = Sandbox::new();
    let text = "nod = 'x'\nstore = 'redis://x'\ngroup = ['a']\n[once]\nlease = '10ms'\nskip_status = 256\n[aws]\nattempts = 0\n[onec]\nlease = '30s'\n";
    let file = sandbox.write("home/.config/bellwether.toml", text);
    let run = bare(&sandbox, ROSTER).env("BELLWETHER_TIMEZOEN", "UTC").env("BELLWETHER_AWS_TIMEOUT", "soon");
    let done = end(run, 64);
    assert_eq!(done.stdout_text(), "");
    let parts = [
        "bellwether: error: the configuration is wrong",
        file.to_str().unwrap(),
        "unknown key 'nod'",
        "unknown key 'onec'",
        "'redis://x' is not a store",
        "'group' must be a text, a whole number, true or false",
        "'once.lease': a lease must last 1s at least",
        "'256' is not an exit status",
        "'aws.attempts': '0'",
        "unknown variable BELLWETHER_TIMEZOEN",
        "BELLWETHER_AWS_TIMEOUT",
        "hint: known keys: node, group, store",
    ];
    holds(&done.stderr_text(), &parts);
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    let sandbox = Sandbox::new();
    for (content, why) in
        [(b"node = \n" as &[u8], "line 1"), (b"node = 'a\xff'\n", "not UTF-8"), (b"[once\n", "line 1")]
    {
        let file = sandbox.write("home/.config/bellwether.toml", content);
        let done = end(bare(&sandbox, ROSTER), 64);
        holds(&done.stderr_text(), &[file.to_str().unwrap(), why, "hint: "]);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_not_passed_over() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.home().join(".config/bellwether.toml")).unwrap();
    let done = end(bare(&sandbox, ROSTER), 64);
    holds(&done.stderr_text(), &["bellwether.toml", "directory"]);
}

#[test]
fn what_a_job_is_given_does_not_disturb_a_bellwether_inside_it() {
    let sandbox = Sandbox::new();
    let inner = format!("exec '{}' roster --json nodes:inner", crate::support::bellwether().display());
    let arguments = ["once", "outer", "--store", "none", "--node", "me", "--", "sh", "-c", &inner];
    assert_eq!(settled(bare(&sandbox, &arguments)), pair("me", "nodes:inner"));
}

#[test]
fn help_needs_no_configuration() {
    let sandbox = Sandbox::new();
    sandbox.write("home/.config/bellwether.toml", "nonsense");
    end(bare(&sandbox, &["--help"]), 0);
    end(bare(&sandbox, &["once", "--help"]), 0);
    end(bare(&sandbox, &["--version"]), 0);
}
