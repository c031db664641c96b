//! What outlives the watcher, and what does not.

use bellwether_testkit::clonesquad::{Fault, Step};

use crate::support::wait_until;

use super::support::{Watching, is_open, on_instance, wait_until_open, wait_until_refused};

#[test]
fn a_watcher_that_was_killed_leaves_the_block_and_the_next_one_keeps_it_while_the_state_says_so() {
    on_instance(|node| {
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        watcher.kill();
        assert!(!is_open(80));
        let next = node.guard(&[]);
        next.wait_for_log("the state is draining");
        node.wait_for_polls();
        assert!(!is_open(80) && !is_open(443));
        next.kill();
        node.squad.set_state("running");
        let last = node.guard(&[]);
        wait_until_open(80);
        last.stop();
    });
}

#[test]
fn a_block_that_was_left_stays_while_the_state_is_not_known() {
    on_instance(|node| {
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        watcher.kill();
        node.squad.misbehave(Step::Discovery, Some(Fault::Denied));
        let next = node.guard(&[]);
        next.wait_for_log("lambda:InvokeFunction");
        assert!(!is_open(80));
        next.stop();
        assert!(is_open(80), "a clean stop removes it even so");
    });
}

#[test]
fn a_block_that_was_left_is_removed_by_a_watcher_without_ports() {
    on_instance(|node| {
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        watcher.kill();
        let next = node.watch(&[]);
        wait_until_open(80);
        next.stop();
    });
}

#[test]
fn a_change_during_a_restart_runs_its_scripts() {
    on_instance(|node| {
        node.note_changes_to(&["running", "draining"]);
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.wait_for_polls();
        assert_eq!(node.notes(), Vec::<String>::new(), "a first state is no change");
        watcher.stop();
        node.squad.set_state("draining");
        let next = node.watch(&[]);
        node.wait_for_notes(&["draining running"]);
        next.wait_for_log("note ended with status 0");
        let kept = node.sandbox.state().join("bellwether/cs-instance-watcher.json");
        wait_until("the end of the scripts is kept", || {
            super::support::text_of(&kept).contains(r#""done":"draining","begun":null"#)
        });
        next.kill();
        let last = node.watch(&[]);
        last.wait_for_log("the state is draining");
        node.wait_for_polls();
        assert_eq!(node.notes(), ["draining running"], "the same state is no change");
        last.stop();
    });
}

#[test]
fn scripts_that_a_crash_cut_short_are_run_again() {
    on_instance(|node| {
        node.script("draining", "10-note", "echo \"$@\" >> $HOME/notes");
        node.script("draining", "20-slow", "until [ -e $HOME/go ] || [ ! -d $HOME ]; do sleep 0.1; done");
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        watcher.wait_for_log("20-slow starts");
        watcher.kill();
        let next = node.watch(&[]);
        node.wait_for_notes(&["draining running", "draining running"]);
        node.sandbox.write("home/go", "");
        next.wait_for_log("20-slow ended with status 0");
        next.stop();
    });
}

#[test]
fn a_state_that_was_left_while_its_scripts_were_cut_short_counts_as_the_one_before() {
    on_instance(|node| {
        node.script("draining", "slow", "until [ -e $HOME/go ] || [ ! -d $HOME ]; do sleep 0.1; done");
        node.note_changes_to(&["running"]);
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        watcher.wait_for_log("slow starts");
        watcher.kill();
        node.squad.set_state("running");
        let next = node.watch(&[]);
        node.wait_for_notes(&["running draining"]);
        node.sandbox.write("home/go", "");
        next.stop();
    });
}

#[test]
fn what_another_instance_left_in_a_disk_image_is_not_ours() {
    on_instance(|node| {
        node.note_changes_to(&["running"]);
        node.squad.set_state("stopping");
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is stopping");
        node.wait_for_polls();
        watcher.stop();
        let other = bellwether_testkit::clonesquad::FakeCloneSquad::start();
        let kept = node.sandbox.state().join("bellwether/cs-instance-watcher.json");
        let text = std::fs::read_to_string(&kept).unwrap();
        std::fs::write(&kept, text.replace(bellwether_testkit::clonesquad::INSTANCE, "i-0ffffffffffffffff")).unwrap();
        let run = other.environment().into_iter().fold(node.watcher(&[]), |run, (name, value)| run.env(name, value));
        let next = Watching::start(run);
        next.wait_for_log("the state is running");
        let asked = other.requests().len();
        wait_until("it was asked again", || other.requests().len() > asked + 1);
        assert_eq!(node.notes(), Vec::<String>::new());
        next.stop();
    });
}

#[test]
fn what_is_kept_is_private_and_a_damaged_file_is_begun_anew() {
    on_instance(|node| {
        let kept = node.sandbox.write("state/bellwether/cs-instance-watcher.json", "{\"done\": 7");
        node.note_changes_to(&["draining"]);
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.wait_for_polls();
        node.squad.set_state("draining");
        node.wait_for_notes(&["draining running"]);
        watcher.stop();
        std::fs::remove_file(&kept).unwrap();
        let next = node.watch(&[]);
        next.wait_for_log("the state is draining");
        wait_until("the state is kept", || super::support::text_of(&kept).contains("draining"));
        let mode = std::os::unix::fs::PermissionsExt::mode(&kept.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        next.stop();
    });
}

#[test]
fn a_second_watcher_on_the_same_instance_does_not_start() {
    on_instance(|node| {
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        let second = node.watcher(&[]).finish().expect_code(1);
        assert!(second.stderr_text().contains("runs already"), "{}", second.stderr_text());
        watcher.stop();
    });
}
