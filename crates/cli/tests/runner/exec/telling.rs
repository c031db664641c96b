//! What is told of who is asked, expected, missing or wrongly named.

use std::time::Duration;

use bellwether_core::fleet::reply::{Done, Event, Outcome};
use bellwether_testkit::nats::{NatsServer, Release};
use serde_json::{Value, json};

use super::impostor;
use super::support::{Site, events, holds};
use crate::support::wait_until;

/// The events of a kind.
fn of<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == kind).collect()
}

#[test]
fn json_begins_with_the_call_holds_every_warning_and_ends_with_names() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let key = site.end(0, &["keys", "show"]).stdout_text().trim().to_owned();
    site.end(0, &["keys", "pin", "gone-1", &key]);
    site.end(0, &["keys", "forget", "web-1"]);
    let done = site.end(1, &["--quiet", "exec", "--all", "--json", "--", "false"]);
    assert_eq!(done.stderr_text(), "");
    let told = events(&done);
    assert_eq!((&told[0]["event"], &told[0]["environment"]), (&json!("expected"), &json!(site.env)));
    assert_eq!((&told[0]["present"], &told[0]["absent"]), (&json!(["web-1"]), &json!(["gone-1"])));
    assert_eq!(told[0]["call"].as_str().map(str::len), Some(36), "{}", told[0]);
    let warned: Vec<_> = of(&told, "warning").iter().map(|it| (it["nodes"].clone(), it["text"].to_string())).collect();
    let about = |node: &str, text: &str| warned.iter().any(|(nodes, it)| *nodes == json!([node]) && it.contains(text));
    assert!(about("gone-1", "known before") && about("web-1", "seen for the first time"), "{warned:?}");
    let summary = of(&told, "summary")[0];
    assert_eq!((&summary["failed"], &summary["failed_nodes"]), (&json!(1), &json!(["web-1"])));
    assert_eq!((&summary["refused_nodes"], &summary["unexpected"]), (&json!([]), &Value::Null));
}

#[test]
fn a_call_that_nobody_waits_for_and_one_that_is_not_made_are_json_too() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let told = events(&site.end(0, &["exec", "--all", "--async", "--json", "--", "true"]));
    let last = told.last().unwrap();
    assert_eq!((&last["event"], &last["nodes"]), (&json!("async"), &json!(["web-1"])));
    assert_eq!(last["call"], told[0]["call"]);
    let told = events(&site.end(0, &["exec", "--nodes", "web-1,web-9", "--dry-run", "--json", "--", "true"]));
    assert_eq!((told.len(), &told[0]["event"]), (1, &json!("dry_run")));
    assert_eq!((&told[0]["asked"], &told[0]["unknown"]), (&json!(["web-1", "web-9"]), &json!(["web-9"])));
}

#[test]
fn a_node_in_the_place_of_a_filter_is_told_before_anybody_is_asked() {
    let site = Site::new();
    let _agents = site.agents(&["web-1", "web-2"]);
    let mark = site.sandbox.path().join("mark");
    let touch = ["--", "touch", mark.to_str().unwrap()];
    let told = site.end(64, &[&["exec", "web-1"], &touch[..]].concat()).stderr_text();
    holds(&told, &["'web-1' asks for nodes with a fact of that name", "hint: nodes are named with --nodes web-1\n"]);
    let told = site.end(64, &[&["exec", "web-1 or web-2"], &touch[..]].concat()).stderr_text();
    holds(&told, &["--nodes web-1,web-2\n"]);
    holds(&site.end(64, &["ping", "web-2"]).stderr_text(), &["--nodes web-2\n"]);
    holds(&site.end(64, &[&["exec", "web-1,web-2"], &touch[..]].concat()).stderr_text(), &["--nodes ID,ID"]);
    assert!(!mark.exists());
}

#[test]
fn a_filter_that_nobody_matches_is_told_at_once_and_does_not_take_long() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    for command in [&["exec", "rolle=web", "--wait", "60s", "--", "true"][..], &["ping", "rolle=web", "--wait", "60s"]]
    {
        let done = site.end(2, command);
        let matches =
            format!("no node in the inventory of '{}' matches 'rolle=web'; 'bellwether facts' lists", site.env);
        holds(&done.stderr_text(), &[&matches, "nobody is expected to answer"]);
        assert!(done.wall < Duration::from_secs(40), "{:?}", done.wall);
    }
    let told = site.end(2, &["facts", "web-9"]).stderr_text();
    holds(&told, &["no node in the inventory has the id 'web-9', and none has facts that match it"]);
}

#[test]
fn everyone_who_is_missing_is_named() {
    let site = Site::new();
    let nodes: Vec<String> = (1..=25).map(|number| format!("gone-{number}")).collect();
    let done = site.end(2, &["exec", "--nodes", &nodes.join(","), "--wait", "1s", "--", "true"]);
    holds(&done.stderr_text(), &["not in the inventory, and asked all the same: gone-[1-25]\n"]);
    holds(&done.stderr_text(), &["did not answer: gone-[1-25]\n", "0 succeeded, 25 without an answer\n"]);
}

#[test]
fn who_answers_without_being_expected_is_counted_and_named_apart() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let done = Done { outcome: Outcome::Exited(0), duration_ms: 1, dropped_out: 0, dropped_err: 0 };
    impostor::answer(&site.env, "odd-1", 1, vec![Event::Done(done)]);
    let told = site.end(1, &["exec", "--all", "--shell", "sleep 2; exit 3"]).stderr_text();
    let counted = "0 succeeded, 1 failed; of 1 more that nobody expected, 1 succeeded\n";
    holds(&told, &["1 node is expected to answer: web-1\n", "answered without being expected: odd-1\n", counted]);
    let told = events(&site.end(0, &["exec", "--all", "--json", "--shell", "sleep 2"]));
    let summary = of(&told, "summary")[0];
    assert_eq!((&summary["succeeded"], &summary["unexpected"]["nodes"]), (&json!(1), &json!(["odd-1"])));
}

#[test]
fn a_caller_whom_nobody_believes_is_told_what_to_check() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let key = site.end(0, &["keys", "generate", "--force"]).stdout_text().trim().to_owned();
    let check =
        format!("has this caller's key, {key} (there: 'bellwether keys trust NAME KEY'), that the clocks agree");
    for command in [&["exec", "--all", "--wait", "2s", "--", "true"][..], &["ping", "--wait", "2s"]] {
        holds(&site.end(2, command).stderr_text(), &["hint: no node answered", &check, &site.env]);
    }
    let nobody = site.end(2, &["exec", "--nodes", "web-9", "--wait", "1s", "--", "true"]).stderr_text();
    assert!(!nobody.contains("hint: "), "{nobody}");
}

#[test]
fn a_variable_without_a_value_has_the_one_it_has_here() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let exec = ["exec", "--all", "--env", "SECRET", "--shell", "echo $SECRET"];
    let done = site.run(&exec).env("SECRET", "hush=hush").finish().expect_code(0);
    assert_eq!(done.stdout_text(), "web-1: hush=hush\n");
    let told = site.end(64, &exec).stderr_text();
    holds(&told, &["--env SECRET: there is no variable SECRET here", "hint: set and export it"]);
}

#[test]
fn a_command_without_dashes_before_it_is_explained() {
    let site = Site::new();
    for command in [&["exec", "role=web", "uptime"][..], &["exec", "--all", "uptime"], &["exec", "--nodes", "a", "id"]]
    {
        holds(&site.end(64, command).stderr_text(), &["hint: what is run stands after '--'"]);
    }
    let told = site.end(64, &["exec", "web-1", "web-2", "--", "true"]).stderr_text();
    holds(&told, &["nodes are named with --nodes ID,ID"]);
}

#[test]
fn without_an_inventory_all_are_asked_and_nobody_is_said_to_be_there() {
    let plain = "accounts { plain { users: [ { user: a, password: b } ] } }";
    let server = NatsServer::start_with(Release::System, plain);
    let site = Site::at(&format!("nats://a:b@{}", server.address()));
    let _agent = site.start("web-1");
    wait_until("it answers", || site.run(&["ping", "--nodes", "web-1", "--wait", "2s"]).finish().code == Some(0));
    let done = site.end(2, &["exec", "--all", "--wait", "2s", "--", "echo", "ran"]);
    assert_eq!(done.stdout_text(), "web-1: ran\n");
    holds(&done.stderr_text(), &["who is missing cannot be told", "JetStream", "1 succeeded\n"]);
    assert_eq!(site.end(0, &["exec", "--nodes", "web-1", "--", "echo", "ran"]).stdout_text(), "web-1: ran\n");
    holds(&site.end(69, &["exec", "--all", "--batch", "1", "--", "true"]).stderr_text(), &["JetStream"]);
}
