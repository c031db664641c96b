//! What the commands wrote, and what is wrong with it.

mod run;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use run::Run;

/// The runs in the order of their starts.
#[derive(Debug)]
pub(super) struct Evidence {
    runs: Vec<Run>,
}

impl Evidence {
    /// Reads what the commands wrote.
    pub(super) fn read(lines: &str) -> Self {
        let mut runs: Vec<Run> = lines.lines().filter_map(Run::of_start).collect();
        for (id, ended) in lines.lines().filter_map(run::end) {
            if let Some(run) = runs.iter_mut().find(|run| run.id == id) {
                run.ended = Some(ended);
            }
        }
        Self { runs }
    }

    pub(super) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The ticks that were started more than once, whatever the attempt: with `skip` there must be none.
    pub(super) fn twice(&self) -> Vec<u64> {
        more_than_once(self.runs.iter().map(|run| run.tick))
    }

    /// The attempts at a tick that were started more than once: there must never be any.
    pub(super) fn attempts_twice(&self) -> Vec<(u64, u64)> {
        more_than_once(self.runs.iter().map(|run| (run.tick, run.attempt)))
    }

    /// The runs that began while another one was alive: those that found its lock taken, and those that began before
    /// one that had begun earlier told its end.
    pub(super) fn beside(&self) -> Vec<&Run> {
        let began_within = |(index, run): (usize, &Run)| {
            let alive = |earlier: &Run| earlier.ended.is_some_and(|ended| run.started < ended);
            self.runs[..index].iter().any(alive)
        };
        let all = self.runs.iter().enumerate();
        all.filter(|(index, run)| run.found_another || began_within((*index, run))).map(|(_, run)| run).collect()
    }

    /// The runs whose fence is not higher than that of every run before.
    pub(super) fn fences_not_grown(&self) -> Vec<&Run> {
        let highest_before = |index: usize| self.runs[..index].iter().map(|run| run.fence).max();
        let all = self.runs.iter().enumerate();
        all.filter(|(index, run)| highest_before(*index).is_some_and(|highest| run.fence <= highest))
            .map(|(_, run)| run)
            .collect()
    }

    /// How many of these ticks were started.
    pub(super) fn started(&self, ticks: &[u64]) -> usize {
        let started: BTreeSet<u64> = self.runs.iter().map(|run| run.tick).collect();
        ticks.iter().filter(|tick| started.contains(tick)).count()
    }

    /// All that breaks the promise made for `--on-lost skip --overlap forbid`, in words; empty when it was kept.
    pub(super) fn violations(&self) -> Vec<String> {
        let mut found = self.violations_with_rerun();
        found.extend(self.twice().iter().map(|tick| format!("the tick {tick} was started more than once")));
        found
    }

    /// The same for `--on-lost rerun`, where a tick may have several attempts.
    pub(super) fn violations_with_rerun(&self) -> Vec<String> {
        let twice = self.attempts_twice().into_iter();
        let twice =
            twice.map(|(tick, attempt)| format!("attempt {attempt} at the tick {tick} was started more than once"));
        let beside = self.beside().into_iter().map(|run| format!("it began while another run was alive: {run:?}"));
        let fences = self.fences_not_grown().into_iter().map(|run| format!("its fence is not the highest: {run:?}"));
        twice.chain(beside).chain(fences).collect()
    }
}

fn more_than_once<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut times = BTreeMap::new();
    items.for_each(|item| *times.entry(item).or_insert(0) += 1);
    times.into_iter().filter(|(_, times)| *times > 1).map(|(item, _)| item).collect()
}
