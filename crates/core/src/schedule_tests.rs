use super::*;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn latest(pattern: &str, zone: &str, now: &str) -> String {
    Schedule::cron(pattern, zone).expect("a schedule").latest(at(now)).expect("a tick").to_string()
}

#[test]
fn the_default_is_now_cut_to_the_minute() {
    assert_eq!(
        Schedule::MINUTE.latest(at("2026-11-21T10:15:59.9Z")).map(|t| t.to_string()),
        Some("2026-11-21T10:15:00Z".into())
    );
    assert_eq!(
        Schedule::MINUTE.latest(at("2026-11-21T10:16:00Z")).map(|t| t.to_string()),
        Some("2026-11-21T10:16:00Z".into())
    );
}

#[test]
fn before_1970_the_minute_is_still_cut_down() {
    assert_eq!(
        Schedule::MINUTE.latest(at("1969-12-31T23:59:30.5Z")).map(|t| t.to_string()),
        Some("1969-12-31T23:59:00Z".into())
    );
    assert_eq!(
        Schedule::MINUTE.latest(at("1969-12-31T23:58:59.5Z")).map(|t| t.to_string()),
        Some("1969-12-31T23:58:00Z".into())
    );
}

#[test]
fn cron_patterns_know_names_ranges_steps_and_nicknames() {
    assert_eq!(latest("*/15 2-4 * * mon-fri", "UTC", "2026-11-21T10:00:00Z"), "2026-11-20T04:45:00Z");
    assert_eq!(latest("@hourly", "UTC", "2026-11-21T10:59:59Z"), "2026-11-21T10:00:00Z");
    assert_eq!(latest("0 12 1 jan *", "UTC", "2026-11-21T10:00:00Z"), "2026-01-01T12:00:00Z");
    assert_eq!(latest("0 0 29 2 *", "UTC", "2026-11-21T10:00:00Z"), "2024-02-29T00:00:00Z");
}

#[test]
fn patterns_that_cannot_be_used_say_why() {
    assert!(matches!(Schedule::cron("* * *", "UTC"), Err(ScheduleError::Pattern { .. })));
    assert!(matches!(Schedule::cron("0 0 0 * * *", "UTC"), Err(ScheduleError::Pattern { .. })), "six fields");
    assert!(matches!(Schedule::cron("61 * * * *", "UTC"), Err(ScheduleError::Pattern { .. })));
    assert!(matches!(Schedule::cron("@reboot", "UTC"), Err(ScheduleError::Pattern { .. })));
    assert_eq!(Schedule::cron("0 0 31 2 *", "UTC").err(), Some(ScheduleError::Never("0 0 31 2 *".into())));
    assert_eq!(Schedule::cron("@daily", "Mars/Base").err(), Some(ScheduleError::Zone("Mars/Base".into())));
    assert!(Schedule::every(Duration::from_millis(1_500)).is_err());
    assert!(Schedule::every(Duration::ZERO).is_err());
}

// Amsterdam, 2026-03-29: 01:00Z the clocks go from 02:00 to 03:00 local.
#[test]
fn a_skipped_local_time_does_not_run() {
    assert_eq!(latest("30 2 * * *", "Europe/Amsterdam", "2026-03-29T12:00:00Z"), "2026-03-28T01:30:00Z");
    assert_eq!(latest("30 2 * * *", "Europe/Amsterdam", "2026-03-30T12:00:00Z"), "2026-03-30T00:30:00Z");
    let schedule = Schedule::cron("30 2 * * *", "Europe/Amsterdam").unwrap();
    assert_eq!(schedule.next(at("2026-03-28T12:00:00Z")).unwrap().to_string(), "2026-03-30T00:30:00Z");
}

// Amsterdam, 2026-10-25: 01:00Z the clocks go from 03:00 back to 02:00 local; 02:30 is at 00:30Z and at 01:30Z.
#[test]
fn a_repeated_local_time_runs_once() {
    let schedule = Schedule::cron("30 2 * * *", "Europe/Amsterdam").unwrap();
    assert_eq!(schedule.latest(at("2026-10-25T00:45:00Z")).unwrap().to_string(), "2026-10-25T00:30:00Z");
    assert_eq!(schedule.latest(at("2026-10-25T01:30:00Z")).unwrap().to_string(), "2026-10-25T00:30:00Z");
    assert_eq!(schedule.next(at("2026-10-25T00:30:00Z")).unwrap().to_string(), "2026-10-26T01:30:00Z");
    // A minutely job has its last tick of the first pass until the repeated hour is over.
    assert_eq!(latest("* * * * *", "Europe/Amsterdam", "2026-10-25T01:20:00Z"), "2026-10-25T00:59:00Z");
    assert_eq!(latest("* * * * *", "Europe/Amsterdam", "2026-10-25T02:00:00Z"), "2026-10-25T02:00:00Z");
}

#[test]
fn a_skipped_day_does_not_run() {
    // Samoa, ten hours behind UTC in its summer, had no 2011-12-30.
    assert_eq!(latest("0 12 30 12 *", "Pacific/Apia", "2012-02-01T00:00:00Z"), "2010-12-30T22:00:00Z");
}

proptest! {
    #[test]
    fn the_latest_tick_is_not_after_now_and_no_tick_lies_between(second in 0_i64..4_000_000_000, which in 0_usize..5) {
        let now = Timestamp::from_second(second).unwrap();
        let schedule = match which {
            0 => Schedule::MINUTE,
            1 => Schedule::every(Duration::from_secs(7)).unwrap(),
            2 => Schedule::cron("*/5 * * * *", "Europe/Amsterdam").unwrap(),
            3 => Schedule::cron("30 2 * * *", "America/New_York").unwrap(),
            _ => Schedule::cron("0 0 1 * *", "Australia/Lord_Howe").unwrap(),
        };
        let tick = schedule.latest(now);
        if let Some(tick) = tick {
            prop_assert!(tick.instant() <= now);
            if let Some(next) = schedule.next(tick.instant()) {
                prop_assert!(next.instant() > now, "{} lies between {} and {}", next, tick, now);
            }
        }
    }

    #[test]
    fn ticks_never_go_back(second in 1_700_000_000_i64..1_900_000_000, step in 1_i64..5_000) {
        let schedule = Schedule::cron("*/10 * * * *", "Europe/Amsterdam").unwrap();
        let earlier = schedule.latest(Timestamp::from_second(second).unwrap());
        let later = schedule.latest(Timestamp::from_second(second + step).unwrap());
        prop_assert!(earlier <= later);
    }
}
