use std::fs;

use super::*;

fn at(seconds: i64) -> Now {
    Now {
        mono: Mono::since_boot(Duration::from_secs(1_000 + u64::try_from(seconds).unwrap())),
        wall: jiff::Timestamp::from_second(1_800_000_000 + seconds).unwrap(),
    }
}

fn remembered(worth: Worth) -> (tempfile::TempDir, History) {
    let dir = tempfile::tempdir().unwrap();
    let mut history = History::open(dir.path(), at(0)).unwrap();
    history.remember(&["id-1", "BATCH00001"], worth, at(0)).unwrap();
    (dir, history)
}

#[test]
fn what_was_seen_is_known_for_two_minutes_after_it_came_last() {
    for worth in [Worth::Noise, Worth::Answer, Worth::Command] {
        let (_dir, mut history) = remembered(worth);
        assert!(history.knows("id-1", at(100)));
        history.remember(&["other"], Worth::Noise, at(130)).unwrap();
        assert!(!history.knows("BATCH00001", at(130)), "it did not come again");
        assert!(history.knows("id-1", at(200)), "it came again");
        history.remember(&["another"], Worth::Noise, at(320)).unwrap();
        assert!(!history.knows("id-1", at(321)));
    }
}

#[test]
fn what_was_answered_or_run_is_known_after_a_crash() {
    for worth in [Worth::Answer, Worth::Command] {
        let (dir, history) = remembered(worth);
        // Not dropped: a crash runs nothing.
        std::mem::forget(history);
        let mut next = History::open(dir.path(), at(119)).unwrap();
        assert!(next.knows("id-1", at(119)) && next.knows("BATCH00001", at(119)));
        assert!(!next.knows("id-2", at(119)));
        drop(next);
        assert!(!History::open(dir.path(), at(120)).unwrap().knows("id-1", at(120)));
    }
    let (dir, _) = remembered(Worth::Noise);
    assert!(!History::open(dir.path(), at(1)).unwrap().knows("id-1", at(1)));
}

#[test]
fn a_message_that_keeps_coming_is_known_after_a_crash_however_old_it_is() {
    let (dir, mut history) = remembered(Worth::Command);
    for seconds in (10..600).step_by(10) {
        assert!(history.knows("id-1", at(seconds)));
    }
    drop(history);
    let mut next = History::open(dir.path(), at(640)).unwrap();
    assert!(next.knows("id-1", at(640)));
    assert!(!next.knows("BATCH00001", at(640)));
}

#[test]
fn a_clock_that_was_set_back_loses_nothing() {
    let (dir, _) = remembered(Worth::Command);
    let earlier = Now { wall: jiff::Timestamp::from_second(1_700_000_000).unwrap(), ..at(1) };
    assert!(History::open(dir.path(), earlier).unwrap().knows("id-1", at(1)));
}

#[test]
fn a_torn_or_foreign_line_loses_only_itself() {
    let (dir, _) = remembered(Worth::Command);
    let path = dir.path().join("history");
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"{\"format\":9,\"what\":1}\n\xff\n{\"format\":1,\"at\":\"2027-01-15T08:00:00Z\",\"id");
    fs::write(&path, &bytes).unwrap();
    assert!(History::open(dir.path(), at(1)).unwrap().knows("id-1", at(1)));
}

#[test]
fn the_file_does_not_grow_for_ever() {
    let (dir, mut history) = remembered(Worth::Command);
    for number in 0..5_000 {
        let id = format!("id-{number}");
        history.remember(&[&id], Worth::Answer, at(number)).unwrap();
    }
    let length = fs::metadata(dir.path().join("history")).unwrap().len();
    assert!(length < 200_000, "{length}");
    assert!(history.knows("id-4999", at(5_000)));
    drop(history);
    assert!(History::open(dir.path(), at(5_000)).unwrap().knows("id-4999", at(5_000)));
}

#[test]
fn a_flood_is_refused_rather_than_forgotten() {
    let (_dir, mut history) = remembered(Worth::Noise);
    let ids: Vec<String> = (0..MOST - 2).map(|number| number.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    history.remember(&ids, Worth::Noise, at(1)).unwrap();
    assert!(history.remember(&["one more"], Worth::Command, at(2)).is_err());
    assert!(history.knows("id-1", at(3)));
    history.remember(&["later"], Worth::Command, at(200)).unwrap();
}
