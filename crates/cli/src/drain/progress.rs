//! What is told while a node leaves or returns: a line for every change, and on a terminal one that is rewritten.

use std::collections::BTreeMap;

use bellwether_core::drain::{Action, Ending, Place, Progress as Step, Run};
use bellwether_core::duration;
use bellwether_core::time::Mono;
use bellwether_host::clock;

use crate::render::console::Console;
use crate::render::table::printable;

/// The longest line that is rewritten: one that is broken by the terminal could not be.
const WIDTH: usize = 79;

/// Tells people how far it is.
pub(crate) struct Progress {
    console: Console,
    started: Mono,
    told: BTreeMap<Place, String>,
    settling: bool,
}

impl Progress {
    pub(crate) fn new(console: Console) -> Self {
        Self { console, started: clock::mono(), told: BTreeMap::new(), settling: false }
    }

    /// Looks at a run after a step, and tells what is new.
    pub(crate) fn tell(&mut self, run: &Run, next: &Action) {
        let news: Vec<_> = run.progress().filter_map(|step| self.news(&step)).collect();
        for line in news {
            self.line(&line);
        }
        let open: Vec<_> = run.progress().filter(|step| step.ending.is_none()).collect();
        match (open.first(), next) {
            (Some(first), _) => {
                let (left, all) = (open.len(), run.progress().count());
                let took = duration::display(clock::mono().since(self.started));
                self.rewrite(&format!("waiting for {left} of {all}, {took}: {}", first.place));
            }
            (None, Action::Wait { until }) => self.settle(*until),
            (None, _) => self.rewrite(""),
        }
    }

    /// How a place stands, when that was not told yet.
    fn news(&mut self, step: &Step<'_>) -> Option<String> {
        let word = word(step)?;
        let known = self.told.insert(step.place.clone(), word.clone());
        (known.as_ref() != Some(&word)).then(|| format!("{}: {word}", step.place))
    }

    fn settle(&mut self, until: Mono) {
        if !self.settling {
            self.settling = true;
            let left = duration::display(until.since(clock::mono()));
            self.line(&format!("every place is left; the node must serve on for {left}"));
        }
    }

    fn line(&self, text: &str) {
        self.rewrite("");
        self.console.notice(&printable(text));
    }

    fn rewrite(&self, text: &str) {
        if self.console.shows_progress() {
            self.console.progress(&printable(text).chars().take(WIDTH).collect::<String>());
        }
    }
}

/// How a place stands, in a few words; none where nothing has been seen.
fn word(step: &Step<'_>) -> Option<String> {
    match (step.ending, step.trouble, step.seen) {
        // Why it was not reached is told at the end, all places together.
        (Some(Ending::Failed(_) | Ending::NotStarted { .. }), ..) => Some("failed".to_owned()),
        (Some(Ending::Overdue { .. }), ..) => Some("overdue".to_owned()),
        (Some(Ending::Interrupted { .. }), ..) => None,
        (Some(ending), ..) => Some(ending.to_string()),
        (None, Some(trouble), _) => Some(format!("{}; tried again", trouble.message)),
        (None, None, seen) => seen.map(ToString::to_string),
    }
}
