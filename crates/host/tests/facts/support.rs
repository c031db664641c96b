//! Readers of a test's own files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_core::facts::Facts;
use bellwether_host::facts::{FactReader, FactSources, Reading};

/// Far longer than any reading here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// No sources at all.
pub(crate) fn nothing() -> FactSources {
    FactSources { builtin: false, timeout: PATIENCE, ..FactSources::default() }
}

/// A reader of these files alone.
pub(crate) fn of_files(files: &[&Path]) -> FactReader {
    let files: Vec<PathBuf> = files.iter().map(|path| path.to_path_buf()).collect();
    FactReader::new(FactSources { files, ..nothing() })
}

/// What the reader says now.
pub(crate) async fn refresh(reader: &mut FactReader) -> Reading {
    tokio::time::timeout(PATIENCE * 2, reader.refresh()).await.expect("an end")
}

/// What a new reader of these sources says.
pub(crate) async fn read(sources: FactSources) -> Reading {
    refresh(&mut FactReader::new(sources)).await
}

/// `NAME=VALUE` of each, in order, with blanks between.
pub(crate) fn shown(facts: &Facts) -> String {
    let pairs: Vec<_> = facts.iter().map(|(name, fact)| format!("{name}={}", fact.text())).collect();
    pairs.join(" ")
}

/// The only problem there is.
pub(crate) fn problem(reading: &Reading) -> &str {
    assert_eq!(reading.problems.len(), 1, "{:?}", reading.problems);
    &reading.problems[0]
}
