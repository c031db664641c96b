//! `--wait` of the commands that register and deregister.

use bellwether_testkit::fake_elb::{Fault, Faults};
use nix::sys::signal::Signal;

use super::support::{Account, end, holds, json, refusal, results, set, until_told};

const TARGET: &str = "i-1:80";

#[test]
fn a_target_is_waited_for_until_it_is_out_and_until_it_is_healthy() {
    let account = Account::new();
    let before = account.all();
    let done = end(account.fleet.run(&["tg", "deregister", "group-a", TARGET, "--wait"]), 0);
    holds(&done.stdout_text(), &["i-1:80 in alb:group-a  drained"]);
    holds(&done.stderr_text(), &["i-1:80 in alb:group-a: drained"]);
    assert!(!account.ours().iter().any(|place| place.contains("group-a/i-1:80")));
    let done = end(account.fleet.run(&["tg", "register", "group-a", TARGET, "--wait", "--json"]), 0);
    assert_eq!(results(&json(&done)), set(&["group-a/i-1:80 in_service"]));
    assert_eq!(account.all(), before);
}

#[test]
fn instances_are_waited_for_alike() {
    let account = Account::new();
    let before = account.all();
    let run = |what: &str| account.fleet.run(&["lb", "instance", what, "classic-a", "i-1", "i-2", "--wait"]);
    end(run("deregister"), 0);
    assert!(!account.all().iter().any(|place| place.starts_with("classic-a/")));
    holds(&end(run("deregister"), 0).stdout_text(), &["i-2 in elb:classic-a  drained"]);
    let done = end(run("register"), 0);
    holds(&done.stdout_text(), &["i-1 in elb:classic-a  in service", "i-2 in elb:classic-a  in service"]);
    assert_eq!(account.all(), before);
    end(run("register"), 0);
}

#[test]
fn a_registration_that_aws_forgets_while_the_target_drains_is_repeated() {
    let account = Account::new();
    account.fleet.aws.set_speed(30.0);
    end(account.fleet.run(&["tg", "deregister", "group-a", TARGET]), 0);
    end(account.fleet.run(&["tg", "register", "group-a", TARGET, "--wait"]), 0);
    assert!(account.ours().contains("group-a/i-1:80 healthy"), "{:?}", account.ours());
    assert!(account.fleet.aws.calls("RegisterTargets") >= 2);
}

#[test]
fn at_the_deadline_it_is_told_which_target_is_not_there_and_why() {
    let account = Account::new();
    account.fleet.aws.change(|world| world.target_group("group-a").becomes = "unhealthy");
    let arguments = ["tg", "register", "group-a", "i-3:80", TARGET, "--wait", "--timeout", "4s"];
    let done = end(account.fleet.run(&arguments), 124);
    holds(&done.stdout_text(), &["i-1:80 in alb:group-a  in service", "i-3:80 in alb:group-a  overdue"]);
    holds(
        &done.stderr_text(),
        &["error: i-3:80 in alb:group-a is not in service yet: last seen unhealthy", "hint: the health check gets no"],
    );
}

#[test]
fn a_target_that_no_load_balancer_can_serve_is_not_waited_for() {
    let account = Account::new();
    account.fleet.aws.change(|world| world.target_group("group-a").becomes = "unused");
    let done = end(account.fleet.run(&["tg", "register", "group-a", "i-3:80", "--wait"]), 0);
    holds(&done.stdout_text(), &["registered", "no load balancer uses the group"]);
}

#[test]
fn what_can_never_be_is_an_error_at_once() {
    let account = Account::new();
    let (error, _) = refusal(account.fleet.run(&["tg", "register", "none", TARGET, "--wait"]), 69);
    holds(&error, &["TargetGroupNotFound"]);
    let (error, _) = refusal(account.fleet.run(&["lb", "instance", "register", "none", "i-1", "--wait"]), 69);
    holds(&error, &["LoadBalancerNotFound"]);
    let done = end(account.fleet.run(&["tg", "register", "group-a", "10.0.0.9", "--wait"]), 69);
    holds(&done.stderr_text(), &["InvalidTarget", "10.0.0.9 in alb:group-a"]);
    account.fleet.aws.misbehave(Faults::action("DeregisterTargets", Fault::Denied));
    let done = end(account.fleet.run(&["tg", "deregister", "group-a", TARGET, "--wait"]), 69);
    holds(&done.stderr_text(), &["AccessDenied", "bellwether iam lb"]);
}

#[test]
fn a_wait_that_is_interrupted_says_what_is_known() {
    let account = Account::new();
    account.fleet.aws.set_speed(0.0);
    let running = account.fleet.run(&["lb", "instance", "deregister", "classic-a", "i-1", "--wait"]).start();
    until_told(&running, "i-1 in elb:classic-a: draining");
    running.signal(Signal::SIGINT);
    let done = running.finish().expect_code(130);
    holds(&done.stdout_text(), &["interrupted"]);
    holds(&done.stderr_text(), &["is not out yet, and was given up: last seen draining"]);
}

#[test]
fn progress_is_a_line_for_each_change_and_silent_when_quiet() {
    let account = Account::new();
    account.fleet.aws.set_speed(60.0);
    let arguments = ["tg", "register", "group-a", "i-3:80", "--wait"];
    let done = end(account.fleet.run(&arguments), 0);
    let told = done.stderr_text();
    let lines: Vec<_> = told.lines().collect();
    let distinct: std::collections::BTreeSet<_> = lines.iter().collect();
    assert_eq!(lines.len(), distinct.len(), "nothing is told twice: {told}");
    assert!(!told.contains('\u{1b}') && lines.len() <= 4, "{told}");
    let quiet = end(account.fleet.run(&["--quiet", "tg", "deregister", "group-a", "i-3:80", "--wait"]), 0);
    assert_eq!(quiet.stderr_text(), "");
}

#[test]
fn on_a_terminal_one_line_is_rewritten_and_goes_away() {
    let account = Account::new();
    account.fleet.aws.set_speed(100.0);
    let screen = account.fleet.run(&["tg", "deregister", "group-a", TARGET, "--wait"]).on_terminal();
    assert_eq!(screen.code, Some(0), "{}", screen.text);
    holds(&screen.text, &["\r\u{1b}[Kwaiting for 1 of 1, ", "i-1:80 in alb:group-a"]);
    let last = screen.text.rsplit("\u{1b}[K").next().unwrap();
    assert!(!last.contains("waiting for"), "{}", screen.text);
}

#[test]
fn what_only_a_wait_can_use_needs_one() {
    let account = Account::new();
    for arguments in [
        &["tg", "register", "group-a", TARGET, "--timeout", "5s"] as &[&str],
        &["tg", "register", "group-a", TARGET, "--json"],
        &["tg", "register", "group-a", TARGET, "--wait", "--dry-run"],
        &["lb", "instance", "register", "classic-a", "i-1", "--wait", "--timeout", "soon"],
        &["lb", "drain", "--status", "--dry-run"],
    ] {
        end(account.fleet.run(arguments), 64);
    }
    assert_eq!(account.fleet.aws.log().len(), 0);
}
