//! `local`, `nodes:` and `file:` groups, which need nobody but this host.

use bellwether_testkit::process::Sandbox;
use serde_json::json;

use super::support::{bare, end, holds, json, members, refusal};

fn roster_as(node: &str, group: &str, sandbox: &Sandbox) -> serde_json::Value {
    json(&end(bare(sandbox, &["roster", group, "--json", "--node", node]), 0))
}

#[test]
fn the_local_group_is_this_host_alone_and_it_leads() {
    let sandbox = Sandbox::new();
    let host = end(sandbox.run("/usr/bin/uname").arg("-n"), 0).stdout_text().trim().to_owned();
    let roster = json(&end(bare(&sandbox, &["roster", "local", "--json"]), 0));
    let me = json!({"node": host, "healthy": true, "state": "healthy", "reason": "", "this_node": true});
    assert_eq!(roster, json!({"group": "local", "node": host, "leads": true, "members": [me]}));
}

#[test]
fn the_table_names_the_first_and_this_node() {
    let sandbox = Sandbox::new();
    let done = end(bare(&sandbox, &["roster", "nodes:web-10,db,a", "--node", "db"]), 0);
    let expected = "NODE    HEALTH   ROLE       REASON\n\
                    a       healthy  first\n\
                    db      healthy  this node\n\
                    web-10  healthy\n";
    assert_eq!((done.stdout_text().as_str(), done.stderr_text().as_str()), (expected, ""));
    let first = end(bare(&sandbox, &["roster", "nodes:b,a", "--node", "a"]), 0).stdout_text();
    holds(&first, &["first, this node"]);
}

#[test]
fn a_list_of_nodes_is_sorted_and_holds_each_node_once() {
    let roster = roster_as("c", "nodes:c, a,,b,a", &Sandbox::new());
    assert_eq!(members(&roster), ["a+", "b+", "c+*"]);
    assert_eq!(
        (&roster["group"], &roster["leads"], &roster["node"]),
        (&json!("nodes:c,a,b,a"), &json!(false), &json!("c"))
    );
}

#[test]
fn a_node_that_is_not_in_the_list_sees_it_and_does_not_lead() {
    let roster = roster_as("stranger", "nodes:a,b", &Sandbox::new());
    assert_eq!((members(&roster), &roster["leads"]), (vec!["a+".to_owned(), "b+".to_owned()], &json!(false)));
}

#[test]
fn a_file_lists_nodes_with_comments_and_blank_lines_and_any_line_ends() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("nodes", "# the fleet\n\n  web-2  # spare\r\nweb-1\n\t\n#web-3\nweb-2\nünï");
    let roster = roster_as("web-1", &format!("file:{}", file.display()), &sandbox);
    assert_eq!(members(&roster), ["web-1+*", "web-2+", "ünï+"]);
}

#[test]
fn an_empty_file_is_a_group_without_members() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("nodes", "# nobody yet\n");
    let group = format!("file:{}", file.display());
    assert_eq!(roster_as("a", &group, &sandbox)["members"], json!([]));
    let table = end(bare(&sandbox, &["roster", &group, "--node", "a"]), 0).stdout_text();
    assert_eq!(table, "the group has no members\n");
}

#[test]
fn a_line_that_is_no_node_is_told_by_its_number() {
    let sandbox = Sandbox::new();
    for (bad, why) in [("x".repeat(201), "201 bytes"), ("a\u{1b}b".to_owned(), "control character")] {
        let file = sandbox.write("nodes", format!("web-1\n\n{bad}\n"));
        let (error, hint) = refusal(bare(&sandbox, &["roster", &format!("file:{}", file.display())]), 69);
        holds(&error, &[file.to_str().unwrap(), "line 3", why]);
        holds(&hint, &["one node a line"]);
    }
}

#[test]
fn a_file_that_cannot_be_used_is_told_with_its_path() {
    let sandbox = Sandbox::new();
    let latin1 = sandbox.write("latin1", b"caf\xe9\n");
    let huge = sandbox.write("huge", vec![b'#'; (1 << 20) + 1]);
    for (path, why) in [
        (sandbox.path().join("none"), "No such file"),
        (sandbox.home(), "directory"),
        (latin1, "not UTF-8"),
        (huge, "1048576"),
    ] {
        let (error, hint) = refusal(bare(&sandbox, &["roster", &format!("file:{}", path.display())]), 69);
        holds(&error, &[path.to_str().unwrap(), why]);
        assert!(!hint.is_empty());
    }
}

#[test]
fn a_group_that_is_none_is_wrong_usage_and_the_kinds_are_told() {
    let sandbox = Sandbox::new();
    for group in ["web", "elbv3:web", "elb:", "nodes:", "nodes:,", "tag:Role", "tag:=x", "file:", "LOCAL"] {
        let done = end(bare(&sandbox, &["roster", group]), 64);
        assert_eq!(done.stdout_text(), "");
        let stderr = done.stderr_text();
        assert!(
            stderr.contains(&format!("'{group}'")) && (stderr.contains("elb:NAME") || stderr.contains("; write")),
            "{stderr}"
        );
    }
}

#[test]
fn without_a_group_the_roster_says_how_to_name_one() {
    let (error, hint) = refusal(bare(&Sandbox::new(), &["roster"]), 64);
    assert_eq!(error, "no group is named");
    holds(&hint, &["add G, for example elb:NAME", "'group' in /etc/bellwether.toml"]);
}
