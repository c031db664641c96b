//! The figures as rows of a Markdown table, for `docs/once.md`.

use std::path::PathBuf;

use super::storm::Aftermath;
use super::takeover::{BLOWS, Takeovers};

const HEAD: &str = "\
| program, store | ticks | started | twice | beside | missed | takeover: kill -9 / cut / stop |\n\
|---|---|---|---|---|---|---|\n";

/// One row.
pub(super) struct Row<'a> {
    /// Its place in the table.
    pub(super) place: usize,
    pub(super) name: &'a str,
    pub(super) aftermath: &'a Aftermath,
    pub(super) takeovers: &'a [Takeovers],
}

impl Row<'_> {
    /// Prints it, and writes it into the directory `$BELLWETHER_CHAOS_TABLE` when that is set. There, the files in the
    /// order of their names are the table.
    pub(super) fn tell(&self) {
        let row = self.markdown();
        print!("{row}");
        if let Some(directory) = std::env::var_os("BELLWETHER_CHAOS_TABLE").map(PathBuf::from) {
            std::fs::create_dir_all(&directory).unwrap();
            std::fs::write(directory.join("0-head.md"), HEAD).unwrap();
            std::fs::write(directory.join(format!("{}-row.md", self.place)), row).unwrap();
        }
    }

    fn markdown(&self) -> String {
        let (evidence, ticks) = (&self.aftermath.evidence, &self.aftermath.ticks);
        let due = ticks.len();
        let started = evidence.started(ticks);
        let (twice, beside) = (evidence.twice().len(), evidence.beside().len());
        let (name, missed, takeover) = (self.name, due - started, self.takeover());
        format!("| {name} | {due} | {started} | {twice} | {beside} | {missed} | {takeover} |\n")
    }

    fn takeover(&self) -> String {
        if self.takeovers.is_empty() {
            return "none".to_owned();
        }
        let figure = |blow| match self.takeovers.iter().find(|takeovers| takeovers.blow == blow) {
            Some(takeovers) if takeovers.beside() => format!("{:.1} s beside", takeovers.median()),
            Some(takeovers) => format!("{:.1} s", takeovers.median()),
            None => "–".to_owned(),
        };
        BLOWS.map(figure).join(" / ")
    }
}
