//! Being stopped: what is known is told, and the queues are left clean.

use bellwether_testkit::process::Running;
use nix::sys::signal::Signal;
use serde_json::json;

use crate::ec2_collective::support::Collective;
use crate::support::wait_until;

/// A master with one agent that has answered and one that has not.
fn halfway(collective: &Collective) -> Running {
    let master = collective.master(&["-c", "[ \"$WHO\" = fast ] && echo done || sleep 60"]);
    let master = master.start();
    wait_until("the fast one has answered", || !master.stdout_so_far().is_empty());
    master
}

#[test]
fn a_signal_ends_it_with_what_is_known_and_what_is_missing() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let collective = Collective::new();
        let _fast = collective.old_agent_with("fast", &json!({"role": "web"}), &[("WHO", "fast")]);
        let _slow = collective.old_agent("slow", &json!({"role": "web"}));
        collective.send_facts("ghost", &json!({"role": "web"}));
        let master = halfway(&collective);
        master.signal(signal);
        let done = master.finish().expect_code(1);
        assert_eq!(
            done.stdout_text(),
            ">>>>>> fast exit code: (0):\ndone\n\n\
             Timeout in response from: slow\nHost expected but not responding: ghost\n\
             Got response from 1 out of 2/3 (discovered/expected) - exit code (1)\n"
        );
        assert_eq!(collective.count("master"), 0, "the copies are deleted");
    }
}

#[test]
fn without_time_for_it_nothing_is_cleaned() {
    let collective = Collective::new();
    let general = json!({"clean_timeout": 0, "ping_timeout": 1, "use_facts_queue": false});
    collective.master_with(&collective.master_config(&general), &[]).finish().expect_code(1);
    assert_eq!(collective.count("master"), 3);
}

#[test]
fn a_reader_of_its_output_that_goes_away_does_not_keep_it_from_cleaning() {
    let collective = Collective::new();
    let _agent = collective.old_agent("a", &json!({"role": "web"}));
    let script = "\"$@\" 2>/dev/null | head -c 1 >/dev/null";
    collective.master_behind(&["sh", "-c", script, "sh"], &["-c", "echo x"]).finish();
    wait_until("the copies are deleted", || collective.count("master") == 0);
    wait_until("the replies are deleted", || collective.count("agent") == 0);
}
