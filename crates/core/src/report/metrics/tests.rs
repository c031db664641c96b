use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::super::tests::report;
use super::*;

fn job(name: &str) -> JobName {
    JobName::new(name).unwrap()
}

fn ended(ending: Ending, status: i32) -> Change {
    Change::Ended(Box::new(report(ending, Some(status))))
}

/// The values, by what stands before them.
fn values(text: &str) -> BTreeMap<String, f64> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(key, value)| (key.into(), value.parse().unwrap()))
        .collect()
}

#[test]
fn a_first_run_is_written_with_all_there_is_to_say_of_it() {
    let text = merge("", &job("backup"), &ended(Ending::Success, 0)).unwrap();
    let values = values(&text);
    for (key, value) in [
        ("bellwether_job_last_tick_time_seconds{job=\"backup\"}", 1_795_255_200.0),
        ("bellwether_job_last_start_time_seconds{job=\"backup\"}", 1_795_255_201.0),
        ("bellwether_job_last_end_time_seconds{job=\"backup\"}", 1_795_255_203.5),
        ("bellwether_job_last_success_time_seconds{job=\"backup\"}", 1_795_255_203.5),
        ("bellwether_job_last_status{job=\"backup\"}", 0.0),
        ("bellwether_job_last_duration_seconds{job=\"backup\"}", 2.5),
        ("bellwether_job_runs_total{job=\"backup\",outcome=\"success\"}", 1.0),
        ("bellwether_job_runs_total{job=\"backup\",outcome=\"failed\"}", 0.0),
        ("bellwether_job_skipped_total{job=\"backup\",reason=\"taken\"}", 0.0),
        ("bellwether_job_lost_total{job=\"backup\"}", 0.0),
    ] {
        assert_eq!(values.get(key), Some(&value), "{key} in {text}");
    }
    assert_eq!(values.len(), 6 + 9 + 5 + 1, "{text}");
}

#[test]
fn counters_grow_and_a_failure_leaves_the_last_success_alone() {
    let name = job("backup");
    let first = merge("", &name, &ended(Ending::Success, 0)).unwrap();
    let mut second = report(Ending::Failed, Some(3));
    second.ended = Some("2026-11-21T11:00:00Z".parse().unwrap());
    second.duration = Some(Duration::from_secs(9));
    let text = merge(&first, &name, &Change::Ended(Box::new(second))).unwrap();
    let values = values(&text);
    assert_eq!(values["bellwether_job_last_success_time_seconds{job=\"backup\"}"], 1_795_255_203.5);
    assert_eq!(values["bellwether_job_last_end_time_seconds{job=\"backup\"}"], 1_795_258_800.0);
    assert_eq!(values["bellwether_job_last_status{job=\"backup\"}"], 3.0);
    assert_eq!(values["bellwether_job_runs_total{job=\"backup\",outcome=\"success\"}"], 1.0);
    assert_eq!(values["bellwether_job_runs_total{job=\"backup\",outcome=\"failed\"}"], 1.0);
}

#[test]
fn a_start_a_skip_and_a_loss_touch_what_is_theirs() {
    let name = job("backup");
    let started =
        Change::Started { tick: report(Ending::Lost, None).tick, at: "2026-11-21T10:00:01Z".parse().unwrap() };
    let text = merge("", &name, &started).unwrap();
    assert!(!text.contains("last_end"), "{text}");
    let text = merge(&text, &name, &Change::Skipped(SkipReason::Overlap)).unwrap();
    let values = values(&merge(&text, &name, &Change::FoundLost).unwrap());
    assert_eq!(values["bellwether_job_last_start_time_seconds{job=\"backup\"}"], 1_795_255_201.0);
    assert_eq!(values["bellwether_job_skipped_total{job=\"backup\",reason=\"overlap\"}"], 1.0);
    assert_eq!(values["bellwether_job_lost_total{job=\"backup\"}"], 1.0);
    assert_eq!(values["bellwether_job_runs_total{job=\"backup\",outcome=\"success\"}"], 0.0);
}

#[test]
fn what_is_not_ours_is_left_alone_with_the_line_that_shows_it() {
    let ours = merge("", &job("backup"), &Change::FoundLost).unwrap();
    let line = ours.lines().count() + 1;
    for more in [
        "node_load1 0.5",
        "# a comment",
        "",
        "bellwether_job_last_status{job=\"x\"} 0 1795240801000",
        "bellwether_job_last_status{job=\"x\"} many",
        "bellwether_job_last_status{job=\"x\"} NaN",
        "bellwether_job_last_status{job=\"x} 0",
        "bellwether_job_last_status{job=\"\\x\"} 0",
        "bellwether_job_last_status{node=\"x\"} 0",
        "bellwether_job_last_status 0",
        "bellwether_job_lost_total{job=\"x\"} 1.5",
        "bellwether_job_lost_total{job=\"x\"} -1",
        "bellwether_job_lost_total{job=\"backup\"} 1",
        "bellwether_job_runs_total{job=\"x\"} 1",
        "bellwether_job_new_total{job=\"x\"} 1",
        "# TYPE bellwether_job_lost_total gauge",
        "# TYPE other counter",
    ] {
        let text = format!("{ours}{more}\n");
        assert_eq!(merge(&text, &job("backup"), &Change::FoundLost), Err(Foreign { line }), "{more}");
    }
}

#[test]
fn help_in_the_words_of_another_release_is_ours_all_the_same() {
    let text = "# HELP bellwether_job_lost_total Other words.\nbellwether_job_lost_total{job=\"x\"} 4\n";
    let merged = merge(text, &job("x"), &Change::FoundLost).unwrap();
    assert_eq!(values(&merged)["bellwether_job_lost_total{job=\"x\"}"], 5.0);
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        prop::sample::select(SkipReason::ALL.to_vec()).prop_map(Change::Skipped),
        Just(Change::FoundLost),
        (prop::sample::select(Ending::ALL.to_vec()), any::<u8>())
            .prop_map(|(ending, status)| ended(ending, status.into())),
        (0_i64..4_000_000_000_000).prop_map(|at| Change::Started {
            tick: Tick::at(Timestamp::from_millisecond(at).unwrap()),
            at: Timestamp::from_millisecond(at).unwrap(),
        }),
    ]
}

proptest! {
    #[test]
    fn jobs_of_any_name_do_not_touch_each_other_and_all_is_read_back(
        names in prop::collection::btree_set("[^\\p{Cc}]{1,40}", 1..4),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_change()), 0..20),
    ) {
        let names: Vec<_> = names.into_iter().collect();
        let mut together = String::new();
        let mut alone = vec![String::new(); names.len()];
        for (index, change) in &changes {
            let which = index.index(names.len());
            let name = job(&names[which]);
            together = merge(&together, &name, change).unwrap();
            alone[which] = merge(&alone[which], &name, change).unwrap();
        }
        let expected: BTreeMap<_, _> = alone.iter().flat_map(|text| values(text)).collect();
        prop_assert_eq!(values(&together), expected);
        prop_assert_eq!(Exposition::parse(&together).unwrap().render(), together);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(bellwether_job_[a-z_]{0,20}|# (HELP|TYPE) |\\{job=\"|\\\\|\"|,outcome=\"|\\} [0-9e.]{1,5}|\n|\\PC){0,20}") {
        let _ = merge(&text, &job("x"), &Change::FoundLost);
    }
}
