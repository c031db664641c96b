//! `--metrics`: what the file says, as a reader of Prometheus's own project understands it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use bellwether_testkit::python::venv;
use nix::sys::signal::Signal;

use super::super::host::{EACH_SECOND, Host, next_second, until};
use super::with;

/// Reads a file as strictly as the library can, and more: families once, in one piece, with help and a type.
const READER: &str = r"
import json, sys
from prometheus_client.parser import text_string_to_metric_families
text = open(sys.argv[1], encoding='utf-8').read()
assert text.endswith('\n')
lines = text.splitlines()
for keyword in ('HELP', 'TYPE'):
    names = [line.split()[2] for line in lines if line.startswith('# ' + keyword)]
    assert len(names) == len(set(names)), names
values = {}
families = list(text_string_to_metric_families(text))
assert len(families) == len([line for line in lines if line.startswith('# TYPE')]), 'a family in pieces'
for family in families:
    assert family.documentation and family.type in ('gauge', 'counter'), family
    for sample in family.samples:
        assert sample.name.endswith('_total') == (family.type == 'counter'), sample
        labels = dict(sample.labels)
        job = labels.pop('job')
        assert set(labels) <= {'outcome', 'reason'}, labels
        key = ' '.join([sample.name.removeprefix('bellwether_job_'), job, *labels.values()])
        assert key not in values, key
        values[key] = sample.value
json.dump(values, sys.stdout)
";

/// The values of a metrics file, by name, job and the other label.
pub(super) struct Values(BTreeMap<String, f64>);

impl Values {
    pub(super) fn of(host: &Host, file: &str) -> Self {
        let done = host.sandbox.run(venv().python()).args(["-c", READER]).arg(host.file(file)).finish().expect_code(0);
        Self(serde_json::from_str(&done.stdout_text()).unwrap())
    }

    pub(super) fn get(&self, key: &str) -> Option<f64> {
        self.0.get(key).copied()
    }

    fn runs(&self, outcome: &str) -> Option<f64> {
        self.get(&format!("runs_total job {outcome}"))
    }

    fn skipped(&self, reason: &str) -> Option<f64> {
        self.get(&format!("skipped_total job {reason}"))
    }

    fn of_job(&self, name: &str) -> Option<f64> {
        self.get(&format!("{name} job"))
    }
}

const METRICS: [&str; 2] = ["--metrics", "jobs.prom"];

#[test]
fn a_run_is_written_as_history_has_it() {
    let host = Host::new();
    host.script("job", &with(&METRICS), "sleep 0.3; exit 3").finish().expect_code(3);
    let (values, run) = (Values::of(&host, "jobs.prom"), host.only_run());
    let time =
        |key: &str| run[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond() as f64 / 1_000.0;
    assert_eq!(values.of_job("last_tick_time_seconds"), Some(time("tick")));
    for (name, key) in [("last_start_time_seconds", "started"), ("last_end_time_seconds", "ended")] {
        let value = values.of_job(name).unwrap();
        assert!((value - time(key)).abs() < 5.0, "{name}: {value} and {run}");
    }
    assert_eq!(values.of_job("last_status"), Some(3.0));
    let duration = values.of_job("last_duration_seconds").unwrap();
    assert!((0.3..60.0).contains(&duration), "{duration}");
    assert_eq!(values.of_job("last_success_time_seconds"), None, "there has been no success");
    assert_eq!((values.runs("failed"), values.runs("success")), (Some(1.0), Some(0.0)));
    assert_eq!(values.of_job("lost_total"), Some(0.0));
}

#[test]
fn each_outcome_is_counted_and_counts_go_on() {
    let host = Host::new();
    let flags = [&EACH_SECOND[..], &METRICS, &["--timeout", "2s"]].concat();
    for (script, status) in [("true", 0), ("exit 3", 3), ("kill -9 $$", 137), ("sleep 300", 124), ("true", 0)] {
        next_second();
        host.script("job", &flags, script).finish().expect_code(status);
    }
    next_second();
    host.once("job", &flags, &["/no/such/program"]).finish().expect_code(127);
    let flags = [&EACH_SECOND[..], &METRICS].concat();
    next_second();
    let running = host.script("job", &flags, "echo $$ > pid; exec sleep 300").start();
    host.wait_for_pid("pid");
    running.signal(Signal::SIGTERM);
    running.finish().expect_code(143);
    let values = Values::of(&host, "jobs.prom");
    for (outcome, count) in [
        ("success", 2.0),
        ("failed", 1.0),
        ("killed", 1.0),
        ("timed_out", 1.0),
        ("not_started", 1.0),
        ("interrupted", 1.0),
        ("replaced", 0.0),
    ] {
        assert_eq!(values.runs(outcome), Some(count), "{outcome}");
    }
    let (success, end) =
        (values.of_job("last_success_time_seconds").unwrap(), values.of_job("last_end_time_seconds").unwrap());
    assert!(success < end, "{success} {end}");
    assert_eq!(values.of_job("last_status"), Some(143.0));
}

#[test]
fn a_start_is_written_while_the_command_runs() {
    let host = Host::new();
    let running = host.script("job", &with(&METRICS), "until [ -e go ]; do sleep 0.05; done").start();
    until("the metrics of the start", || host.has("jobs.prom").then_some(()));
    let values = Values::of(&host, "jobs.prom");
    assert!(values.of_job("last_start_time_seconds").is_some() && values.of_job("last_end_time_seconds").is_none());
    host.write("go", "");
    running.finish().expect_code(0);
    assert!(Values::of(&host, "jobs.prom").of_job("last_end_time_seconds").is_some());
}

#[test]
fn ticks_that_are_not_run_are_counted_by_their_reasons() {
    let host = Host::new();
    host.once("job", &with(&METRICS), &["true"]).finish().expect_code(0);
    for _ in 0..2 {
        host.once("job", &with(&METRICS), &["true"]).finish().expect_code(0);
    }
    let by_health = ["--store", "none", "--group", "nodes:a,b", "--node", "b", "--metrics", "jobs.prom"];
    host.once("job", &with(&by_health), &["true"]).finish().expect_code(0);
    let values = Values::of(&host, "jobs.prom");
    assert_eq!((values.skipped("taken"), values.skipped("not_chosen")), (Some(2.0), Some(1.0)));
    assert_eq!((values.skipped("overlap"), values.runs("success")), (Some(0.0), Some(1.0)));

    let host = Host::new();
    let flags = [&EACH_SECOND[..], &METRICS].concat();
    let running = host.script("job", &flags, "touch up; until [ -e go ]; do sleep 0.05; done").start();
    until("the command", || host.has("up").then_some(()));
    next_second();
    host.once("job", &flags, &["true"]).finish().expect_code(0);
    host.write("go", "");
    running.finish().expect_code(0);
    assert_eq!(Values::of(&host, "jobs.prom").skipped("overlap"), Some(1.0));
}

#[test]
fn the_file_is_for_other_users_too_whatever_the_umask() {
    let host = Host::new();
    let command = format!(
        "umask 077; {} once job --every 1000d --metrics jobs.prom -- true",
        crate::support::bellwether().display()
    );
    host.sandbox.run("/bin/sh").args(["-c", &command]).finish().expect_code(0);
    assert_eq!(host.file("jobs.prom").metadata().unwrap().permissions().mode() & 0o7777, 0o644);
}

#[test]
fn names_of_any_kind_are_read_back_as_they_are() {
    let host = Host::new();
    let names = ["Sicherung täglich 備份 🐑", r#"a"b\c\n{job="x"} 1"#, "#", " "];
    for _ in 0..2 {
        for name in names {
            next_second();
            host.once(name, &[&EACH_SECOND[..], &METRICS].concat(), &["true"]).finish().expect_code(0);
        }
    }
    let text = std::fs::read_to_string(host.file("jobs.prom")).unwrap();
    for name in names {
        let escaped = name.replace('\\', r"\\").replace('"', r#"\""#);
        let line = format!("bellwether_job_runs_total{{job=\"{escaped}\",outcome=\"success\"}} 2");
        assert!(text.lines().any(|found| found == line), "{line} is missing in {text}");
    }
    Values::of(&host, "jobs.prom");
}

#[test]
fn eight_jobs_on_one_file_at_once_lose_nothing() {
    let host = Host::new();
    let (jobs, rounds) = (8, 3);
    for _ in 0..rounds {
        next_second();
        let running: Vec<_> = (0..jobs)
            .map(|job| host.once(&format!("job-{job}"), &[&EACH_SECOND[..], &METRICS].concat(), &["true"]).start())
            .collect();
        for wrapper in running {
            assert_eq!(wrapper.finish().expect_code(0).stderr_text(), "");
        }
    }
    let values = Values::of(&host, "jobs.prom");
    for job in 0..jobs {
        assert_eq!(values.get(&format!("runs_total job-{job} success")), Some(f64::from(rounds)), "job {job}");
    }
}
