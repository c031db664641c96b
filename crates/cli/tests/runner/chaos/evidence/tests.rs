//! The checker itself: it must see every fault that it is there for.

use super::Evidence;

fn start(second: u32, run: &str, attempt: u32, fence: u32, uptime: f64, how: &str) -> String {
    format!("start 1970-01-01T00:00:0{second}Z {run} {attempt} {fence} n0 {uptime:.2} {how}\n")
}

fn end(run: &str, uptime: f64) -> String {
    format!("end {run} {uptime:.2}\n")
}

fn read(lines: &[String]) -> Evidence {
    Evidence::read(&lines.concat())
}

#[test]
fn runs_that_keep_the_promise_are_no_violation() {
    let kept = read(&[start(1, "a", 1, 1, 1.0, "alone"), end("a", 1.3), start(2, "b", 1, 2, 1.3, "alone")]);
    assert_eq!(kept.violations(), [""; 0]);
    assert_eq!((kept.started(&[0, 1, 2, 3]), kept.started(&[2, 3]), kept.runs().len()), (2, 1, 2));
    assert_eq!(kept.runs()[1].ended, None);
}

#[test]
fn a_tick_that_is_started_twice_is_found() {
    let second = |attempt| {
        read(&[
            start(1, "a", 1, 1, 1.0, "alone"),
            end("a", 1.3),
            start(1, "b", attempt, 2, 2.0, "alone"),
            end("b", 2.3),
        ])
    };
    let (again, same) = (second(2), second(1));
    assert_eq!((again.twice(), again.attempts_twice()), (vec![1], vec![]));
    assert_eq!(again.violations_with_rerun(), [""; 0], "another attempt is no fault where it was asked for");
    assert_eq!(again.violations().len(), 1);
    assert_eq!(same.attempts_twice(), [(1, 1)]);
    assert_eq!(same.violations_with_rerun().len(), 1);
}

#[test]
fn a_run_beside_another_is_found_by_its_lock_and_by_its_times() {
    let lock = read(&[start(1, "a", 1, 1, 1.0, "alone"), start(2, "b", 1, 2, 2.0, "beside")]);
    assert_eq!(lock.beside().iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["b"]);
    let times = read(&[start(1, "a", 1, 1, 1.0, "alone"), start(2, "b", 1, 2, 2.0, "alone"), end("a", 2.01)]);
    assert_eq!(times.violations().len(), 1, "{:?}", times.violations());
}

#[test]
fn a_fence_that_does_not_grow_is_found() {
    let same = read(&[start(1, "a", 1, 5, 1.0, "alone"), start(2, "b", 1, 5, 2.0, "alone")]);
    let lower = read(&[start(1, "a", 1, 5, 1.0, "alone"), start(2, "b", 1, 4, 2.0, "alone")]);
    for evidence in [same, lower] {
        assert_eq!(evidence.fences_not_grown().len(), 1);
        assert_eq!(evidence.violations().len(), 1);
    }
}
