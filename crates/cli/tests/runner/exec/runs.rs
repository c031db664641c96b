//! What is run, and where.

use super::support::{Site, holds, sorted};

#[test]
fn every_option_reaches_the_command() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let shell = "cat; echo $COLOUR; pwd; id -un";
    let input = site.sandbox.write("input", "from a file\n");
    let options = ["--stdin", input.to_str().unwrap(), "--env", "COLOUR=blue", "--user", "nobody", "--directory", "/"];
    let done = site.end(0, &[&["exec", "--all", "--shell", shell], &options[..]].concat());
    assert_eq!(done.stdout_text(), "web-1: from a file\nweb-1: blue\nweb-1: /\nweb-1: nobody\n");
    let piped = site.run(&["exec", "--all", "--stdin", "-", "--", "cat"]).stdin("typed\n").finish().expect_code(0);
    assert_eq!(piped.stdout_text(), "web-1: typed\n");
}

#[test]
fn arguments_and_scripts_are_run_without_a_shell_between() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let done = site.end(0, &["exec", "--all", "--", "printf", "[%s]", "a b", "$HOME", "*"]);
    assert_eq!(done.stdout_text(), "web-1: [a b][$HOME][*]\n");
    let script = site.sandbox.write("script", "#!/bin/sh\nprintf '<%s>' \"$@\"\n");
    let done = site.end(0, &["exec", "--all", "--script", script.to_str().unwrap(), "--", "--force", "two words"]);
    assert_eq!(done.stdout_text(), "web-1: <--force><two words>\n");
}

#[test]
fn only_those_who_are_meant_run_it() {
    let site = Site::new();
    let _agents = site.agents(&["db-1", "web-1", "web-2"]);
    let ran = |arguments: &[&str]| {
        let done = site.end(0, &[&["exec"], arguments, &["--", "echo", "ran"]].concat());
        let mut nodes = sorted(&done.stdout_text());
        nodes.iter_mut().for_each(|line| line.truncate(line.find(' ').or(line.find(':')).unwrap()));
        nodes.iter().map(|node| node.trim_end_matches(':').to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ran(&["--all"]), ["db-1", "web-1", "web-2"]);
    assert_eq!(ran(&["role=web and cpus>=1"]), ["web-1", "web-2"]);
    assert_eq!(ran(&["--nodes", "db-1,web-2"]), ["db-1", "web-2"]);
    assert_eq!(ran(&["role=web", "--limit", "1"]), ["web-1"]);
    let preview = site.end(0, &["exec", "role=web", "--dry-run", "--", "touch", "ran"]);
    assert_eq!(preview.stdout_text(), "web-1\nweb-2\n2 nodes would be asked; nobody was\n");
    assert!(!site.sandbox.home().join("ran").exists());
}

#[test]
fn what_takes_too_long_is_ended_with_all_that_it_has_started() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let mark = site.sandbox.path().join("survived");
    let shell = format!("echo begun; (sleep 4; touch {}) & sleep 60", mark.display());
    let done = site.end(1, &["exec", "--all", "--timeout", "1s", "--shell", &shell]);
    assert_eq!(done.stdout_text(), "web-1: begun\n");
    holds(&done.stderr_text(), &["web-1: timed out", "0 succeeded, 1 failed"]);
    std::thread::sleep(std::time::Duration::from_secs(5));
    assert!(!mark.exists(), "a grandchild lived on");
}

#[test]
fn a_node_refuses_what_its_policy_does_not_allow() {
    let site = Site::new();
    site.sandbox.write(
        "policy.toml",
        "[[allow]]\nname = \"uptime\"\ncallers = [\"ops\"]\nactions = [\"argv\"]\ncommands = [\"uptime\"]\n",
    );
    let _agent = site.agent("web-1");
    site.end(0, &["exec", "--all", "--", "uptime"]);
    let done = site.end(1, &["exec", "--all", "--", "uptime", "-p"]);
    assert_eq!(done.stdout_text(), "");
    holds(&done.stderr_text(), &["web-1: refused: ", "0 succeeded, 1 refused"]);
}
