//! `events/recommendations/rebalance`: a spot instance that may be interrupted soon.

use bellwether_core::notice::{NodeState, Notice, Word};
use jiff::Timestamp;
use serde::Deserialize;

use crate::text::shown;

pub(super) static NAME: Word = Word::fixed("rebalance");
pub(super) const PATH: &str = "/latest/meta-data/events/recommendations/rebalance";

const SAID: Word = Word::fixed("rebalance-recommended");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    notice_time: String,
}

/// The time is that of the recommendation, not one by which something happens.
pub(super) fn parse(page: &str) -> Result<Vec<Notice>, String> {
    let page: Page = serde_json::from_str(page).map_err(|error| shown(&error.to_string()))?;
    let time: Timestamp = page.notice_time.parse().map_err(|_| "its noticeTime is no time".to_owned())?;
    let id = Word::new(time.to_string()).map_err(|error| format!("its noticeTime is no time: {error}"))?;
    Ok(vec![Notice::of_event(&NAME, NodeState::AtRisk, SAID, &id).because(format!("recommended at {time}"))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recommendation_is_known_by_its_time_and_has_no_deadline() {
        let notices = parse(r#"{"noticeTime": "2026-11-21T08:22:00Z"}"#).unwrap();
        assert_eq!(notices[0].key.as_str(), "rebalance/rebalance-recommended/2026-11-21T08:22:00Z");
        assert_eq!((notices[0].state, notices[0].deadline), (NodeState::AtRisk, None));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for page in ["", "{}", "[]", r#"{"noticeTime": 7}"#, r#"{"noticeTime": "x"}"#, r#"{"noticetime": "x"}"#] {
            assert!(parse(page).is_err(), "{page}");
        }
    }
}
