//! From the change of an instance's state to the block in force.

use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use bellwether_testkit::clonesquad::Step;

use super::watchers::{Instance, PORT, Watcher, on_instance};
use crate::measure::median;
use crate::report::{Requirements, heading, milliseconds, remark, table, times};

const ROUNDS: u32 = 15;
const PERIOD: Duration = Duration::from_secs(1);
/// From one look to the next.
const LOOKS: Duration = Duration::from_millis(1);
/// On one machine a connection is there at once or not at all.
const AT_ONCE: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the block took, in seconds.
struct Took {
    /// From the change in the API.
    since_change: f64,
    /// From the question whose answer told of it.
    since_told: f64,
}

pub(super) fn run(requirements: &mut Requirements) {
    heading(&format!(
        "from the change to 'draining' to the refusal of new connections, {ROUNDS} rounds each, asked every second"
    ));
    remark("The change comes at any moment between two questions: half a second of it is waiting for the next one.");
    let all: Vec<_> =
        Watcher::of_clonesquad().into_iter().map(|watcher| (watcher.name(), measured(&watcher))).collect();
    let medians = |rounds: &[Took]| {
        (median(rounds.iter().map(|took| took.since_change)), median(rounds.iter().map(|took| took.since_told)))
    };
    let (_, ours) = medians(&all[0].1);
    let row = |(name, rounds): &(&str, Vec<Took>)| {
        let (since_change, since_told) = medians(rounds);
        vec![(*name).to_owned(), milliseconds(since_change), milliseconds(since_told), times(since_told / ours)]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    table(&["program", "from the change", "from the question", "over the first"], &rows);
    for (name, rounds) in all.iter().take(2) {
        let (_, told) = medians(rounds);
        requirements.note(
            told <= 0.1,
            &format!("from the question to the block, {name}"),
            &format!("{} (wanted: at most 100 ms)", milliseconds(told)),
        );
    }
}

fn measured(watcher: &Watcher) -> Vec<Took> {
    on_instance(watcher, PERIOD, |instance| {
        (0..ROUNDS)
            .map(|round| {
                // Spread over the period, so that no program is lucky.
                std::thread::sleep(PERIOD + PERIOD * round / ROUNDS);
                let took = change(instance, "draining", false);
                change(instance, "running", true);
                took
            })
            .collect()
    })
}

/// Changes the state, and waits until new connections are let in or refused.
fn change(instance: &Instance, state: &str, open: bool) -> Took {
    let asked = || instance.squad.calls(Step::Metadata);
    let before = asked();
    instance.squad.set_state(state);
    let since = Instant::now();
    let mut told = None;
    // What counts is when the attempt was made that was not let in, not how it was told so: see `lets_in`.
    let took = loop {
        let tried = since.elapsed();
        if lets_in() == open {
            break tried;
        }
        if told.is_none() && asked() > before {
            told = Some(since.elapsed());
        }
        assert!(since.elapsed() < PATIENCE, "{}", String::from_utf8_lossy(&instance.watcher.stderr_so_far()));
        std::thread::sleep(LOOKS);
    };
    let since_told = took.saturating_sub(told.unwrap_or(took));
    Took { since_change: took.as_secs_f64(), since_told: since_told.as_secs_f64() }
}

/// CloneSquad's own watcher rejects by ICMP, which a client on the same machine takes notice of after a second only.
fn lets_in() -> bool {
    TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, PORT).into(), AT_ONCE).is_ok()
}
