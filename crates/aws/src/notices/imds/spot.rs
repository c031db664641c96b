//! `spot/instance-action`: the interruption of a spot instance, two minutes ahead.

use bellwether_core::notice::{NodeState, Notice, Word};
use jiff::Timestamp;
use serde::Deserialize;

use crate::text::shown;

pub(super) static NAME: Word = Word::fixed("spot");
pub(super) const PATH: &str = "/latest/meta-data/spot/instance-action";

/// The id of an action without a time: EC2 begins to hibernate at once. It has one such action at a time.
const AT_ONCE: Word = Word::fixed("at-once");

#[derive(Deserialize)]
struct Page {
    action: String,
    time: Option<String>,
}

pub(super) fn parse(page: &str) -> Result<Vec<Notice>, String> {
    let page: Page = serde_json::from_str(page).map_err(|error| shown(&error.to_string()))?;
    let action = Word::new(page.action).map_err(|error| format!("its action is no name: {error}"))?;
    // An action yet unknown takes the instance away as well, for a while at least.
    let state = if action.as_str() == "terminate" { NodeState::Terminating } else { NodeState::Stopping };
    let Some(time) = page.time else {
        return Ok(vec![Notice::of_event(&NAME, state, action, &AT_ONCE)]);
    };
    let time: Timestamp = time.parse().map_err(|_| "its time is no time".to_owned())?;
    let id = Word::new(time.to_string()).map_err(|error| format!("its time is no time: {error}"))?;
    Ok(vec![Notice::of_event(&NAME, state, action, &id).at(time)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_has_its_state_and_its_time() {
        for (action, state) in
            [("terminate", NodeState::Terminating), ("stop", NodeState::Stopping), ("hibernate", NodeState::Stopping)]
        {
            let page = format!(r#"{{"action": "{action}", "time": "2026-11-21T08:22:00Z"}}"#);
            let notices = parse(&page).unwrap();
            assert_eq!((notices[0].state, notices[0].said.as_str()), (state, action));
            assert_eq!(notices[0].deadline.unwrap().to_string(), "2026-11-21T08:22:00Z");
            assert_eq!(notices[0].key.as_str(), format!("spot/{action}/2026-11-21T08:22:00Z"));
        }
    }

    #[test]
    fn an_action_without_a_time_begins_at_once() {
        let notices = parse(r#"{"action": "hibernate"}"#).unwrap();
        assert_eq!((notices[0].key.as_str(), notices[0].deadline), ("spot/hibernate/at-once", None));
    }

    #[test]
    fn another_spelling_of_the_time_is_the_same_action() {
        let key = |time| parse(&format!(r#"{{"action":"stop","time":"{time}"}}"#)).unwrap().remove(0).key;
        assert_eq!(key("2026-11-21T08:22:00Z"), key("2026-11-21T09:22:00+01:00"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for page in [
            "",
            "none",
            "[]",
            "{}",
            r#"{"action":7,"time":"2026-11-21T08:22:00Z"}"#,
            r#"{"action":"stop","time":"soon"}"#,
            r#"{"action":"stop","time":7}"#,
            r#"{"action":"../../x","time":"2026-11-21T08:22:00Z"}"#,
            r#"{"action":"","time":"2026-11-21T08:22:00Z"}"#,
        ] {
            assert!(parse(page).is_err(), "{page}");
        }
    }
}
