//! What a test sets, and what goes wrong.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The steps that the fake plays itself. Those before, at EC2 and STS, are [`crate::fake_elb`]'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Invoking the function that tells where the API is.
    Discovery,
    /// Asking the API for the metadata.
    Metadata,
}

/// One way to go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not allowed.
    Denied,
    /// Asked to slow down.
    Throttled,
    /// The function, or the API, is not there.
    Missing,
    /// An answer with this status and text.
    Answer(u16, String),
    /// The function was started and failed; only at [`Step::Discovery`].
    FunctionError,
    /// More than anybody would read.
    Flood,
    /// No answer at all.
    Hang,
    /// The connection is closed without an answer.
    Drop,
}

/// What the group's function and API say.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) discovery: Value,
    pub(super) metadata: Value,
    pub(super) faults: BTreeMap<Step, Fault>,
    pub(super) calls: BTreeMap<Step, usize>,
    pub(super) refused: Vec<String>,
}

impl Group {
    pub(super) fn new(instance: &str) -> Self {
        Self {
            discovery: json!({}),
            metadata: json!({
                "AvailabilityZone": "eu-west-1a",
                "InstanceId": instance,
                "SpotInstance": false,
                "State": "running",
                "Status": "ready",
                "SubfleetName": null,
                "Tags": [],
                "TargetGroups": {"NbOfTargetGroups": 0, "Arns": []},
            }),
            faults: BTreeMap::new(),
            calls: BTreeMap::new(),
            refused: Vec::new(),
        }
    }
}
