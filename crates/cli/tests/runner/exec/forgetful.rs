//! Callers that cannot keep what they learn of nodes. These tests mount small file systems, which needs root.

use std::fs::File;
use std::path::Path;

use bellwether_testkit::disk::SmallDisk;
use bellwether_testkit::process::Run;

use super::support::{Site, holds};
use crate::support::wait_until;

/// The program with its known nodes in another directory than those that the site has used before.
fn run(site: &Site, known: &Path, arguments: &[&str]) -> Run {
    site.run(arguments).env("BELLWETHER_FLEET_KNOWN_NODES", known.to_str().unwrap())
}

/// Nothing is run, and it is told why, and what to do.
fn refuses(site: &Site, known: &Path, told: &[&str]) {
    let mark = site.sandbox.path().join("mark");
    let refused = run(site, known, &["exec", "--all", "--", "touch", mark.to_str().unwrap()]).finish().expect_code(69);
    holds(&refused.stderr_text(), told);
    assert!(!refused.stderr_text().contains("0600"), "{}", refused.stderr_text());
    assert!(!mark.exists(), "it was run");
}

#[test]
fn what_cannot_be_remembered_afterwards_is_found_out_before_anything_is_run() {
    let (site, disk) = (Site::new(), SmallDisk::mount("1m"));
    let _agent = site.agent("web-1");
    let known = disk.path("known");
    let key = site.end(0, &["keys", "show"]).stdout_text();
    run(&site, &known, &["keys", "pin", "other", key.trim()]).finish().expect_code(0);

    let lock = File::open(known.join(format!("{}.json.lock", site.env))).unwrap();
    lock.lock().unwrap();
    refuses(&site, &known, &["another process holds it", "lslocks"]);
    lock.unlock().unwrap();
    disk.fill();
    refuses(&site, &known, &["No space left on device", "make room"]);
    disk.free();
    disk.make_read_only();
    refuses(&site, &known, &["Read-only file system", "XDG_STATE_HOME"]);
    refuses(&site, &disk.path("elsewhere"), &["Read-only file system", "XDG_STATE_HOME"]);

    // Nobody is remembered by itself then.
    let strict =
        run(&site, &known, &["ping", "--nodes", "web-1", "--wait", "1s"]).env("BELLWETHER_FLEET_STRICT", "true");
    holds(&strict.finish().expect_code(2).stderr_text(), &["node 'web-1' is not known"]);
}

#[test]
fn a_disk_that_fails_during_a_call_changes_neither_its_output_nor_its_status() {
    let (site, disk) = (Site::new(), SmallDisk::mount("1m"));
    let _agent = site.agent("web-1");
    let gate = site.sandbox.path().join("gate");
    let shell = format!("echo begun; while ! [ -e {} ]; do sleep 0.1; done; echo ended", gate.display());
    let call = run(&site, &disk.path("known"), &["exec", "--all", "--shell", &shell]).start();
    wait_until("it runs", || call.stdout_so_far().starts_with(b"web-1: begun"));
    disk.make_read_only();
    std::fs::write(gate, "").unwrap();
    let done = call.finish().expect_code(0);
    assert_eq!(done.stdout_text(), "web-1: begun\nweb-1: ended\n");
    let told = done.stderr_text();
    holds(&told, &["1 succeeded", "warning: the next call takes", "of web-1, since", "Read-only file system"]);
    assert!(!told.contains("error: "), "{told}");
}
