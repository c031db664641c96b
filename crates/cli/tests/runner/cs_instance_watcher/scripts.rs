//! The scripts that are run on a change of the state.

use crate::support::wait_until;

use super::support::{on_instance, text_of, wait_until_open, wait_until_refused};

#[test]
fn scripts_of_a_state_are_run_in_order_with_the_new_and_the_old_state() {
    on_instance(|node| {
        node.note_changes_to(&["running", "stopping"]);
        for name in ["20-second", "10-first"] {
            node.script("draining", name, &format!("echo {name} \"$#\" \"$@\" >> $HOME/notes"));
        }
        let plain = node.script("draining", "15-plain", "echo plain >> $HOME/notes");
        std::fs::set_permissions(&plain, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        std::fs::create_dir(node.scripts().join("draining/17-directory")).unwrap();
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        for state in ["draining", "stopping", "running"] {
            node.squad.set_state(state);
            watcher.wait_for_log(&format!("the state is {state}; it was"));
        }
        node.wait_for_notes(&[
            "10-first 2 draining running",
            "20-second 2 draining running",
            "stopping draining",
            "running stopping",
        ]);
        watcher.stop();
    });
}

#[test]
fn what_scripts_print_and_how_they_end_is_logged() {
    on_instance(|node| {
        node.script("draining", "talks", "echo out; echo err >&2; exit 3");
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        watcher.wait_for_log("status 3");
        let log = watcher.stop().stderr_text();
        for text in ["talks: out", "talks: err", "talks ended with status 3"] {
            assert!(log.contains(text), "{text}: {log}");
        }
        assert!(log.lines().any(|line| line.contains("ERROR") && line.contains("status 3")), "{log}");
    });
}

#[test]
fn a_script_that_takes_long_does_not_keep_the_watcher_from_watching() {
    on_instance(|node| {
        node.script(
            "draining",
            "slow",
            "touch $HOME/begun; until [ -e $HOME/go ] || [ ! -d $HOME ]; do sleep 0.1; done",
        );
        node.note_changes_to(&["running"]);
        let watcher = node.guard(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        wait_until("the script runs", || node.sandbox.home().join("begun").exists());
        wait_until_refused(80);
        node.squad.set_state("running");
        wait_until_open(80);
        assert_eq!(node.notes(), Vec::<String>::new(), "the next scripts wait for those before");
        node.sandbox.write("home/go", "");
        node.wait_for_notes(&["running draining"]);
        watcher.stop();
    });
}

#[test]
fn a_script_that_still_runs_at_the_end_is_left_to_itself_and_run_again_by_the_next_watcher() {
    on_instance(|node| {
        let wait = "echo begun >> $HOME/notes; until [ -e $HOME/go ] || [ ! -d $HOME ]; do sleep 0.1; done; echo ended >> $HOME/notes";
        node.script("draining", "slow", wait);
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        node.wait_for_notes(&["begun"]);
        let log = watcher.stop().stderr_text();
        assert!(log.contains("left to itself"), "{log}");
        node.sandbox.write("home/go", "");
        node.wait_for_notes(&["begun", "ended"]);
        let next = node.watch(&[]);
        node.wait_for_notes(&["begun", "ended", "begun", "ended"]);
        next.stop();
    });
}

#[test]
fn scripts_find_what_is_known_in_their_environment() {
    on_instance(|node| {
        node.script("draining", "env", "env | grep ^CLONESQUAD_ | sort > $HOME/new && mv $HOME/new $HOME/env");
        node.squad.change_metadata(|metadata| metadata["SubfleetName"] = serde_json::json!("batch"));
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        let file = node.sandbox.home().join("env");
        wait_until("the script has run", || file.exists());
        let expected = "\
CLONESQUAD_GROUP=fleet-1
CLONESQUAD_INSTANCE_ID=i-0123456789abcdef0
CLONESQUAD_PREVIOUS_STATE=running
CLONESQUAD_STATE=draining
CLONESQUAD_SUBFLEET=batch
";
        assert_eq!(text_of(&file), expected);
        watcher.stop();
    });
}

#[test]
fn a_state_that_is_no_name_runs_nothing() {
    on_instance(|node| {
        node.script("draining", "note", "echo ran >> $HOME/notes");
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("../scripts/draining");
        watcher.wait_for_log("its State is no name");
        node.wait_for_polls();
        assert_eq!(node.notes(), Vec::<String>::new());
        watcher.stop();
    });
}
