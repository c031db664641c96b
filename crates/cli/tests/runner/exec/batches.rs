//! Calls in batches.

use super::support::{Site, crash, events, holds};

/// The nodes of each batch.
fn batches(done: &bellwether_testkit::process::Finished) -> Vec<usize> {
    let asked = events(done).into_iter().filter(|event| event["event"] == "asked");
    asked.map(|event| event["nodes"].as_array().unwrap().len()).collect()
}

#[test]
fn batches_follow_each_other_and_a_node_that_is_away_does_not_hold_them() {
    let site = Site::new();
    let mut agents = site.agents(&["web-1", "web-2", "web-3", "web-4"]);
    let done = site.end(0, &["exec", "--all", "--batch", "50%", "--json", "--", "true"]);
    assert_eq!(batches(&done), [2, 2]);
    let done = site.end(0, &["exec", "--all", "--batch", "3", "--", "true"]);
    holds(&done.stderr_text(), &["asking 3 of 4: web-1, web-2, web-3\n", "asking 1 of 4: web-4\n", "4 succeeded\n"]);
    crash(agents.remove(1));
    let done = site.end(2, &["exec", "--all", "--batch", "1", "--wait", "2s", "--json", "--", "true"]);
    assert_eq!(batches(&done), [1, 1, 1, 1]);
    let summary = events(&done).pop().unwrap();
    assert_eq!((&summary["succeeded"], &summary["silent"][0]), (&3.into(), &"web-2".into()));
}

#[test]
fn too_many_failures_end_a_call_and_silence_is_one() {
    let site = Site::new();
    let mut agents = site.agents(&["web-1", "web-2", "web-3"]);
    let limited = ["exec", "--all", "--batch", "1", "--max-failures", "0", "--wait", "2s"];
    let done = site.end(1, &[&limited[..], &["--", "false"]].concat());
    let parts =
        ["since more nodes failed than --max-failures allows: web-2, web-3", "0 succeeded, 1 failed, 2 not asked\n"];
    holds(&done.stderr_text(), &parts);
    crash(agents.remove(0));
    let done = site.end(2, &[&limited[..], &["--", "true"]].concat());
    holds(&done.stderr_text(), &["did not answer: web-1", "0 succeeded, 1 without an answer, 2 not asked\n"]);
    let one_may = ["exec", "--all", "--batch", "1", "--max-failures", "1", "--wait", "2s", "--", "true"];
    holds(&site.end(2, &one_may).stderr_text(), &["2 succeeded, 1 without an answer\n"]);
}

#[test]
fn the_pause_between_batches_is_kept() {
    let site = Site::new();
    let _agents = site.agents(&["web-1", "web-2"]);
    let done = site.end(0, &["exec", "--all", "--batch", "1", "--pause", "2s", "--json", "--", "true"]);
    assert!(done.wall >= std::time::Duration::from_secs(2), "{:?}", done.wall);
    assert_eq!(batches(&done), [1, 1]);
}
