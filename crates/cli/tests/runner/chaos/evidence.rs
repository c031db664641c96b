//! What the commands wrote: one line at every start, and one where a run found another alive.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// The lines of a storm.
pub(super) struct Evidence {
    /// How often each tick was started.
    starts: BTreeMap<String, u64>,
    overlaps: usize,
}

impl Evidence {
    /// Reads what the commands wrote.
    pub(super) fn read(log: &Path) -> Self {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        let mut starts = BTreeMap::new();
        for line in text.lines() {
            if let Some(tick) = line.strip_prefix("start ") {
                *starts.entry(tick.to_owned()).or_default() += 1;
            }
        }
        let overlaps = text.lines().filter(|line| line.starts_with("overlap ")).count();
        Self { starts, overlaps }
    }

    /// The ticks that were started more than once.
    pub(super) fn twice(&self) -> Vec<&String> {
        self.starts.iter().filter(|(_, times)| **times > 1).map(|(tick, _)| tick).collect()
    }

    /// How many runs found another one alive.
    pub(super) fn overlaps(&self) -> usize {
        self.overlaps
    }

    /// How many ticks were started.
    pub(super) fn ticks_run(&self) -> u64 {
        self.starts.len() as u64
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (run, twice, overlaps) = (self.ticks_run(), self.twice().len(), self.overlaps);
        write!(f, "{run} ticks run, {twice} more than once, {overlaps} runs beside another")
    }
}
