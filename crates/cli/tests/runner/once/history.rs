//! `bellwether history`: what is shown of past runs.

use super::host::{EACH_SECOND, Host, ONE_TICK, next_second};

fn run(host: &Host, job: &str, script: &str, status: i32) {
    host.script(job, &[&ONE_TICK[..], &["--node", "n1"]].concat(), script).finish().expect_code(status);
}

fn shown(host: &Host, flags: &[&str]) -> String {
    host.bellwether(["history"]).args(flags).finish().expect_code(0).stdout_text()
}

#[test]
fn an_empty_history_is_no_error_and_creates_nothing() {
    let host = Host::new();
    assert_eq!(shown(&host, &[]), "no runs yet\n");
    assert_eq!(shown(&host, &["--json"]), "[]\n");
    assert_eq!(shown(&host, &["--output"]), "no runs yet\n");
    assert_eq!(std::fs::read_dir(host.sandbox.state()).unwrap().count(), 0);
    run(&host, "job", "true", 0);
    assert_eq!(shown(&host, &["another"]), "no runs yet\n");
    assert_eq!(host.history_with(&["another"]).len(), 0);
}

#[test]
fn the_table_is_aligned_with_the_newest_run_first() {
    let host = Host::new();
    run(&host, "a", "true", 0);
    run(&host, "longer-name", "exit 12", 12);
    let text = shown(&host, &[]);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(lines[0]), ["TICK", "JOB", "NODE", "STATE", "STATUS", "DURATION", "NOTE"]);
    let tick = host.history()[0]["tick"].as_str().unwrap().to_owned();
    assert_eq!(words(lines[1])[..5], [&tick, "longer-name", "n1", "done", "12"]);
    assert_eq!(words(lines[2])[..5], [&tick, "a", "n1", "done", "0"]);
    for (column, values) in [("JOB", ["longer-name", "a "]), ("STATE", ["done", "done"]), ("STATUS", ["12", "0 "])] {
        let at = lines[0].find(column).unwrap();
        for (line, value) in lines[1..].iter().zip(values) {
            assert!(line[at..].starts_with(value), "{column} in {text}");
        }
    }
    assert!(!text.contains('\x1b'), "no colours into a pipe");
}

#[test]
fn json_has_everything_about_a_run() {
    let host = Host::new();
    run(&host, "job", "echo hello; sleep 0.2; exit 5", 5);
    let run = host.only_run();
    for (key, value) in [
        ("job", "job".into()),
        ("node", "n1".into()),
        ("fence", 1.into()),
        ("attempt", 1.into()),
        ("state", "done".into()),
        ("status", 5.into()),
        ("note", serde_json::Value::Null),
        ("output", "hello\n".into()),
        ("output_bytes", 6.into()),
    ] {
        assert_eq!(run[key], value, "{key}");
    }
    let time = |key: &str| run[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let took = run["duration_ms"].as_u64().unwrap();
    assert!(time("started") < time("ended") && (200..60_000).contains(&took), "{run}");
}

#[test]
fn one_job_or_all_and_no_more_than_asked_for() {
    let host = Host::new();
    for job in ["a", "b"] {
        for _ in 0..2 {
            next_second();
            host.once(job, &EACH_SECOND, &["true"]).finish().expect_code(0);
        }
    }
    let jobs = |flags: &[&str]| {
        let runs = host.history_with(flags);
        runs.iter().map(|run| run["job"].as_str().unwrap().to_owned()).collect::<Vec<_>>().concat()
    };
    assert_eq!(jobs(&[]), "bbaa");
    assert_eq!(jobs(&["a"]), "aa");
    assert_eq!(jobs(&["--limit", "3"]), "bba");
    assert_eq!(jobs(&["b", "--limit", "1"]), "b");
    let newest = &host.history_with(&["b", "--limit", "1"])[0];
    assert_eq!(newest["fence"], 2);
    assert_eq!(shown(&host, &["--limit", "2"]).lines().count(), 3);
}

#[test]
fn the_output_is_shown_below_each_run_and_cannot_steer_the_terminal() {
    let host = Host::new();
    run(&host, "quiet", "true", 0);
    run(&host, "job", r"echo first; printf 'a\033[31mred\rb\n' >&2", 0);
    let text = shown(&host, &["--output"]);
    // Which of two streams was read first is not told.
    for line in ["\n  first\n", "\n  a\u{fffd}[31mred\u{fffd}b\n"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!text.contains('\x1b') && !text.contains('\r'));
    assert!(text.contains("quiet"), "{text}");
}

#[test]
fn of_long_output_the_end_is_kept() {
    let host = Host::new();
    run(&host, "job", "seq 1 20000", 0);
    let run = host.only_run();
    let all: String = (1..=20_000).map(|number| format!("{number}\n")).collect();
    assert_eq!(run["output"].as_str().unwrap(), &all[all.len() - 65_536..]);
    assert_eq!(run["output_bytes"], all.len());
    let text = shown(&host, &["--output"]);
    assert!(text.contains(&format!("[{} bytes before this are not kept]", all.len() - 65_536)), "no word of the cut");
    assert!(text.ends_with("  20000\n"));
}

#[test]
fn names_of_any_script_are_kept_and_found() {
    let host = Host::new();
    let job = "Sicherung täglich 備份 🐑";
    run(&host, job, "echo \"$BELLWETHER_JOB\"", 0);
    run(&host, "'; DROP TABLE history; --", "true", 0);
    run(&host, "%", "true", 0);
    let runs = host.history_with(&[job]);
    assert_eq!((runs.len(), &runs[0]["job"], &runs[0]["output"]), (1, &job.into(), &format!("{job}\n").into()));
    assert!(shown(&host, &[]).contains(job));
    assert_eq!(host.history().len(), 3);
}

#[test]
fn it_can_be_read_while_it_is_written() {
    let host = Host::new();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..30 {
                run(&host, &format!("job-{number}"), "echo hello", 0);
            }
        });
        let mut seen = 0;
        while !writer.is_finished() {
            let count = host.history().len();
            assert!(count >= seen, "{count} after {seen}");
            seen = count;
        }
        writer.join().unwrap();
    });
    assert_eq!(host.history().len(), 30);
}

#[test]
fn a_running_tick_is_not_yet_there_and_does_not_hold_up_readers() {
    let host = Host::new();
    let script = "touch up; until [ -e release ]; do sleep 0.1; done";
    let running = host.script("job", &ONE_TICK, script).start();
    super::host::until("the command", || host.has("up").then_some(()));
    assert_eq!(host.history().len(), 0);
    host.write("release", "");
    running.finish().expect_code(0);
    assert_eq!(host.only_run()["state"], "done");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let host = Host::new();
    run(&host, "job", "seq 1 10000", 0);
    let pipeline = format!(
        "{{ \"{}\" history --output; echo $? > status; }} | head -n 1 > /dev/null",
        crate::support::bellwether().display()
    );
    host.sandbox.run("/bin/sh").args(["-c", &pipeline]).finish().expect_code(0);
    assert_eq!(host.lines("status"), ["0"]);
}
