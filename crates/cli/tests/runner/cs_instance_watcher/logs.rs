//! The log and its file.

use std::path::{Path, PathBuf};

use crate::support::wait_until;

use super::support::{on_instance, text_of};

/// The files that a log was put aside as.
fn put_aside(log: &Path) -> Vec<PathBuf> {
    let name = format!("{}.", log.file_name().unwrap().to_str().unwrap());
    let entries = std::fs::read_dir(log.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&name)).collect()
}

#[test]
fn a_log_file_takes_the_place_of_standard_error() {
    on_instance(|node| {
        let file = node.sandbox.path().join("watcher.log");
        let watcher = node.watch(&["--log-file", file.to_str().unwrap()]);
        wait_until("the log has the state", || text_of(&file).contains("the state is running"));
        assert_eq!(watcher.stop().stderr_text(), "");
        for line in text_of(&file).lines() {
            let (date, rest) = line.split_at("2026-11-21 10:00:00,123 ".len());
            assert!(date.chars().filter(char::is_ascii_digit).count() == 17 && date.ends_with(' '), "{line}");
            assert!(["INFO", "WARNING", "ERROR"].iter().any(|level| rest.starts_with(level)), "{line}");
        }
    });
}

#[test]
fn a_log_file_is_put_aside_and_only_so_many_are_kept() {
    on_instance(|node| {
        let file = node.sandbox.path().join("watcher.log");
        node.script("draining", "note", "echo noted");
        node.script("running", "note", "echo noted");
        let foreign = node.sandbox.write("watcher.log.old", "mine");
        let watcher = node.watch(&["--log-file", file.to_str().unwrap(), "--log-file-rotate", "s,1,2"]);
        wait_until("the log has the state", || text_of(&file).contains("the state is running"));
        let mut seen = std::collections::BTreeSet::new();
        // The foreign file is one of them.
        for state in ["draining", "running"].into_iter().cycle() {
            seen.extend(put_aside(&file));
            if seen.len() > 4 {
                break;
            }
            node.squad.set_state(state);
            node.wait_for_polls();
        }
        watcher.stop();
        assert!(foreign.exists(), "what is no date is not ours");
        assert!(put_aside(&file).len() <= 3, "two of ours and the foreign one: {:?}", put_aside(&file));
    });
}

#[test]
fn what_scripts_print_cannot_pass_for_a_line_of_the_log() {
    on_instance(|node| {
        node.script("draining", "liar", "printf 'one\\n2026-11-21 10:00:00,000 ERROR two\\033[2J\\n'");
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        watcher.wait_for_log("liar ended");
        let log = watcher.stop().stderr_text();
        assert!(log.lines().all(|line| !line.starts_with("2026-11-21 10:00:00,000")), "{log}");
        assert!(log.contains("/liar: 2026-11-21") && !log.contains('\u{1b}'), "{log}");
    });
}

#[test]
fn a_log_file_that_cannot_be_opened_is_told_on_standard_error() {
    on_instance(|node| {
        let done = node.watcher(&["--log-file", "/nowhere/x.log"]).finish().expect_code(1);
        assert!(done.stderr_text().contains("cannot open the log file /nowhere/x.log"), "{}", done.stderr_text());
    });
}
