//! Memory and processor time of watchers while nothing happens.

use std::time::Duration;

use super::watchers::{Watcher, on_instance};
use crate::report::{Requirements, heading, remark, table, times};
use crate::rest::AtRest;

const PERIOD: Duration = Duration::from_secs(5);
/// Until a watcher has settled: all are looked up again after some time, the first time after ten seconds or so.
const SETTLES: Duration = Duration::from_secs(30);
const WATCHED: Duration = Duration::from_secs(60);

pub(super) fn run(requirements: &mut Requirements) {
    heading(&format!("at rest for {} s, asking every {} s", WATCHED.as_secs(), PERIOD.as_secs()));
    remark("Resident memory without the programs they start (nft, iptables); processor time with them.");
    let watchers = [vec![Watcher::WatchImds], Watcher::of_clonesquad()].concat();
    let all: Vec<AtRest> = std::thread::scope(|scope| {
        let measured: Vec<_> = watchers.iter().map(|watcher| scope.spawn(|| measured(watcher))).collect();
        measured.into_iter().map(|thread| thread.join().expect("a measurement")).collect()
    });
    let drop_in = &all[1];
    let row = |it: &AtRest| {
        let shares = [it.resident / drop_in.resident, it.busy / drop_in.busy].map(times);
        [it.row(), shares.to_vec()].concat()
    };
    let heads = [&AtRest::HEADS[..], &["resident/drop-in", "CPU/drop-in"]].concat();
    table(&heads, &all.iter().map(row).collect::<Vec<_>>());
    let is_ours = |watcher: &Watcher| !matches!(watcher, Watcher::Old(_));
    for (_, it) in watchers.iter().zip(&all).filter(|(watcher, _)| is_ours(watcher)) {
        it.judge(requirements);
    }
}

fn measured(watcher: &Watcher) -> AtRest {
    on_instance(watcher, PERIOD, |instance| AtRest::measured(watcher.name(), instance.watcher.pid(), SETTLES, WATCHED))
}
