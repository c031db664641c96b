use super::*;

fn shell(script: &str) -> Run {
    Sandbox::new().run("/bin/sh").args(["-c", script]).directory("/")
}

#[test]
fn tells_how_a_program_ended_and_what_it_wrote() {
    let done = shell("cat; echo err >&2; exit 3").stdin("in").finish();
    assert_eq!((done.code, done.signal), (Some(3), None));
    assert_eq!((done.stdout_text().as_str(), done.stderr_text().as_str()), ("in", "err\n"));
    assert!(done.max_rss > 100_000, "{}", done.max_rss);
    assert_eq!(shell("kill -9 $$").finish().signal, Some(9));
}

#[test]
fn measures_time() {
    let done = shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 0.2").finish();
    assert!(done.cpu > Duration::ZERO);
    assert!(done.wall > Duration::from_millis(200) && done.cpu < done.wall, "{done:?}");
}

#[test]
fn the_environment_is_clean() {
    let sandbox = Sandbox::new();
    let environment = sandbox.run("/usr/bin/env").env("A", "b").finish().expect_code(0).stdout_text();
    let names: Vec<_> = environment.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    assert_eq!(names, ["A", "HOME", "PATH", "XDG_STATE_HOME"]);
}

#[test]
fn a_descendant_with_the_pipe_does_not_hold_us() {
    let running = shell("sleep 30 & echo done").start();
    let group = running.pid();
    let done = running.finish();
    assert_eq!(done.stdout_text(), "done\n");
    assert!(done.wall < Duration::from_secs(5), "{:?}", done.wall);
    killpg(group, Signal::SIGKILL).unwrap();
}

#[test]
fn a_program_that_hangs_is_killed_with_its_children() {
    let hang = || shell("echo started; sleep 30").deadline(Duration::from_millis(300)).start();
    let running = hang();
    let group = running.pid();
    let failure = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| running.finish())).unwrap_err();
    assert!(failure.downcast_ref::<String>().unwrap().contains("stdout: started"));
    let gone = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        killpg(group, None).is_err()
    });
    assert!(gone, "the group is still there");
}

#[test]
fn can_be_sent_signals_and_be_called_by_another_name() {
    let running = shell("trap 'echo got; exit 5' TERM; echo ready; while :; do sleep 0.05; done").start();
    while running.stdout_so_far().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.signal(Signal::SIGTERM);
    assert_eq!(running.finish().expect_code(5).stdout_text(), "ready\ngot\n");
    let sandbox = Sandbox::new();
    let link = sandbox.called("clustercron", std::path::Path::new("/bin/sh"));
    assert!(sandbox.run(&link).args(["-c", "echo $0"]).finish().stdout_text().ends_with("bin/clustercron\n"));
}
