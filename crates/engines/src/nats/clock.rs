//! The servers' clock, against which ticks of the future are refused.
//!
//! Answers about a stream carry the time of the answer since release 2.10 (`ts` in `$JS.API.STREAM.INFO`). Before, a
//! server tells only when it stored a message.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::Store;
use super::api;
use super::failure::Failure;

/// The time that an answer carries.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Told {
    #[serde(default)]
    ts: String,
}

impl Told {
    /// None when the server is older than that.
    pub(super) fn time(&self) -> Option<Timestamp> {
        self.ts.parse().ok()
    }
}

/// What the server's clock says; none when it does not tell, and then it is not asked.
pub(super) async fn read(store: &Store) -> Result<Option<Timestamp>, Failure> {
    if !store.tells_time {
        return Ok(None);
    }
    let action = format!("STREAM.INFO.{}", store.keys.records_stream());
    let told: Told = api::ask(&store.link, &action, &json!({})).await?;
    Ok(told.time())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_or_not() {
        let told = |text: &str| serde_json::from_str::<Told>(text).unwrap().time();
        let time = told(r#"{"ts":"2026-01-02T03:04:05.678901234Z","state":{}}"#).unwrap();
        assert_eq!(time.as_second(), 1_767_323_045);
        assert_eq!(told("{}"), None);
        assert_eq!(told(r#"{"ts":"0"}"#), None);
    }
}
