//! How agents end, and what becomes of commands then.

use std::time::Duration;

use bellwether_core::fleet::reply::{Event, Outcome, Reply};
use bellwether_testkit::nats::{NatsServer, Release};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::support::{Answer, Caller, EVERYTHING, Node, argv, shell};

#[test]
fn a_command_that_an_agents_death_cut_off_is_unknown_and_never_run_again() {
    let node = Node::new(EVERYTHING);
    let (caller, agent) = (Caller::of(&node), node.start());
    let line = format!("echo $$ >> {}; echo up; exec sleep 1000", node.place("ran"));
    let request = caller.request(shell(&line));
    caller.send(&request);
    caller.wait_for_output(&request);
    agent.signal(Signal::SIGKILL);
    assert_eq!(agent.finish().signal, Some(9));
    let agent = node.start();
    let replies = caller.replies(&request);
    let [reply] = &replies[..] else { panic!("{replies:?}") };
    assert!(matches!(&reply.event, Event::Done(done) if matches!(done.outcome, Outcome::Unknown(_))), "{reply:?}");
    caller.send(&request);
    caller.nothing_but_a_ping_is_answered();
    let ran = node.left_at("ran");
    assert_eq!(ran.lines().count(), 1, "{ran}");
    // The command itself went on: it may have been in the middle of something.
    kill(Pid::from_raw(ran.trim().parse().unwrap()), Signal::SIGKILL).unwrap();
    node.wait_for_audit(&["\"decision\":\"done\"", "\"unknown\""]);
    // Its caller knows now: the next agent has nothing to make up for.
    agent.signal(Signal::SIGTERM);
    agent.finish().expect_code(0);
    let agent = node.start();
    caller.nothing_but_a_ping_is_answered();
    drop(agent);
}

#[test]
fn told_to_stop_it_refuses_what_is_new_and_lets_commands_end() {
    let node = Node::new(EVERYTHING);
    let (caller, agent) = (Caller::of(&node), node.start());
    let gate = node.place("gate");
    let request = caller.request(shell(&format!("echo up; while ! [ -e {gate} ]; do sleep 0.05; done; echo over")));
    caller.send(&request);
    caller.wait_for_output(&request);
    agent.signal(Signal::SIGTERM);
    node.wait_for_line(&agent, "stopping; 1 commands that run have");
    let refused = caller.ask(argv(&["true"]));
    assert!(matches!(refused.last(), Event::Refused(refusal) if refusal.detail.contains("ending")));
    std::fs::write(gate, "").unwrap();
    let replies = caller.replies(&request);
    assert!(matches!(&replies.last().unwrap().event, Event::Done(done) if done.outcome == Outcome::Exited(0)));
    agent.finish().expect_code(0);
}

#[test]
fn a_command_that_outlasts_the_grace_is_ended_and_its_caller_told_so() {
    let node = Node::new(EVERYTHING);
    node.set("BELLWETHER_AGENT_GRACE", "500ms");
    let (caller, agent) = (Caller::of(&node), node.start());
    let request = caller.request(shell("echo up; exec sleep 1000"));
    caller.send(&request);
    caller.wait_for_output(&request);
    agent.signal(Signal::SIGTERM);
    let replies = caller.replies(&request);
    assert!(matches!(&replies.last().unwrap().event, Event::Done(done) if done.outcome == Outcome::Signaled(15)));
    agent.finish().expect_code(0);
}

#[test]
fn without_a_limit_commands_are_waited_for_until_they_end_or_a_second_order_comes() {
    let node = Node::new(EVERYTHING);
    node.set("BELLWETHER_AGENT_GRACE", "none");
    for is_ordered_twice in [false, true] {
        let (caller, agent) = (Caller::of(&node), node.start());
        let gate = node.place("gate");
        let request = caller.request(shell(&format!("echo up; while ! [ -e {gate} ]; do sleep 0.05; done")));
        caller.send(&request);
        caller.wait_for_output(&request);
        agent.signal(Signal::SIGTERM);
        node.wait_for_line(&agent, "stopping; 1 commands that run have all the time they take");
        let outcome = if is_ordered_twice {
            agent.signal(Signal::SIGTERM);
            Outcome::Signaled(15)
        } else {
            // It says that it lives, which it does after five seconds of silence.
            while !matches!(caller.next(Duration::from_secs(60)).unwrap().event, Event::Alive { .. }) {}
            std::fs::write(&gate, "").unwrap();
            Outcome::Exited(0)
        };
        let replies = caller.replies(&request);
        assert!(matches!(&replies.last().unwrap().event, Event::Done(done) if done.outcome == outcome), "{replies:?}");
        agent.finish().expect_code(0);
        let _ = std::fs::remove_file(gate);
    }
}

#[test]
fn a_lost_connection_loses_no_result() {
    let server = NatsServer::start(Release::Recent);
    let node = Node::on(&server, EVERYTHING);
    let agent = node.start();
    let caller = Caller::of(&node);
    let gate = node.place("gate");
    let line = format!("echo before; while ! [ -e {gate} ]; do sleep 0.05; done; echo after");
    let request = caller.durable_request(shell(&line));
    caller.send_durable(&request);
    caller.wait_for_output(&request);
    server.stop();
    std::fs::write(gate, "").unwrap();
    node.wait_for_audit(&["\"decision\":\"done\""]);
    server.restart();
    let ended = |replies: &[Reply]| replies.iter().any(|reply| reply.event.is_last());
    let mut kept = Vec::new();
    for _ in 0..600 {
        kept = Caller::of(&node).results(&request);
        if ended(&kept) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    kept.sort_by_key(|reply| reply.seq);
    kept.dedup();
    let answer = Answer::of(kept);
    assert_eq!((answer.text().as_str(), answer.outcome()), ("before\nafter\n", &Outcome::Exited(0)));
    drop(agent);
}
