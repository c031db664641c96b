//! What besides the state decides about ports: tags, target groups, and options.

use serde_json::json;

use super::support::{is_open, on_instance, wait_until_open, wait_until_refused};

const GROUP: (&str, &str) = ("clonesquad:group-name", "fleet-1");
const EXCLUDED: (&str, &str) = ("clonesquad:excluded", "True");
const FORCE_EXCLUDED: (&str, &str) = ("clonesquad:force-excluded-instance-in-targetgroups", "true");

#[test]
fn an_excluded_instance_is_blocked_unless_it_is_to_be_in_target_groups() {
    on_instance(|node| {
        node.squad.set_tags(&[GROUP, EXCLUDED]);
        let watcher = node.guard(&["--stale-context-timeout", "1"]);
        wait_until_refused(80);
        node.squad.set_tags(&[GROUP, EXCLUDED, FORCE_EXCLUDED]);
        wait_until_open(80);
        node.squad.set_state("draining");
        wait_until_refused(80);
        node.squad.set_state("running");
        wait_until_open(80);
        node.squad.set_tags(&[GROUP]);
        node.squad.change_metadata(|metadata| metadata["Excluded"] = json!("True"));
        wait_until_refused(80);
        node.squad.change_metadata(|metadata| metadata["Excluded"] = json!(false));
        wait_until_open(80);
        watcher.stop();
    });
}

#[test]
fn a_fleet_with_target_groups_drains_by_itself_and_rules_left_over_are_removed() {
    on_instance(|node| {
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        node.squad.change_metadata(|metadata| metadata["TargetGroups"]["NbOfTargetGroups"] = json!(2));
        wait_until_open(80);
        node.wait_for_polls();
        assert!(is_open(80) && is_open(443));
        let log = watcher.stop().stderr_text();
        assert_eq!(log.matches("--force").count(), 1, "told once: {log}");
    });
}

#[test]
fn a_subfleet_is_blocked_whatever_target_groups_there_are() {
    on_instance(|node| {
        node.squad.set_state("draining");
        node.squad.change_metadata(|metadata| {
            metadata["TargetGroups"]["NbOfTargetGroups"] = json!(2);
            metadata["SubfleetName"] = json!("batch");
        });
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        node.squad.change_metadata(|metadata| metadata["SubfleetName"] = json!(null));
        wait_until_open(80);
        watcher.stop();
    });
}

#[test]
fn force_blocks_in_spite_of_target_groups() {
    for (force, blocks) in [(&["--force"][..], true), (&["--force", "True"], true), (&["--force", "False"], false)] {
        on_instance(|node| {
            node.squad.set_state("draining");
            node.squad.change_metadata(|metadata| metadata["TargetGroups"]["NbOfTargetGroups"] = json!(1));
            let watcher = node.guard(force);
            match blocks {
                true => wait_until_refused(80),
                false => {
                    watcher.wait_for_log("the state is draining");
                    node.wait_for_polls();
                    assert!(is_open(80), "{force:?}");
                }
            }
            watcher.stop();
        });
    }
}

#[test]
fn instance_state_decides_about_ports_and_not_about_scripts() {
    on_instance(|node| {
        node.note_changes_to(&["draining", "running", "bounced"]);
        let watcher = node.guard(&["--instance-state", "draining"]);
        wait_until_refused(80);
        node.squad.set_state("bounced");
        node.wait_for_notes(&["bounced running"]);
        assert!(!is_open(80));
        watcher.stop();
    });
    on_instance(|node| {
        node.squad.set_state("draining");
        let watcher = node.guard(&["--instance-state=running"]);
        watcher.wait_for_log("the state is draining");
        node.wait_for_polls();
        assert!(is_open(80));
        watcher.stop();
    });
}
