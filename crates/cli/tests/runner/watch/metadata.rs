//! Sources that fail: none of that ends the program.

use bellwether_testkit::clonesquad::{Fault as StepFault, Step};
use bellwether_testkit::imds::Fault;
use bellwether_testkit::netns::private_network;

use super::support::{Node, killed, log, until, until_logged};

const SPOT: &str = "/latest/meta-data/spot/instance-action";
const TERMINATE: &str = "{\"action\":\"terminate\",\"time\":\"2026-11-21T10:00:00Z\"}";

#[test]
fn a_metadata_service_that_fails_is_asked_again_until_it_answers() {
    private_network(|| {
        let node = Node::new();
        for (fault, told) in
            [(Fault::Always(401), "401"), (Fault::Always(503), "503"), (Fault::Always(404), ""), (Fault::Drop, "")]
        {
            node.squad.imds().misbehave(fault);
            let watch = node.watch("imds", &[]);
            // No page (404) is an answer: nothing is in force.
            if !matches!(fault, Fault::Always(404)) {
                until_logged(&watch, "WARNING spot: ");
            }
            assert!(log(&watch).contains(told), "{}", log(&watch));
            node.squad.imds().misbehave(Fault::None);
            node.squad.imds().set_page(SPOT, 200, TERMINATE);
            node.settled_in(&watch, "terminating");
            node.squad.imds().remove_page(SPOT);
            node.settled_in(&watch, "running");
            let warnings = log(&watch).matches("WARNING spot: ").count();
            assert_eq!(warnings, usize::from(fault != Fault::Always(404)), "said once: {}", log(&watch));
            killed(watch);
            std::fs::remove_dir_all(node.sandbox.state().join("bellwether")).unwrap();
        }
    });
}

#[test]
fn a_notice_is_acted_on_once_even_when_it_comes_again_after_a_restart() {
    private_network(|| {
        let node = Node::new();
        node.squad.imds().set_page(SPOT, 200, TERMINATE);
        let watch = node.watch("imds", &[]);
        node.settled_in(&watch, "terminating");
        node.squad.imds().remove_page(SPOT);
        node.settled_in(&watch, "running");
        killed(watch);
        node.squad.imds().set_page(SPOT, 200, TERMINATE);
        let watch = node.watch("imds", &[]);
        node.settled_in(&watch, "terminating");
        assert_eq!(node.ran(), ["terminating", "running terminating"], "{}", log(&watch));
        node.squad.imds().remove_page(SPOT);
        node.settled_in(&watch, "running");
        node.squad.imds().set_page(SPOT, 200, &TERMINATE.replace("10:00", "12:00"));
        until(&watch, "another interruption is acted on", || node.ran().last().unwrap() == "terminating running");
    });
}

#[test]
fn clonesquads_last_word_counts_while_its_api_fails() {
    private_network(|| {
        let node = Node::new();
        node.squad.set_state("draining");
        let watch = node.watch("clonesquad", &[]);
        node.settled_in(&watch, "draining");
        let faults = [StepFault::Denied, StepFault::Answer(500, "Internal".to_owned()), StepFault::Drop];
        for (number, fault) in faults.into_iter().enumerate() {
            node.squad.misbehave(Step::Metadata, Some(fault));
            until(&watch, "it is said", || log(&watch).matches("WARNING clonesquad: ").count() > number);
        }
        assert_eq!(node.state(), "draining");
        node.squad.misbehave(Step::Metadata, None);
        until_logged(&watch, "clonesquad: it answers again");
        assert_eq!(node.ran(), ["draining"]);
    });
}
