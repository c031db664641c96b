use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::collective::filter::LegacyFilter;
use crate::collective::message::{FactsMessage, ReturnCode};
use crate::collective::names::{HostName, MessageId};
use crate::facts::Facts;

/// By the wall clock of the master.
const SENT_AT: f64 = 1_400_000_000.123_456;

fn at(millis: u64) -> Mono {
    Mono::since_boot(Duration::from_millis(millis))
}

fn terms(mode: Mode) -> Terms {
    Terms { mode, ping_timeout: Duration::from_secs(5), cmd_timeout: Duration::from_secs(10) }
}

fn copy(id: &str) -> MessageId {
    MessageId::new(id).unwrap()
}

fn copies() -> Copies {
    Copies::new(["c1", "c2", "c3"].map(copy), SENT_AT)
}

fn facts(host: &str, role: &str) -> FactsMessage {
    let mut facts = Facts::default();
    facts.insert("role", role);
    FactsMessage { hostname: HostName::new(host).unwrap(), facts }
}

/// A run whose queue of facts has been read to its end before the command was sent, at 2 s.
fn round(mode: Mode, expected: &[&str]) -> Round {
    let mut known = Expected::new(LegacyFilter { wf: Some("role=web".to_owned()), wof: None });
    known.looked(at(0));
    for host in expected {
        known.take(at(0), None, &facts(host, "web"));
    }
    known.looked(at(2_000));
    Round::new(terms(mode), known, copies(), at(2_000))
}

/// The same without any facts.
fn round_without_facts(mode: Mode) -> Round {
    Round::new(terms(mode), Expected::new(LegacyFilter::default()), copies(), at(2_000))
}

fn reply(mode: Mode, host: &str, rc: i32) -> Reply {
    Reply {
        mode,
        output: String::new(),
        rc: ReturnCode::Command(rc),
        ts: 0.0,
        msg_id: copy("c1"),
        hostname: HostName::new(host).unwrap(),
        discovery: mode == Mode::Ping,
    }
}

fn hosts(names: &[HostName]) -> Vec<&str> {
    names.iter().map(HostName::as_str).collect()
}

#[test]
fn it_is_over_as_soon_as_all_expected_agents_have_answered() {
    let mut round = round(Mode::Cli, &["a", "b"]);
    round.reply("1", &reply(Mode::Ping, "a", 0));
    round.reply("2", &reply(Mode::Cli, "a", 0));
    round.reply("3", &reply(Mode::Ping, "b", 0));
    assert_eq!(round.step(at(2_100)), Step::Wait(at(7_000)), "b has not ended");
    assert_eq!(round.reply("4", &reply(Mode::Cli, "b", 0)), Taken::Result);
    assert_eq!(round.step(at(2_200)), Step::End(Ended::Answered));
    let summary = round.summary(Ended::Answered);
    assert_eq!((summary.responses, summary.discovered, summary.expected, summary.exit_status()), (2, 2, 2, 0));
}

#[test]
fn somebody_who_is_not_expected_but_there_is_waited_for() {
    let mut round = round(Mode::Cli, &["a"]);
    for (id, mode, host) in [("1", Mode::Ping, "a"), ("2", Mode::Cli, "a"), ("3", Mode::Ping, "new")] {
        round.reply(id, &reply(mode, host, 0));
    }
    assert_eq!(round.step(at(6_999)), Step::Wait(at(7_000)));
    assert_eq!(round.step(at(7_001)), Step::Wait(at(12_000)));
    round.reply("4", &reply(Mode::Cli, "new", 0));
    assert_eq!(round.step(at(7_002)), Step::End(Ended::Answered));
}

#[test]
fn facts_that_are_still_coming_do_not_end_it_early() {
    let mut round = round_without_facts(Mode::Ping);
    round.reply("1", &reply(Mode::Ping, "a", 0));
    round.expected().looked(at(2_000));
    round.expected().take(at(2_900), None, &facts("a", "web"));
    round.expected().looked(at(2_900));
    assert_eq!(round.step(at(3_000)), Step::Wait(at(7_000)));
    round.expected().looked(at(4_000));
    assert_eq!(round.step(at(4_000)), Step::Wait(at(7_000)), "calm for 1.1 s only");
    round.expected().looked(at(4_100));
    assert_eq!(round.step(at(4_100)), Step::End(Ended::Answered));
}

#[test]
fn a_queue_of_facts_that_cannot_be_read_any_more_ends_nothing_early() {
    let mut round = round_without_facts(Mode::Ping);
    round.expected().take(at(2_000), None, &facts("a", "web"));
    round.expected().looked(at(2_100));
    round.reply("1", &reply(Mode::Ping, "a", 0));
    assert_eq!(round.step(at(6_900)), Step::Wait(at(7_000)));
    assert_eq!(round.step(at(7_000)), Step::End(Ended::Answered));
}

#[test]
fn without_expected_agents_the_time_for_discovery_passes() {
    let mut round = round_without_facts(Mode::Cli);
    round.reply("1", &reply(Mode::Ping, "a", 0));
    round.reply("2", &reply(Mode::Cli, "a", 0));
    assert_eq!(round.step(at(6_999)), Step::Wait(at(7_000)));
    assert_eq!(round.step(at(7_000)), Step::End(Ended::Answered));
    assert_eq!(round.summary(Ended::Answered).expected, 0);
}

#[test]
fn nobody_at_all_is_a_failure() {
    let round = round_without_facts(Mode::Ping);
    assert_eq!(round.step(at(7_000)), Step::End(Ended::Answered));
    assert_eq!(round.summary(Ended::Answered).exit_status(), 1);
}

#[test]
fn those_who_are_missing_are_named_and_make_the_status_1() {
    let mut round = round(Mode::Cli, &["a", "b", "c"]);
    round.reply("1", &reply(Mode::Ping, "a", 0));
    round.reply("2", &reply(Mode::Ping, "b", 0));
    round.reply("3", &reply(Mode::Cli, "b", 7));
    assert_eq!(round.step(at(11_999)), Step::Wait(at(12_000)));
    assert_eq!(round.step(at(12_000)), Step::End(Ended::TimedOut));
    let summary = round.summary(Ended::TimedOut);
    assert_eq!((hosts(&summary.late), hosts(&summary.missing)), (vec!["a"], vec!["c"]));
    assert_eq!((summary.responses, summary.discovered, summary.expected, summary.status), (1, 2, 3, 1));
}

#[test]
fn the_last_status_that_is_not_0_counts() {
    for (statuses, last, exit) in
        [(&[0, 3, 0][..], 3, 3), (&[3, 4, 0], 4, 4), (&[0, -9, 0], -9, 247), (&[0, 256, 0], 256, 1), (&[0, 0, 0], 0, 0)]
    {
        let mut round = round(Mode::Script, &["h0"]);
        for (place, &rc) in statuses.iter().enumerate() {
            round.reply(&format!("p{place}"), &reply(Mode::Ping, &format!("h{place}"), 0));
            round.reply(&format!("r{place}"), &reply(Mode::Script, &format!("h{place}"), rc));
        }
        let summary = round.summary(Ended::Answered);
        assert_eq!((summary.status, summary.exit_status()), (last, exit), "{statuses:?}");
    }
}

#[test]
fn replies_to_others_are_left_and_ours_are_taken_once() {
    let mut round = round(Mode::Cli, &["a"]);
    let other = Reply { msg_id: copy("not-ours"), ..reply(Mode::Cli, "a", 5) };
    assert_eq!(round.reply("1", &other), Taken::Other);
    assert_eq!(round.reply("2", &reply(Mode::Cli, "a", 0)), Taken::Result);
    assert_eq!(round.reply("2", &reply(Mode::Cli, "a", 0)), Taken::Again);
    assert_eq!((round.summary(Ended::Answered).responses, round.summary(Ended::Answered).status), (1, 0));
}

#[test]
fn a_copy_whose_id_nobody_told_is_known_by_the_time_that_its_first_reply_gives_back() {
    let mut round = round(Mode::Cli, &["a"]);
    let to_unknown =
        |mode, output: &str| Reply { msg_id: copy("unknown"), output: output.to_owned(), ..reply(mode, "a", 0) };
    assert_eq!(round.reply("2", &to_unknown(Mode::Cli, "1400000000.123456")), Taken::Other, "an output is no proof");
    for other in ["1400000000.123457", "1400000000.12", "", "x"] {
        assert_eq!(round.reply("1", &to_unknown(Mode::Ping, other)), Taken::Other, "{other}");
    }
    assert_eq!(round.reply("1", &to_unknown(Mode::Ping, "1400000000.123456")), Taken::Present);
    assert_eq!(round.reply("2", &to_unknown(Mode::Cli, "done")), Taken::Result);
    assert_eq!(round.step(at(2_100)), Step::End(Ended::Answered));
}

#[test]
fn a_result_may_overtake_the_word_that_its_agent_is_there() {
    let mut round = round(Mode::Cli, &["a"]);
    round.reply("2", &reply(Mode::Cli, "a", 0));
    assert_eq!(round.step(at(2_100)), Step::End(Ended::Answered));
    assert_eq!(round.summary(Ended::Answered).discovered, 1);
    round.reply("1", &reply(Mode::Ping, "a", 0));
    assert_eq!(round.summary(Ended::Answered).discovered, 1);
}

#[test]
fn two_agents_may_bear_one_name() {
    let mut round = round_without_facts(Mode::Cli);
    for (id, mode) in [("1", Mode::Ping), ("2", Mode::Ping), ("3", Mode::Cli)] {
        round.reply(id, &reply(mode, "localhost", 0));
    }
    assert_eq!(round.step(at(8_000)), Step::Wait(at(12_000)));
    round.reply("4", &reply(Mode::Cli, "localhost", 0));
    assert_eq!(round.step(at(8_000)), Step::End(Ended::Answered));
    assert_eq!((round.summary(Ended::Answered).responses, round.summary(Ended::Answered).discovered), (2, 2));
}

#[test]
fn results_that_nobody_asked_for_are_of_no_use() {
    let mut round = round(Mode::Count, &["a"]);
    assert_eq!(round.reply("1", &reply(Mode::Cli, "a", 9)), Taken::Again);
    assert_eq!(round.reply("2", &reply(Mode::Count, "a", 0)), Taken::Present);
    assert_eq!(round.step(at(2_100)), Step::End(Ended::Answered));
    let summary = round.summary(Ended::Answered);
    assert_eq!((summary.responses, summary.status), (1, 0));
}

#[test]
fn counting_succeeds_whatever_the_number_is_unless_it_is_stopped() {
    let nobody = round(Mode::Count, &["a"]);
    assert_eq!(nobody.summary(Ended::TimedOut).exit_status(), 0);
    assert_eq!(nobody.summary(Ended::Interrupted).exit_status(), 1);
}

#[test]
fn of_a_hosts_facts_the_newest_count_in_whatever_order_they_come() {
    let time = |second| jiff::Timestamp::from_second(second).ok();
    let (web, db) = (facts("a", "web"), facts("a", "db"));
    for order in [[(1, &web), (2, &db)], [(2, &db), (1, &web)]] {
        let mut expected = Expected::new(LegacyFilter { wf: Some("role=web".to_owned()), wof: None });
        for (second, message) in order {
            expected.take(at(0), time(second), message);
        }
        assert_eq!(expected.hosts().count(), 0);
    }
}

#[test]
fn hosts_that_the_filter_does_not_mean_are_not_expected() {
    let mut expected = Expected::new(LegacyFilter { wf: Some("role=web".to_owned()), wof: None });
    expected.take(at(0), None, &facts("a", "db"));
    expected.looked(at(0));
    expected.looked(at(9_000));
    assert!(!expected.is_complete(), "nobody is expected");
    expected.take(at(9_000), None, &facts("b", "web"));
    assert_eq!(expected.hosts().map(HostName::as_str).collect::<Vec<_>>(), ["b"]);
}

proptest! {
    /// Whatever comes in whatever order, success means that nothing is missing, and the end comes in time.
    #[test]
    fn success_means_that_everybody_has_answered(
        events in proptest::collection::vec((0_u64..11_000, 0_usize..4, any::<bool>(), 0_i32..3), 0..40),
        with_facts in any::<bool>(),
    ) {
        let names = ["a", "b", "c", "d"];
        let mut events = events;
        events.sort_by_key(|event| event.0);
        let mut run = if with_facts { round(Mode::Cli, &["a", "b"]) } else { round_without_facts(Mode::Cli) };
        let mut now = at(2_000);
        let mut ended = None;
        for (number, (delay, host, is_result, rc)) in events.into_iter().enumerate() {
            now = at(2_000 + delay);
            if let Step::End(end) = run.step(now) {
                ended = Some(end);
                break;
            }
            let mode = if is_result { Mode::Cli } else { Mode::Ping };
            run.reply(&number.to_string(), &reply(mode, names[host], rc));
        }
        let ended = ended.unwrap_or_else(|| loop {
            match run.step(now) {
                Step::End(end) => break end,
                Step::Wait(until) => {
                    assert!(until > now && until <= at(12_000), "{until:?}");
                    now = until;
                }
            }
        });
        let summary = run.summary(ended);
        if summary.status == 0 {
            prop_assert_eq!(ended, Ended::Answered);
            prop_assert!(summary.late.is_empty() && summary.missing.is_empty() && summary.discovered > 0);
            prop_assert_eq!(summary.responses, summary.discovered);
        }
    }
}
