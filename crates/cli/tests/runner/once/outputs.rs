//! What the command writes: passed through as it is, when it is, and its end kept.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::host::{Host, ONE_TICK, end, until};
use crate::support::bellwether;

#[test]
fn stdout_and_stderr_stay_separate_and_history_has_both() {
    let host = Host::new();
    let done = host.script("job", &ONE_TICK, "echo out; echo err >&2; echo out again").finish().expect_code(0);
    assert_eq!((done.stdout_text().as_str(), done.stderr_text().as_str()), ("out\nout again\n", "err\n"));
    let run = host.only_run();
    let mut lines: Vec<_> = run["output"].as_str().unwrap().lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["err", "out", "out again"]);
    assert_eq!(run["output_bytes"], 18);
}

#[test]
fn output_arrives_as_it_is_written() {
    let host = Host::new();
    let script = "printf first; printf warn >&2; until [ -e go ]; do sleep 0.05; done; printf ' last'";
    let running = host.script("job", &ONE_TICK, script).start();
    until("the first output", || (running.stdout_so_far() == b"first").then_some(()));
    until("the first error", || (running.stderr_so_far() == b"warn").then_some(()));
    host.write("go", "");
    assert_eq!(running.finish().expect_code(0).stdout_text(), "first last");
}

/// 100 MB of noise go through, and the wrapper's own memory is looked at while it still lives.
#[test]
fn a_hundred_megabytes_pass_through_byte_for_byte_in_little_memory() {
    let host = Host::new();
    let script = "head -c 100000000 /dev/urandom | tee noise && grep VmHWM /proc/$PPID/status > memory";
    // The output goes into a file of the same disk: what it is compared with was written by the command itself.
    let pipeline = format!("\"{}\" once job --every 1000d -- sh -c '{script}' > copy", bellwether().display());
    host.sandbox.run("/bin/sh").args(["-c", &pipeline]).finish().expect_code(0);
    host.sandbox.run("cmp").args(["noise", "copy"]).finish().expect_code(0);
    assert_eq!(std::fs::metadata(host.file("copy")).unwrap().len(), 100_000_000);
    let run = host.only_run();
    assert_eq!(run["output_bytes"], 100_000_000);
    let kept = BASE64_STANDARD.decode(run["output_base64"].as_str().unwrap()).unwrap();
    let noise = std::fs::read(host.file("noise")).unwrap();
    assert!(kept == noise[noise.len() - 65_536..], "the last 64 KiB are not what history has");
    let memory = host.lines("memory").concat();
    let kilobytes: u64 = memory.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kilobytes < 40 * 1_024, "the wrapper took {kilobytes} KiB");
}

#[test]
fn a_slow_reader_gets_everything() {
    let host = Host::new();
    let pipeline = format!(
        "\"{}\" once job --every 1000d -- head -c 3000000 /dev/zero | {{ sleep 1; wc -c; }}",
        bellwether().display()
    );
    let done = host.sandbox.run("/bin/sh").args(["-c", &pipeline]).finish().expect_code(0);
    assert_eq!(done.stdout_text().trim(), "3000000");
}

#[test]
fn output_that_is_not_text_is_kept_and_passed_through() {
    let host = Host::new();
    let done = host.script("job", &ONE_TICK, r"printf 'a\377\376\000b'").finish().expect_code(0);
    assert_eq!(done.stdout, b"a\xff\xfe\0b");
    let run = host.only_run();
    assert_eq!(run["output"], serde_json::Value::Null);
    assert_eq!(BASE64_STANDARD.decode(run["output_base64"].as_str().unwrap()).unwrap(), b"a\xff\xfe\0b");
    let shown = host.bellwether(["history", "--output"]).finish().expect_code(0).stdout_text();
    assert!(shown.contains("a\u{fffd}\u{fffd}\u{fffd}b"), "{shown}");
}

#[test]
fn when_nobody_reads_our_output_the_command_gets_sigpipe() {
    let host = Host::new();
    let pipeline =
        format!("{{ \"{}\" once job --every 1000d -- yes; echo $? > status; }} | head -n 1", bellwether().display());
    let done = host.sandbox.run("/bin/sh").args(["-c", &pipeline]).finish().expect_code(0);
    assert_eq!(done.stdout_text(), "y\n");
    assert_eq!(host.lines("status"), ["141"]);
    assert_eq!(host.only_run()["status"], 141);
}

#[test]
fn a_grandchild_that_holds_the_pipe_does_not_hold_us() {
    let host = Host::new();
    let script = "sleep 300 & echo $! > grandchild; echo done";
    let done = host.script("job", &ONE_TICK, script).finish().expect_code(0);
    assert_eq!(done.stdout_text(), "done\n");
    let grandchild = host.wait_for_pid("grandchild");
    assert!(super::host::is_alive(grandchild), "what is left in the background stays");
    let run = host.only_run();
    assert_eq!((run["state"].as_str(), run["output"].as_str()), (Some("done"), Some("done\n")));
    end(grandchild);
}

#[test]
fn closed_outputs_do_not_stop_the_command() {
    let host = Host::new();
    let pipeline =
        format!("\"{}\" once job --every 1000d -- sh -c 'touch ran; exit 4' >&- 2>&- <&-", bellwether().display());
    host.sandbox.run("/bin/sh").args(["-c", &pipeline]).finish().expect_code(4);
    assert!(host.has("ran"));
    assert_eq!(host.only_run()["status"], 4);
}
