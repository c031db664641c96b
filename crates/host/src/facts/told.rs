//! What all sources have told, together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use bellwether_core::facts::Facts;

use super::directory::Marks;
use super::found::Found;
use super::source::Source;

/// What all sources say now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The facts of every source that could be read; of the others their last word, where that is kept.
    pub facts: Facts,
    /// What is wrong with the others, each a line for a log. Told when it is new, and not again while it stays.
    pub problems: Vec<String>,
    /// Whether nothing is missing: every source was read well, now or, where the last word is kept, before.
    pub is_whole: bool,
    /// Whether the facts are others than the last time. True the first time.
    pub changed: bool,
}

/// What every source told last.
#[derive(Debug, Default)]
pub(super) struct Told {
    keeps: bool,
    system: Option<Source>,
    facter: Option<Source>,
    /// By path, which is the order of their names, for all are in one directory.
    programs: BTreeMap<PathBuf, Source>,
    /// Why nobody knows which programs there are.
    no_programs: Option<Source>,
    marks: Option<Marks>,
    /// How the directory was when it was last looked at, and not the same as when its programs were last run.
    new_marks: Option<Marks>,
    files: Vec<Source>,
    is_news: bool,
    last: Option<Facts>,
    known_problems: BTreeSet<String>,
}

impl Told {
    pub(super) fn new(keeps: bool) -> Self {
        Self { keeps, ..Self::default() }
    }

    pub(super) fn take_system(&mut self, found: Found) {
        self.system = Some(followed(self.keeps, self.system.as_ref(), found));
    }

    pub(super) fn take_facter(&mut self, found: Found) {
        self.facter = Some(followed(self.keeps, self.facter.as_ref(), found));
    }

    /// What the programs of the directory printed; or why it could not be read, which does not take them away.
    pub(super) fn take_programs(&mut self, told: Result<Vec<(PathBuf, Found)>, Found>) {
        match told {
            Ok(told) => {
                let after = |(path, found): (PathBuf, Found)| {
                    let source = followed(self.keeps, self.programs.get(&path), found);
                    (path, source)
                };
                self.programs = told.into_iter().map(after).collect();
                self.no_programs = None;
            }
            Err(found) => {
                let was_good =
                    self.keeps && self.marks.is_some() && self.no_programs.as_ref().is_none_or(|it| it.was_good);
                if !self.keeps {
                    self.programs.clear();
                }
                self.no_programs = Some(Source { found, was_good });
            }
        }
    }

    /// The directory is as its programs were run.
    pub(super) fn take_marks(&mut self, marks: Marks) {
        (self.marks, self.new_marks) = (Some(marks), None);
    }

    /// Whether the directory differs from what was run, and was the same when it was last looked at: so nobody is still
    /// at work in it.
    pub(super) fn differ(&mut self, marks: Marks) -> bool {
        if self.marks.as_ref() == Some(&marks) {
            self.new_marks = None;
            return false;
        }
        let before = self.new_marks.replace(marks);
        before == self.new_marks
    }

    pub(super) fn take_files(&mut self, files: Vec<Source>) {
        (self.files, self.is_news) = (files, true);
    }

    /// All together, where the files tell something else than before. None before all sources were read once.
    pub(super) fn news(&mut self) -> Option<Reading> {
        (self.is_news && self.last.is_some()).then(|| self.reading())
    }

    /// All together: what the system says, facter, the directory's programs by name, the files as they are listed; a later
    /// one wins.
    pub(super) fn reading(&mut self) -> Reading {
        self.is_news = false;
        let (mut found, mut is_whole) = (Found::default(), true);
        let programs = self.programs.values().chain(&self.no_programs);
        let sources = self.system.iter().chain(&self.facter).chain(programs).chain(&self.files);
        let mut fits = true;
        for source in sources {
            fits &= found.merge(source.found.clone());
            is_whole &= source.was_good;
        }
        let facts = match &self.last {
            Some(last) if self.keeps && !fits => with_later(last, found.facts),
            _ => found.facts,
        };
        let problems = self.new_problems(found.problems);
        let changed = self.last.as_ref() != Some(&facts);
        self.last = Some(facts.clone());
        Reading { facts, problems, is_whole: is_whole && fits, changed }
    }

    fn new_problems(&mut self, problems: Vec<String>) -> Vec<String> {
        let known = std::mem::replace(&mut self.known_problems, problems.iter().cloned().collect());
        problems.into_iter().filter(|problem| !known.contains(problem)).collect()
    }
}

fn followed(keeps: bool, earlier: Option<&Source>, found: Found) -> Source {
    match (Source::of(found), earlier) {
        (source, Some(earlier)) if keeps => source.after(earlier),
        (source, _) => source,
    }
}

fn with_later(earlier: &Facts, later: Facts) -> Facts {
    let mut facts = earlier.clone();
    facts.merge(later);
    facts
}
