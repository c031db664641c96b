//! Facts from files.

use std::fs::{self, write};
use std::time::Duration;

use bellwether_host::facts::{FactReader, FactSources};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::{TempDir, tempdir};

use crate::support::{nothing, of_files, problem, read, refresh, shown};

fn dir() -> TempDir {
    tempdir().unwrap()
}

#[tokio::test]
async fn files_are_read_in_the_order_given_and_the_later_wins() {
    let dir = dir();
    let (yaml, json, words) = (dir.path().join("a.yaml"), dir.path().join("b.json"), dir.path().join("classes.txt"));
    write(&yaml, "role: web\ncpus: 4\n").unwrap();
    write(&json, r#"{"role": "db", "os": {"name": "Debian"}}"#).unwrap();
    write(&words, "apache::mod::ssl\n").unwrap();
    let reading = refresh(&mut of_files(&[&yaml, &json, &words])).await;
    assert_eq!(shown(&reading.facts), "apache::mod::ssl=None cpus=4 os.name=Debian role=db");
    assert!(reading.changed && reading.problems.is_empty(), "{:?}", reading.problems);
    let reading = refresh(&mut of_files(&[&json, &yaml])).await;
    assert_eq!(shown(&reading.facts), "cpus=4 os.name=Debian role=web");
}

#[tokio::test]
async fn a_change_shows_at_the_next_refresh_and_its_absence_too() {
    let dir = dir();
    let path = dir.path().join("facts.yaml");
    let mut reader = of_files(&[&path]);
    // The same length each time, and faster than the times of many file systems run.
    for at in 0..20 {
        write(&path, format!("at: {:02}\n", at + 10)).unwrap();
        let reading = refresh(&mut reader).await;
        assert_eq!((shown(&reading.facts), reading.changed), (format!("at={}", at + 10), true));
        assert!(!refresh(&mut reader).await.changed);
    }
    let other = dir.path().join("other");
    write(&other, "at: 99\n").unwrap();
    fs::rename(&other, &path).unwrap();
    assert_eq!(shown(&refresh(&mut reader).await.facts), "at=99");
    fs::remove_file(&path).unwrap();
    let reading = refresh(&mut reader).await;
    assert_eq!((shown(&reading.facts), reading.changed), (String::new(), true));
    assert!(problem(&reading).contains("there is no such file"), "{:?}", reading.problems);
}

#[tokio::test]
async fn a_broken_source_is_told_once_and_the_rest_still_counts() {
    let dir = dir();
    let (missing, broken, good) = (dir.path().join("missing"), dir.path().join("broken.yaml"), dir.path().join("good"));
    write(&broken, "a: [1\n").unwrap();
    write(&good, "role: web\n").unwrap();
    let mut reader = of_files(&[&missing, &broken, &good]);
    let first = refresh(&mut reader).await;
    assert_eq!((shown(&first.facts), first.problems.len()), ("role=web".to_owned(), 2));
    assert!(first.problems[0].contains("missing") && first.problems[1].contains("broken.yaml"), "{:?}", first.problems);
    assert!(first.problems[1].contains("line 1, column 4"), "{:?}", first.problems);
    let second = refresh(&mut reader).await;
    assert_eq!((second.problems, second.changed), (Vec::new(), false));
    write(&missing, "cpus: 4\n").unwrap();
    let third = refresh(&mut reader).await;
    assert_eq!((shown(&third.facts).as_str(), third.problems), ("cpus=4 role=web", Vec::new()));
    fs::remove_file(&missing).unwrap();
    assert!(problem(&refresh(&mut reader).await).contains("missing"), "it is missing again, which is news");
}

#[tokio::test]
async fn what_is_no_readable_file_is_told_and_holds_nobody_up() {
    let dir = dir();
    let path = |name: &str| dir.path().join(name);
    mkfifo(&path("pipe"), Mode::S_IRWXU).unwrap();
    fs::create_dir(path("directory")).unwrap();
    write(path("binary"), [0xff, 0xfe]).unwrap();
    write(path("large"), vec![b'x'; 600 * 1_024]).unwrap();
    write(path("bomb.yaml"), "a: &a [*a]\n").unwrap();
    for (name, told) in [
        ("pipe", "not a regular file"),
        ("directory", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        ("binary", "not UTF-8"),
        ("large", "more than 524288 bytes"),
        ("bomb.yaml", "recursive"),
        ("list.yaml/x", "there is no such file"),
    ] {
        let reading = refresh(&mut of_files(&[&path(name)])).await;
        assert!(problem(&reading).contains(told), "{name}: {:?}", reading.problems);
        assert!(reading.facts.is_empty());
    }
}

#[tokio::test]
async fn facts_that_do_not_fit_are_told_and_the_others_taken() {
    let dir = dir();
    let (path, more) = (dir.path().join("facts.yaml"), dir.path().join("more.yaml"));
    write(&path, format!("long: {}\nrole: web\n", "x".repeat(5_000))).unwrap();
    let reading = refresh(&mut of_files(&[&path])).await;
    assert_eq!(shown(&reading.facts), "role=web");
    assert!(problem(&reading).contains("facts.yaml: facts are left out: 1 with a text"), "{:?}", reading.problems);
    let many = |range: std::ops::Range<usize>| range.map(|at| format!("f{at}: 1\n")).collect::<String>();
    write(&path, many(0..3_000)).unwrap();
    write(&more, many(3_000..6_000)).unwrap();
    let reading = refresh(&mut of_files(&[&path, &more])).await;
    assert_eq!(reading.facts.len(), 4_096);
    assert!(problem(&reading).starts_with("all sources together: facts are left out: 1904"), "{:?}", reading.problems);
}

#[tokio::test]
async fn a_reading_that_is_given_up_loses_nothing() {
    let dir = dir();
    let path = dir.path().join("facts.yaml");
    write(&path, "role: web\n").unwrap();
    let mut reader = FactReader::new(FactSources { files: vec![path], ..nothing() });
    drop(tokio::time::timeout(Duration::ZERO, reader.refresh()).await);
    assert_eq!(shown(&refresh(&mut reader).await.facts), "role=web");
}

#[tokio::test]
async fn without_sources_there_are_no_facts() {
    let reading = read(nothing()).await;
    assert!(reading.facts.is_empty() && reading.problems.is_empty() && reading.changed);
}
