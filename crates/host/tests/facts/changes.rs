//! Sources that change, fail, and are read in between.

use std::fs;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::thread;
use std::time::Duration;

use bellwether_host::clock;
use bellwether_host::facts::{FactReader, FactSources, FacterCommand, Reading};
use bellwether_testkit::script::install_program;
use tempfile::TempDir;

use crate::support::{nothing, problem, refresh, shown};

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A directory with a file of facts and programs.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("facts.d")).unwrap();
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }

    fn write(&self, text: &str) {
        fs::write(self.path("facts.yaml"), text).unwrap();
    }

    fn program(&self, name: &str, text: &str) {
        install_program(&self.path("facts.d").join(name), &format!("#!/bin/sh\n{text}\n"));
    }

    fn reader(&self) -> FactReader {
        FactReader::new(FactSources {
            directory: Some(self.path("facts.d")),
            files: vec![self.path("facts.yaml")],
            keeps_last_word: true,
            ..nothing()
        })
    }
}

async fn look(reader: &FactReader) -> Option<Reading> {
    tokio::time::timeout(PATIENCE, reader.look()).await.expect("an end")
}

fn wait_for(path: &Path) {
    let since = clock::mono();
    while !path.exists() {
        assert!(clock::mono().since(since) < PATIENCE, "still no {}", path.display());
        thread::sleep(Duration::from_millis(5));
    }
}

/// Lets something begin, and then nobody drives it. Whether that was all it took.
async fn begin(future: Pin<&mut impl Future>) -> bool {
    tokio::select! {
        biased;
        _ = future => true,
        () = std::future::ready(()) => false,
    }
}

#[tokio::test]
async fn whoever_waits_for_a_turn_and_is_not_driven_holds_nobody_up() {
    let place = Place::new();
    place.write("role: web\n");
    // So many that looking at them takes longer than joining the queue.
    let files = vec![place.path("facts.yaml"); 1_000];
    let mut reader = FactReader::new(FactSources { files, ..nothing() });
    refresh(&mut reader).await;
    for _ in 0..20 {
        let (mut first, mut second) = (pin!(reader.look()), pin!(reader.look()));
        let (first_ended, second_ended) = (begin(first.as_mut()).await, begin(second.as_mut()).await);
        if !first_ended {
            first.await;
        }
        look(&reader).await;
        if !second_ended {
            second.await;
        }
    }
}

#[tokio::test]
async fn files_are_read_in_between_without_running_a_program() {
    let place = Place::new();
    place.write("role: web\n");
    let runs = place.path("runs");
    place.program("count", &format!("echo x >> {0}; echo runs=$(wc -l < {0})", runs.display()));
    let mut reader = place.reader();
    assert_eq!(look(&reader).await, None, "nothing is whole before the first reading");
    assert_eq!(shown(&refresh(&mut reader).await.facts), "role=web runs=1");
    assert_eq!(look(&reader).await, None);
    for role in ["db", "cat", "web"] {
        place.write(&format!("role: {role}\n"));
        let reading = look(&reader).await.expect("news");
        assert_eq!((shown(&reading.facts), reading.changed), (format!("role={role} runs=1"), true));
        assert_eq!(look(&reader).await, None);
    }
}

#[tokio::test]
async fn a_slow_program_holds_no_file_up() {
    let place = Place::new();
    place.write("role: web\n");
    let (runs, gate) = (place.path("runs"), place.path("gate"));
    place.program("slow", "echo speed=fast");
    let mut reader = place.reader();
    refresh(&mut reader).await;
    let wait = format!("touch {}; while ! [ -e {} ]; do sleep 0.05; done", runs.display(), gate.display());
    place.program("slow", &format!("{wait}; echo speed=slow"));
    let slow = async { reader.refresh().await };
    let meanwhile = async {
        tokio::task::spawn_blocking(move || wait_for(&runs)).await.unwrap();
        place.write("role: db\n");
        let reading = look(&reader).await.expect("news");
        fs::write(gate, "").unwrap();
        shown(&reading.facts)
    };
    let (reading, seen) = tokio::join!(slow, meanwhile);
    assert_eq!(seen, "role=db speed=fast");
    assert_eq!(shown(&reading.facts), "role=db speed=slow");
}

#[tokio::test]
async fn what_fails_keeps_its_last_word_and_its_place_among_the_others() {
    let place = Place::new();
    place.write("role: web\nsite: prod\n");
    place.program("10", "echo role=nobody; echo count=1");
    place.program("20", "echo extra=yes");
    let mut reader = place.reader();
    let first = refresh(&mut reader).await;
    assert_eq!((shown(&first.facts), first.is_whole), ("count=1 extra=yes role=web site=prod".to_owned(), true));
    place.write("role: [web\n");
    place.program("10", "echo role=nobody; echo count=2");
    place.program("20", "exit 1");
    let broken = refresh(&mut reader).await;
    assert_eq!(shown(&broken.facts), "count=2 extra=yes role=web site=prod", "a program does not win over the file");
    assert_eq!((broken.problems.len(), broken.is_whole), (2, true), "{:?}", broken.problems);
    fs::remove_file(place.path("facts.yaml")).unwrap();
    let gone = look(&reader).await.expect("news");
    assert_eq!(shown(&gone.facts), "count=2 extra=yes role=web site=prod");
    assert!(problem(&gone).contains("no such file"), "{:?}", gone.problems);
    place.write("role: db\n");
    fs::remove_file(place.path("facts.d/20")).unwrap();
    let good = refresh(&mut reader).await;
    assert_eq!((shown(&good.facts), good.problems), ("count=2 role=db".to_owned(), Vec::new()));
}

#[tokio::test]
async fn what_was_never_read_well_is_not_whole() {
    let place = Place::new();
    place.write("role: [web\n");
    place.program("10", "echo count=1");
    let mut reader = place.reader();
    let broken = refresh(&mut reader).await;
    assert_eq!((shown(&broken.facts), broken.is_whole), ("count=1".to_owned(), false));
    place.write("role: web\n");
    assert!(look(&reader).await.expect("news").is_whole);
    place.write("role: [web\n");
    assert!(look(&reader).await.expect("news").is_whole, "its last word counts");
}

#[tokio::test]
async fn programs_stay_when_their_directory_cannot_be_read() {
    let place = Place::new();
    place.write("role: web\n");
    place.program("10", "echo count=1");
    let mut reader = place.reader();
    refresh(&mut reader).await;
    fs::rename(place.path("facts.d"), place.path("away")).unwrap();
    fs::write(place.path("facts.d"), "").unwrap();
    let reading = refresh(&mut reader).await;
    assert_eq!((shown(&reading.facts), reading.is_whole), ("count=1 role=web".to_owned(), true));
    assert!(problem(&reading).contains("cannot read the directory"), "{:?}", reading.problems);
    fs::remove_file(place.path("facts.d")).unwrap();
    assert_eq!(shown(&refresh(&mut reader).await.facts), "role=web", "it was taken away");
}

#[tokio::test]
async fn what_was_read_while_nobody_waited_is_told_the_next_time() {
    let place = Place::new();
    place.write("role: web\n");
    let mut reader = place.reader();
    refresh(&mut reader).await;
    place.write("role: db\n");
    drop(tokio::time::timeout(Duration::ZERO, reader.look()).await);
    assert_eq!(shown(&look(&reader).await.expect("news").facts), "role=db");
}

#[tokio::test]
async fn programs_are_others_when_one_was_added_removed_replaced_or_made_runnable() {
    let place = Place::new();
    place.write("role: web\n");
    place.program("10", "echo count=1");
    let mut reader = place.reader();
    refresh(&mut reader).await;
    let path = |name: &str| place.path("facts.d").join(name);
    let add = || place.program("20", "echo extra=yes");
    let replace = || place.program("10", "echo count=2");
    let close = || drop(std::process::Command::new("chmod").arg("a-x").arg(path("10")).status());
    let remove = || fs::remove_file(path("20")).unwrap();
    let changes: [&dyn Fn(); 4] = [&add, &replace, &close, &remove];
    for (number, change) in changes.iter().enumerate() {
        assert!(!reader.programs_have_changed().await && !reader.programs_have_changed().await);
        change();
        assert!(!reader.programs_have_changed().await, "somebody may still be at work there");
        assert!(reader.programs_have_changed().await, "change {number}");
        refresh(&mut reader).await;
    }
    fs::write(path("README"), "no program").unwrap();
    assert!(!reader.programs_have_changed().await && !reader.programs_have_changed().await);
}

/// Empties the file, writes it bit by bit, and tells the longest time from one bit to the next.
fn write_slowly(path: &Path, began: &Path) -> Duration {
    let mut text = String::new();
    let (mut longest, mut last) = (Duration::ZERO, clock::mono());
    fs::write(path, &text).unwrap();
    fs::write(began, "").unwrap();
    for number in 0..20 {
        thread::sleep(Duration::from_millis(2));
        text.push_str(&format!("# {number}\n"));
        fs::write(path, &text).unwrap();
        longest = longest.max(clock::mono().since(last));
        last = clock::mono();
    }
    fs::write(path, "site: test\n").unwrap();
    longest.max(clock::mono().since(last))
}

#[tokio::test]
async fn a_file_is_not_read_while_it_is_being_written() {
    for _ in 0..100 {
        let place = Place::new();
        place.write("site: prod\n");
        let mut reader = place.reader();
        refresh(&mut reader).await;
        let (path, began) = (place.path("facts.yaml"), place.path("began"));
        let writer = thread::spawn({
            let began = began.clone();
            move || write_slowly(&path, &began)
        });
        wait_for(&began);
        let reading = look(&reader).await.expect("news");
        // On a busy machine the writer may pause for so long that nobody can know that it is still at work.
        if writer.join().unwrap() < Duration::from_millis(25) {
            return assert_eq!(shown(&reading.facts), "site=test");
        }
    }
    panic!("the machine never let a writer write in peace");
}

#[tokio::test]
async fn without_its_last_word_a_source_that_fails_tells_nothing() {
    let place = Place::new();
    let line = format!("cat {}", place.path("facts.yaml").display());
    place.write("role: web\n");
    let mut reader = FactReader::new(FactSources { facter: Some(FacterCommand::Shell(line)), ..nothing() });
    assert_eq!(shown(&refresh(&mut reader).await.facts), "role=web");
    place.write("role: [web\n");
    let reading = refresh(&mut reader).await;
    assert!(reading.facts.is_empty() && !reading.is_whole && reading.changed);
}
