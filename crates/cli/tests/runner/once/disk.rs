//! A full disk, and one that cannot be written. These tests mount small file systems, which needs root.

use bellwether_testkit::disk::SmallDisk;

use super::host::{EACH_SECOND, Host, next_second};

fn store_on(disk: &SmallDisk) -> String {
    format!("sqlite:{}", disk.path("store.db").display())
}

#[test]
fn a_disk_that_fills_up_during_a_run_does_not_hide_the_commands_status() {
    let (host, disk) = (Host::new(), SmallDisk::mount("2m"));
    let store = store_on(&disk);
    let flags = [&EACH_SECOND[..], &["--store", &store]].concat();
    let script = format!("head -c 10000000 /dev/zero > {}; echo ran; exit 5", disk.path("filler").display());
    let done = host.script("job", &flags, &script).finish().expect_code(5);
    assert_eq!(done.stdout_text(), "ran\n");
    let said = done.stderr_text();
    assert!(said.contains("warning: ") && said.contains("could not be recorded") && said.contains("full"), "{said}");

    disk.free();
    next_second();
    host.once("job", &flags, &["true"]).finish().expect_code(0);
    let runs = host.history_with(&["--store", &store]);
    let states: Vec<_> = runs.iter().map(|run| run["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["done", "lost"], "the end of the first is not known to the store");
}

#[test]
fn on_a_full_disk_nothing_is_run() {
    let (host, disk) = (Host::new(), SmallDisk::mount("2m"));
    let store = store_on(&disk);
    host.once("other", &["--store", &store], &["true"]).finish().expect_code(0);
    disk.fill();
    let said = host.once("job", &["--store", &store], &["touch", "ran"]).finish().expect_code(69).stderr_text();
    assert!(said.contains("full") && said.contains("was not run"), "{said}");
    assert!(!host.has("ran"));
    let flags = ["--store", &store, "--on-store-error", "run"];
    let said = host.once("job", &flags, &["touch", "ran"]).finish().expect_code(0).stderr_text();
    assert!(said.contains("running without a claim"), "{said}");
    assert!(host.has("ran"));
}

#[test]
fn on_a_disk_that_cannot_be_written_nothing_is_run() {
    let (host, disk) = (Host::new(), SmallDisk::mount("2m"));
    let store = store_on(&disk);
    host.once("other", &["--store", &store], &["true"]).finish().expect_code(0);
    disk.make_read_only();
    let unmade = format!("sqlite:{}", disk.path("new/store.db").display());
    for store in [&store, &unmade] {
        let said = host.once("job", &["--store", store], &["touch", "ran"]).finish().expect_code(69).stderr_text();
        assert!(said.to_lowercase().contains("read-only") || said.contains("readonly"), "{store}: {said}");
        assert!(!host.has("ran"));
    }
}
