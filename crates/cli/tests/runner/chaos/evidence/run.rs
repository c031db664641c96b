//! One run, as its command told of it.

use crate::chaos::time;

/// A command that was started.
#[derive(Debug, Clone)]
pub(in crate::chaos) struct Run {
    /// In seconds since 1970.
    pub(in crate::chaos) tick: u64,
    pub(in crate::chaos) id: String,
    pub(in crate::chaos) attempt: u64,
    pub(in crate::chaos) fence: u64,
    pub(in crate::chaos) node: String,
    /// In seconds since the boot.
    pub(in crate::chaos) started: f64,
    /// In seconds since the boot; none when it did not come to its end.
    pub(in crate::chaos) ended: Option<f64>,
    /// Whether another run held the lock that says "alive".
    pub(in crate::chaos) found_another: bool,
}

impl Run {
    /// The run of a line that tells of a start. What was cut short by a kill is no line.
    pub(super) fn of_start(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.strip_prefix("start ")?.split(' ').collect();
        let [tick, id, attempt, fence, node, started, how] = fields[..] else { return None };
        Some(Self {
            tick: time::second(tick),
            id: id.to_owned(),
            attempt: attempt.parse().ok()?,
            fence: fence.parse().ok()?,
            node: node.to_owned(),
            started: started.parse().ok()?,
            ended: None,
            found_another: how == "beside",
        })
    }
}

/// The run and the time of a line that tells of an end.
pub(super) fn end(line: &str) -> Option<(&str, f64)> {
    let (run, at) = line.strip_prefix("end ")?.split_once(' ')?;
    Some((run, at.parse().ok()?))
}
