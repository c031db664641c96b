//! The answer of CloneSquad's API to `GET metadata`.

use serde_json::Value;

use super::is_true;
use crate::notice::{NodeState, Notice, Word};

/// How many characters of foreign text a notice keeps.
const LONGEST_DETAIL: usize = 200;

/// Why an answer of the API cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MetadataError(String);

/// What CloneSquad says of this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// `State`: a state of EC2, or `draining`, `bounced` or `error`.
    pub state: Word,
    /// `Status`, for people to read.
    pub status: Option<String>,
    /// `SubfleetName`; none: the node is of the autoscaled fleet.
    pub subfleet: Option<String>,
    /// `TargetGroups.NbOfTargetGroups`: how many target groups the fleet uses; 0 where the answer does not tell.
    pub target_groups: u64,
    /// `Excluded`.
    pub excluded: bool,
    /// `InstanceId`.
    pub instance_id: Option<String>,
}

impl Metadata {
    /// Reads an answer. `State` must be there; what else is there must be of the right kind.
    ///
    /// # Errors
    /// When it is no such answer; the text of the answer is not repeated.
    pub fn parse(answer: &str) -> Result<Self, MetadataError> {
        let answer: Value =
            serde_json::from_str(answer).map_err(|error| MetadataError(format!("it is no JSON: {error}")))?;
        let state = text(&answer, "State")?.ok_or_else(|| MetadataError("it has no State".to_owned()))?;
        Ok(Self {
            state: Word::new(state).map_err(|error| MetadataError(format!("its State is no name: {error}")))?,
            status: text(&answer, "Status")?.map(str::to_owned),
            subfleet: text(&answer, "SubfleetName")?.map(str::to_owned),
            target_groups: target_groups(&answer)?,
            excluded: excluded(&answer)?,
            instance_id: text(&answer, "InstanceId")?.map(str::to_owned),
        })
    }

    /// What this state means for leaving. The others say nothing of it: `pending`, `bounced` (to be replaced some
    /// time), `error`.
    pub fn node_state(&self) -> NodeState {
        match self.state.as_str() {
            "running" => NodeState::Running,
            "draining" => NodeState::Draining,
            "stopping" | "stopped" => NodeState::Stopping,
            "terminating" | "shutting-down" | "terminated" => NodeState::Terminating,
            _ => NodeState::Other,
        }
    }

    /// The answer as a notice of this source.
    pub fn notice(&self, source: &Word) -> Notice {
        let subfleet = self.subfleet.as_deref().map(|name| format!("subfleet {name}"));
        let status = self.status.as_deref().map(|status| format!("status {status}"));
        let detail = [subfleet, status].into_iter().flatten().collect::<Vec<_>>().join(", ");
        let shown = detail.chars().filter(|character| !character.is_control()).take(LONGEST_DETAIL);
        Notice::of_state(source, self.node_state(), self.state.clone()).because(shown.collect::<String>())
    }
}

fn text<'a>(answer: &'a Value, name: &str) -> Result<Option<&'a str>, MetadataError> {
    match answer.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(MetadataError(format!("its {name} is no text"))),
    }
}

fn target_groups(answer: &Value) -> Result<u64, MetadataError> {
    match answer.get("TargetGroups").and_then(|groups| groups.get("NbOfTargetGroups")) {
        None | Some(Value::Null) => Ok(0),
        Some(number) => {
            number.as_u64().ok_or_else(|| MetadataError("its NbOfTargetGroups is no number of groups".to_owned()))
        }
    }
}

fn excluded(answer: &Value) -> Result<bool, MetadataError> {
    match answer.get("Excluded") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(excluded)) => Ok(*excluded),
        Some(Value::String(text)) => Ok(is_true(text)),
        Some(_) => Err(MetadataError("its Excluded is neither true nor false".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"InstanceName":"web","InstanceType":"t3.micro","Tags":[{"Key":"a","Value":"b"}],
        "InstanceId":"i-1","SpotInstance":true,"SubfleetName":null,"AvailabilityZone":"eu-west-1a",
        "Status":"ready","State":"draining","TargetGroups":{"NbOfTargetGroups":2,"Arns":[]},
        "SpotDetails":{"InterruptedAt":null},"Excluded":"True"}"#;

    #[test]
    fn a_whole_answer_is_read() {
        let expected = Metadata {
            state: Word::new("draining").unwrap(),
            status: Some("ready".to_owned()),
            subfleet: None,
            target_groups: 2,
            excluded: true,
            instance_id: Some("i-1".to_owned()),
        };
        assert_eq!(Metadata::parse(WHOLE).unwrap(), expected);
    }

    #[test]
    fn the_state_is_enough() {
        let bare = Metadata::parse(r#"{"State":"running"}"#).unwrap();
        assert_eq!((bare.target_groups, bare.excluded, bare.subfleet), (0, false, None));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for answer in [
            "",
            "Forbidden",
            "null",
            "[]",
            "7",
            r#"{"message":"Internal server error"}"#,
            r#"{"State":null}"#,
            r#"{"State":7}"#,
            r#"{"State":""}"#,
            r#"{"State":"../../etc"}"#,
            r#"{"State":"running","SubfleetName":7}"#,
            r#"{"State":"running","TargetGroups":{"NbOfTargetGroups":-1}}"#,
            r#"{"State":"running","TargetGroups":{"NbOfTargetGroups":"2"}}"#,
            r#"{"State":"running","Excluded":1}"#,
            r#"{"State":"running""#,
        ] {
            assert!(Metadata::parse(answer).is_err(), "{answer}");
        }
    }

    #[test]
    fn the_states_of_ec2_and_clonesquad_have_their_place() {
        for (state, means) in [
            ("pending", NodeState::Other),
            ("running", NodeState::Running),
            ("draining", NodeState::Draining),
            ("bounced", NodeState::Other),
            ("error", NodeState::Other),
            ("stopping", NodeState::Stopping),
            ("shutting-down", NodeState::Terminating),
        ] {
            let metadata = Metadata::parse(&format!(r#"{{"State":"{state}"}}"#)).unwrap();
            let notice = metadata.notice(&Word::new("clonesquad").unwrap());
            assert_eq!((notice.state, notice.said.as_str()), (means, state));
            assert_eq!(notice.key.as_str(), format!("clonesquad/{state}"));
        }
    }

    #[test]
    fn details_are_on_one_line_and_short() {
        let long = "x\\n".repeat(500);
        let metadata = Metadata::parse(&format!(r#"{{"State":"running","SubfleetName":"{long}"}}"#)).unwrap();
        let detail = metadata.notice(&Word::new("clonesquad").unwrap()).detail;
        assert_eq!(detail.chars().count(), LONGEST_DETAIL);
        assert!(detail.starts_with("subfleet xxx"), "{detail}");
    }
}
