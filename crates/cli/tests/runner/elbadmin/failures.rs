//! What AWS, the network and the reader can do wrong.

use std::time::Duration;

use bellwether_testkit::fake_elb::{FakeAws, Fault, Faults};

use super::old::Both;

fn scene() -> (FakeAws, Both) {
    let aws = FakeAws::start();
    aws.change(|world| world.set_load_balancer("web", &[("i-1", "InService")]));
    let both = Both::new(&aws.url());
    both.boto("http_socket_timeout = 1\n");
    (aws, both)
}

#[test]
fn every_fault_of_aws_is_one_line_with_a_remedy_and_status_1() {
    let (aws, both) = scene();
    for (fault, why) in [
        (Fault::Throttled, "Throttling"),
        (Fault::Denied, "AccessDenied"),
        (Fault::InternalFailure, "InternalFailure"),
        (Fault::Garbage, "cannot be read"),
        (Fault::Drop, "no connection"),
    ] {
        for words in [&["list"][..], &["get", "web"], &["add", "web", "i-2"]] {
            aws.misbehave(Faults::always(fault));
            let done = both.ours(words).finish().expect_code(1);
            let told = done.stderr_text();
            assert!(told.starts_with("elbadmin: error: ") && told.contains(why), "{fault:?}: {told}");
            assert!(told.contains("; ") && told.lines().count() == 1, "{fault:?}: {told}");
            assert_eq!(done.stdout_text().lines().count(), 1, "the host alone: {}", done.stdout_text());
        }
    }
}

#[test]
fn an_answer_that_does_not_come_is_not_waited_for_without_end() {
    let (aws, both) = scene();
    aws.misbehave(Faults::always(Fault::Hang));
    let done = both.ours(&["list"]).deadline(Duration::from_secs(40)).finish().expect_code(1);
    assert!(done.stderr_text().contains("no answer in time"), "{}", done.stderr_text());
}

#[test]
fn a_change_whose_answer_is_lost_says_to_look_first() {
    let (aws, both) = scene();
    aws.misbehave(Faults::action("RegisterInstancesWithLoadBalancer", Fault::Drop));
    let told = both.ours(&["add", "web", "i-2"]).finish().expect_code(1).stderr_text();
    assert!(told.contains("look at elb:web before you try again"), "{told}");
}

#[test]
fn output_that_cannot_be_written_is_status_1_and_a_reader_that_is_gone_is_no_error() {
    let (_aws, both) = scene();
    let program = both.our_home.called("elbadmin", crate::support::bellwether());
    let shell = |script: &str| {
        let script = script.replace("ELBADMIN", &program.display().to_string());
        both.our_home.run("/bin/bash").args(["-c", &script]).finish()
    };
    let full = shell("ELBADMIN --help > /dev/full").expect_code(1);
    assert!(full.stderr_text().contains("cannot write to standard output"), "{}", full.stderr_text());
    let gone = shell("set -o pipefail; (sleep 0.2; ELBADMIN --help) | true").expect_code(0);
    assert_eq!(gone.stderr_text(), "");
}

#[test]
fn no_secret_is_shown_whatever_fails() {
    let (aws, both) = scene();
    aws.misbehave(Faults::always(Fault::Denied));
    let done = both.ours(&["list"]).env("AWS_SECRET_ACCESS_KEY", "hushhushhush").finish().expect_code(1);
    assert!(!format!("{}{}", done.stdout_text(), done.stderr_text()).contains("hush"));
}
