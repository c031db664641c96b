//! `--metrics` where the file cannot be had: a warning, and the run goes on.

use bellwether_testkit::disk::SmallDisk;
use bellwether_testkit::process::Finished;

use super::super::host::{Host, end, until};
use super::metrics::Values;
use super::with;

fn warned(done: &Finished, why: &str) {
    let said = done.stderr_text();
    assert!(said.contains("warning: the metrics were not written: ") && said.contains(why), "'{why}': {said}");
}

#[test]
fn a_file_of_somebody_else_is_left_as_it_is() {
    for content in ["node_load1 0.5\n", "my notes\n", "\n", "bellwether_job_last_status{job=\"a\"} many\n"] {
        let host = Host::new();
        host.write("mine", content);
        let done = host.script("job", &with(&["--metrics", "mine"]), "exit 3").finish().expect_code(3);
        warned(&done, "mine was left as it is: line 1 is not one that bellwether writes");
        assert_eq!(std::fs::read_to_string(host.file("mine")).unwrap(), content);
    }
    let host = Host::new();
    std::fs::write(host.file("mine"), b"\xff\xfe").unwrap();
    warned(&host.once("job", &with(&["--metrics", "mine"]), &["true"]).finish().expect_code(0), "it is not text");
    assert_eq!(std::fs::read(host.file("mine")).unwrap(), b"\xff\xfe");
}

#[test]
fn an_empty_file_is_filled() {
    let host = Host::new();
    host.write("jobs.prom", "");
    assert_eq!(
        host.once("job", &with(&["--metrics", "jobs.prom"]), &["true"]).finish().expect_code(0).stderr_text(),
        ""
    );
    assert_eq!(Values::of(&host, "jobs.prom").get("last_status job"), Some(0.0));
}

#[test]
fn links_devices_and_directories_are_not_replaced() {
    let host = Host::new();
    host.write("target", "");
    std::os::unix::fs::symlink("target", host.file("link")).unwrap();
    std::fs::create_dir(host.file("directory")).unwrap();
    for name in ["link", "directory"] {
        let run = host.once(name, &with(&["--metrics", name]), &["true"]);
        warned(&run.finish().expect_code(0), "is not a regular file");
    }
    assert!(host.file("link").is_symlink() && host.lines("target").is_empty());
}

#[test]
fn a_missing_directory_is_a_warning() {
    let host = Host::new();
    let done = host.once("job", &with(&["--metrics", "no/where/jobs.prom"]), &["true"]).finish().expect_code(0);
    warned(&done, "no/where/");
    assert!(!host.has("no"));
}

#[test]
fn on_a_full_disk_the_old_file_stays_and_the_status_too() {
    let (host, disk) = (Host::new(), SmallDisk::mount("1m"));
    let path = disk.path("jobs.prom");
    let flags = ["--metrics", path.to_str().unwrap()];
    host.once("first", &with(&flags), &["true"]).finish().expect_code(0);
    let before = std::fs::read_to_string(&path).unwrap();
    disk.fill();
    let done = host.script("second", &with(&flags), "exit 3").finish().expect_code(3);
    warned(&done, "No space left");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    assert!(!disk.path(".jobs.prom.new").exists());
}

#[test]
fn a_lock_that_is_never_released_holds_the_exit_for_a_bounded_time() {
    let host = Host::new();
    host.write(".jobs.prom.lock", "");
    let lock = "exec 9<.jobs.prom.lock; flock 9; echo $$ > holder; exec sleep 300";
    let holder = host.sandbox.run("/bin/sh").args(["-c", lock]).deadline(std::time::Duration::from_secs(310)).start();
    let pid = host.wait_for_pid("holder");
    let running = host.script("job", &with(&["--metrics", "jobs.prom"]), "exit 3").start();
    until("the end in history", || host.history().pop());
    let done = running.finish().expect_code(3);
    warned(&done, "jobs.prom");
    end(pid);
    holder.finish();
}
