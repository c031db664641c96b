//! `events/maintenance/scheduled`: what AWS plans to do to the instance.

use bellwether_core::notice::{NodeState, Notice, Word};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;

use crate::text::shown;

pub(super) static NAME: Word = Word::fixed("maintenance");
pub(super) const PATH: &str = "/latest/meta-data/events/maintenance/scheduled";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    event_id: String,
    code: String,
    not_before: String,
    state: Option<String>,
    description: Option<String>,
}

/// Events that are over stay on the page for a while, as `completed` or `canceled`.
pub(super) fn parse(page: &str) -> Result<Vec<Notice>, String> {
    let events: Vec<Event> = serde_json::from_str(page).map_err(|error| shown(&error.to_string()))?;
    let in_force = |event: &Event| !matches!(event.state.as_deref(), Some("completed" | "canceled"));
    events.into_iter().filter(in_force).map(notice).collect()
}

fn notice(event: Event) -> Result<Notice, String> {
    let id = Word::new(event.event_id).map_err(|error| format!("an EventId is no name: {error}"))?;
    let code = Word::new(event.code).map_err(|error| format!("the Code of {id} is no name: {error}"))?;
    let begins = time(&event.not_before).ok_or_else(|| format!("the NotBefore of {id} is no time"))?;
    let notice = Notice::of_event(&NAME, NodeState::Scheduled, code, &id).at(begins);
    Ok(notice.because(shown(&event.description.unwrap_or_default())))
}

/// The service writes `21 Jan 2019 09:00:43 GMT`; the API of EC2 writes RFC 3339.
fn time(text: &str) -> Option<Timestamp> {
    rfc2822::parse(text).map(|zoned| zoned.timestamp()).ok().or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, code: &str, state: &str) -> String {
        format!(
            r#"{{"NotBefore":"21 Jan 2026 09:00:43 GMT","Code":"{code}","Description":"scheduled","EventId":"{id}",
                "NotAfter":"21 Jan 2026 09:17:23 GMT","State":"{state}"}}"#
        )
    }

    #[test]
    fn events_that_are_still_to_come_are_notices() {
        let page = format!(
            "[{},{},{}]",
            event("instance-event-1", "system-reboot", "active"),
            event("instance-event-2", "instance-stop", "canceled"),
            event("instance-event-3", "instance-retirement", "completed"),
        );
        let notices = parse(&page).unwrap();
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].key.as_str(), "maintenance/system-reboot/instance-event-1");
        assert_eq!(notices[0].deadline.unwrap().to_string(), "2026-01-21T09:00:43Z");
        assert_eq!((notices[0].state, notices[0].detail.as_str()), (NodeState::Scheduled, "scheduled"));
    }

    #[test]
    fn an_empty_list_is_no_notice() {
        assert_eq!(parse("[]").unwrap(), []);
    }

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        for text in ["21 Jan 2026 09:00:43 GMT", "1 Jan 2026 09:00:43 GMT", "2026-01-21T09:00:43.000Z"] {
            assert!(time(text).is_some(), "{text}");
        }
        assert_eq!(time("soon"), None);
    }

    #[test]
    fn what_makes_no_sense_is_refused_as_a_whole() {
        let good = event("instance-event-1", "system-reboot", "active");
        for bad in ["{}", "7", &event("a/b", "x", "active"), &event("e", "x y", "active"), &good.replace("2026", "x")] {
            assert!(parse(&format!("[{good},{bad}]")).is_err(), "{bad}");
        }
        for page in ["", "{}", "null", &good] {
            assert!(parse(page).is_err(), "{page}");
        }
    }
}
