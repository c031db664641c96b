//! What history says, held against what the commands wrote.

use serde_json::Value;

use super::evidence::{Evidence, Run};

/// Every way in which they contradict each other, in words.
///
/// A run that history calls done with status 0 began once and came to its end. One that was stopped may have been
/// stopped before it could tell that it began. A run that began is in history, except that nobody may have noticed
/// yet that the last one died.
pub(super) fn contradictions(evidence: &Evidence, history: &[Value]) -> Vec<String> {
    let told = history.iter().filter_map(|entry| contradiction(evidence, entry));
    let last_fence = evidence.runs().iter().map(|run| run.fence).max();
    let unknown = evidence.runs().iter().filter(|run| Some(run.fence) != last_fence && !is_in(history, run));
    told.chain(unknown.map(|run| format!("history knows nothing of {run:?}"))).collect()
}

fn contradiction(evidence: &Evidence, entry: &Value) -> Option<String> {
    let runs: Vec<&Run> = evidence.runs().iter().filter(|run| entry["run_id"] == run.id.as_str()).collect();
    let is_whole = entry["state"] == "done" && entry["status"] == 0;
    match runs[..] {
        [] if is_whole => Some(format!("history says done, and nothing began: {entry}")),
        [] => None,
        [run] if !agrees(run, entry) => Some(format!("history and the command differ: {entry} {run:?}")),
        [run] if is_whole && run.ended.is_none() => Some(format!("history says done, and it did not end: {run:?}")),
        [_] if entry["state"] == "skipped" => Some(format!("history says skipped, and it began: {entry}")),
        [_] => None,
        _ => Some(format!("one run began {} times: {entry}", runs.len())),
    }
}

fn agrees(run: &Run, entry: &Value) -> bool {
    let tick = entry["tick"].as_str().map(super::time::second);
    tick == Some(run.tick)
        && entry["attempt"] == run.attempt
        && entry["fence"] == run.fence
        && entry["node"] == run.node.as_str()
}

fn is_in(history: &[Value], run: &Run) -> bool {
    history.iter().any(|entry| entry["run_id"] == run.id.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LINES: &str = "start 1970-01-01T00:00:01Z a 1 1 n0 1.00 alone\nend a 1.30\n\
        start 1970-01-01T00:00:02Z b 1 2 n0 2.00 alone\nstart 1970-01-01T00:00:03Z c 1 3 n1 3.00 alone\n";

    fn entry(run: &str, second: u32, fence: u32, state: &str, status: Option<u32>) -> Value {
        let tick = format!("1970-01-01T00:00:0{second}Z");
        json!({"run_id": run, "tick": tick, "attempt": 1, "fence": fence, "node": "n0", "state": state, "status": status})
    }

    fn found(history: &[Value]) -> usize {
        contradictions(&Evidence::read(LINES), history).len()
    }

    #[test]
    fn history_that_tells_of_each_run_contradicts_nothing() {
        let (done, lost) = (entry("a", 1, 1, "done", Some(0)), entry("b", 2, 2, "lost", None));
        let stopped_before_it_told = entry("d", 2, 2, "done", Some(143));
        assert_eq!(found(&[done, lost, stopped_before_it_told]), 0);
    }

    #[test]
    fn history_that_is_wrong_or_has_gaps_is_found() {
        let (done, lost) = (entry("a", 1, 1, "done", Some(0)), entry("b", 2, 2, "lost", None));
        assert_eq!(found(std::slice::from_ref(&done)), 1, "nothing of b");
        assert_eq!(found(&[done.clone(), entry("b", 2, 2, "done", Some(0))]), 1, "b did not end");
        assert_eq!(found(&[done.clone(), entry("b", 2, 1, "lost", None)]), 1, "another fence");
        assert_eq!(found(&[done.clone(), entry("b", 2, 2, "skipped", None)]), 1, "skipped, and it began");
        assert_eq!(found(&[done, lost, entry("d", 4, 4, "done", Some(0))]), 1, "done, and nothing began");
    }
}
