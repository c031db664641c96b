//! Output within bounds, and a word now and then.

use bellwether_core::fleet::reply::{Event, Outcome};
use bellwether_core::fleet::request::{Action, Command};

use super::support::{Caller, EVERYTHING, Node, memory_of, run, shell};

#[test]
fn of_a_gigabyte_the_ends_are_kept_the_rest_is_counted_and_the_agent_stays_small() {
    const WHOLE: u64 = 1 << 30;
    let node = Node::new(EVERYTHING);
    let (caller, agent) = (Caller::of(&node), node.start());
    let mut action = run(Command::Shell(format!("echo begin; head -c {WHOLE} /dev/zero; echo end")));
    action.output_limit = 1_000;
    let answer = caller.ask(Action::Run(Box::new(action)));
    let Event::Done(done) = answer.last() else { panic!("{:?}", answer.last()) };
    assert_eq!(done.outcome, Outcome::Exited(0));
    assert_eq!(answer.out.len(), 2_000);
    assert_eq!(done.dropped_out, WHOLE + 10 - 2_000);
    assert!(answer.out.starts_with(b"begin\n\0") && answer.out.ends_with(b"\0end\n"));
    let Some(Event::Output(tail)) = answer.replies.iter().rev().map(|reply| &reply.event).nth(1) else { panic!() };
    assert_eq!(tail.offset, WHOLE + 10 - 1_000);
    // The build for tests is larger than the one that is shipped.
    let peak = memory_of(agent.pid(), "RssAnon:");
    assert!(peak < 32 * 1_024, "{peak} KiB");
    drop(agent);
}

#[test]
fn output_comes_while_the_command_runs_and_silence_is_broken() {
    let node = Node::new(EVERYTHING);
    let (caller, agent) = (Caller::of(&node), node.start());
    let gate = node.place("gate");
    let request = caller.request(shell(&format!("echo first; while ! [ -e {gate} ]; do sleep 0.05; done; echo last")));
    caller.send(&request);
    caller.wait_for_output(&request);
    // Nothing is written any more, and yet there is a word.
    let alive = caller.next(std::time::Duration::from_secs(60)).expect("a word");
    assert!(matches!(alive.event, Event::Alive { running_ms } if running_ms > 0), "{alive:?}");
    std::fs::write(gate, "").unwrap();
    assert!(matches!(caller.replies(&request).last().unwrap().event, Event::Done(_)));
    drop(agent);
}
