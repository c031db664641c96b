//! What is needed and cannot be had: status 69, the command is not run.

use std::path::Path;

use super::host::{Host, ONE_TICK};

/// Stores that cannot be used, and what is said about each.
fn broken_stores(host: &Host) -> Vec<(String, &'static str)> {
    let text = host.write("text", "this is not a database, however long it may be\n");
    let directory = host.file("directory");
    std::fs::create_dir(&directory).unwrap();
    let url = |path: &Path| format!("sqlite:{}", path.display());
    vec![
        (url(&text), "not a database of bellwether"),
        (url(&directory), "it is a directory"),
        (url(&text.join("below/store.db")), "text"),
        ("sqlite:/proc/nowhere/store.db".to_owned(), "/proc/nowhere"),
        ("sqlite:/dev/null".to_owned(), "a device"),
    ]
}

#[test]
fn a_store_that_cannot_be_used_stops_the_command() {
    let host = Host::new();
    for (store, why) in broken_stores(&host) {
        let done = host.once("job", &["--store", &store], &["touch", "ran"]).finish().expect_code(69);
        let said = done.stderr_text();
        assert!(said.contains("error: ") && said.contains(why), "{store}: '{why}' is missing in {said}");
        assert!(!host.has("ran"), "{store}: the command was run");
    }
}

#[test]
fn history_of_a_store_that_cannot_be_used_is_an_error() {
    let host = Host::new();
    for (store, why) in broken_stores(&host).into_iter().take(2) {
        let said = host.bellwether(["history", "--store", &store]).finish().expect_code(69).stderr_text();
        assert!(said.contains(why), "{store}: {said}");
    }
}

#[test]
fn a_damaged_store_is_named_as_such() {
    let host = Host::new();
    host.once("job", &ONE_TICK, &["true"]).finish().expect_code(0);
    let mut bytes = std::fs::read(host.store()).unwrap();
    bytes[100..].fill(0x55);
    std::fs::write(host.store(), bytes).unwrap();
    let said = host.once("job", &ONE_TICK, &["touch", "ran"]).finish().expect_code(69).stderr_text();
    assert!(said.contains("damaged"), "{said}");
    assert!(!host.has("ran"));
}

#[test]
fn the_command_runs_without_a_claim_where_the_user_says_so() {
    let host = Host::new();
    for (store, why) in broken_stores(&host) {
        let flags = ["--store", &store, "--on-store-error", "run"];
        let done = host.script("job", &flags, "echo fence $BELLWETHER_FENCE; exit 3").finish().expect_code(3);
        assert_eq!(done.stdout_text(), "fence 0\n");
        let said = done.stderr_text();
        assert!(said.contains("warning: ") && said.contains("running without a claim"), "{said}");
        assert!(said.contains(why), "{store}: {said}");
    }
}

#[test]
fn a_store_that_works_keeps_its_claims_whatever_is_to_happen_otherwise() {
    let host = Host::new();
    let flags = [&ONE_TICK[..], &["--on-store-error", "run"]].concat();
    for _ in 0..2 {
        let done = host.script("job", &flags, "echo run >> runs").finish().expect_code(0);
        assert!(!done.stderr_text().contains("warning"), "{}", done.stderr_text());
    }
    assert_eq!(host.lines("runs"), ["run"]);
}

#[test]
fn a_run_whose_lock_cannot_be_had_is_not_started() {
    let host = Host::new();
    host.once("other", &ONE_TICK, &["true"]).finish().expect_code(0);
    let locks = host.sandbox.state().join("bellwether/bellwether.db.runs");
    std::fs::remove_dir_all(&locks).unwrap();
    std::fs::write(&locks, "").unwrap();
    let said = host.once("job", &ONE_TICK, &["touch", "ran"]).finish().expect_code(69).stderr_text();
    assert!(said.contains("bellwether.db.runs"), "{said}");
    assert!(!host.has("ran"));
}

#[test]
fn a_node_without_a_usable_id_runs_nothing() {
    let host = Host::new();
    for node in ["", "a\nb", &"x".repeat(201)] {
        let said = host.once("job", &["--node", node], &["touch", "ran"]).finish().expect_code(64).stderr_text();
        assert!(said.contains("--node") && said.contains("the node's id"), "{said}");
        assert!(!host.has("ran"));
    }
}

#[test]
fn a_group_file_that_cannot_be_read_stops_the_command() {
    let host = Host::new();
    let binary = host.file("binary");
    std::fs::write(&binary, b"\xff\xfe\n").unwrap();
    for (path, why) in
        [(host.file("missing"), "cannot be read"), (host.sandbox.home(), "cannot be read"), (binary, "not UTF-8")]
    {
        let group = format!("file:{}", path.display());
        let flags = ["--group", &group, "--store", "none", "--node", "a"];
        let said = host.once("job", &flags, &["touch", "ran"]).finish().expect_code(69).stderr_text();
        assert!(said.contains(why) && said.contains("hint: "), "{group}: {said}");
        assert!(!host.has("ran"));
    }
}
