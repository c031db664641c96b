//! Real scripts in a directory for a state.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_host::child::{How, SpawnError, Stream};
use bellwether_host::hooks::{self, Call, Ending, HookError, HookEvent, HookOutcome, Suspicion};
use bellwether_testkit::script::install_program;
use tempfile::TempDir;

/// Far longer than any script here takes by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// A directory of scripts for the state `draining`.
struct Scripts {
    dir: TempDir,
}

impl Scripts {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("draining")).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("draining").join(name)
    }

    fn with(self, name: &str, text: &str) -> Self {
        install_program(&self.path(name), &format!("#!/bin/sh\n{text}\n"));
        self
    }

    async fn run(&self, call: &Call) -> (Vec<HookOutcome>, Vec<String>) {
        let mut told = Vec::new();
        let run = hooks::run(self.dir.path(), "draining", call, |event| told.push(described(&event)));
        let outcomes = tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();
        (outcomes, told)
    }
}

fn described(event: &HookEvent<'_>) -> String {
    let name = |path: &Path| path.file_name().unwrap().display().to_string();
    match event {
        HookEvent::Starting { script } => format!("{} starts", name(script)),
        HookEvent::Line { script, stream: Stream::Out, text } => format!("{}: {text}", name(script)),
        HookEvent::Line { script, stream: Stream::Err, text } => format!("{}! {text}", name(script)),
        HookEvent::Ended(outcome) => format!("{} ended", name(&outcome.script)),
    }
}

fn call() -> Call {
    Call { args: Vec::new(), env: Vec::new(), timeout: PATIENCE, kill_after: PATIENCE }
}

fn names(outcomes: &[HookOutcome]) -> Vec<String> {
    outcomes.iter().map(|outcome| outcome.script.file_name().unwrap().display().to_string()).collect()
}

#[tokio::test]
async fn scripts_run_in_the_order_of_their_names_bytes_and_only_scripts_do() {
    let scripts = Scripts::new();
    let scripts = ["b.sh", "a", "B", "10", "9", "é", ".hidden", "a~", "a.dpkg-old", "a.rpmnew"]
        .into_iter()
        .fold(scripts, |scripts, name| scripts.with(name, "exit 0"));
    std::fs::write(scripts.path("README"), "not executable").unwrap();
    std::fs::create_dir(scripts.path("directory")).unwrap();
    std::os::unix::fs::symlink(scripts.path("a"), scripts.path("link")).unwrap();
    std::os::unix::fs::symlink("/nowhere", scripts.path("dangling")).unwrap();
    let (outcomes, _) = scripts.run(&call()).await;
    assert_eq!(names(&outcomes), ["10", "9", "B", "a", "b.sh", "link", "é"]);
    assert!(outcomes.iter().all(HookOutcome::is_success));
}

#[tokio::test]
async fn arguments_and_variables_reach_a_script_and_its_output_is_told_by_the_line() {
    let scripts = Scripts::new()
        .with("1", r#"echo "$# $1 $2 $STATE"; echo bad >&2; cat; printf 'no end'"#)
        .with("2", "echo second; exit 3");
    let args = ["draining", "a b"].map(OsString::from).to_vec();
    let (outcomes, mut told) =
        scripts.run(&Call { args, env: vec![("STATE".to_owned(), "here".to_owned())], ..call() }).await;
    // The two outputs are two pipes: which is read first is not told.
    told[1..4].sort();
    let expected = ["1 starts", "1! bad", "1: 2 draining a b here", "1: no end", "1 ended"];
    assert_eq!(told, [&expected[..], &["2 starts", "2: second", "2 ended"]].concat());
    assert!(matches!(outcomes[1].ending, Ending::Exited(3)));
    let line = outcomes[1].to_string();
    assert!(line.contains("draining/2 ended with status 3 after "), "{line}");
}

#[tokio::test]
async fn a_script_that_takes_too_long_goes_with_its_whole_group_and_the_next_runs() {
    let scripts = Scripts::new().with("1", "(trap '' TERM; echo $$; exec sleep 1000) & wait").with("2", "exit 0");
    let call = Call { timeout: Duration::from_millis(500), kill_after: Duration::from_millis(300), ..call() };
    let (outcomes, told) = scripts.run(&call).await;
    assert!(matches!(outcomes[0].ending, Ending::TimedOut(How::Signaled(_))), "{:?}", outcomes[0]);
    assert!(outcomes[0].took >= Duration::from_millis(800), "KILL waits for its time: {:?}", outcomes[0].took);
    assert!(outcomes[1].is_success());
    let group = told[1].trim_start_matches("1: ");
    let members = std::process::Command::new("pgrep").args(["-g", group, "-r", "R,S,D,T"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&members.stdout), "", "nobody of the group is left");
}

#[tokio::test]
async fn every_way_to_end_is_told_and_keeps_no_other_script_from_running() {
    let scripts = Scripts::new().with("1", "kill -9 $$").with("3", "exit 0");
    install_program(&scripts.path("2"), "#!/nowhere/sh\n");
    let (outcomes, _) = scripts.run(&call()).await;
    assert!(matches!(outcomes[0].ending, Ending::Signaled(9)));
    assert!(matches!(outcomes[1].ending, Ending::NotStarted(SpawnError::NotFound { .. })));
    assert!(outcomes[1].to_string().contains("interpreter"), "{}", outcomes[1]);
    assert!(outcomes[2].is_success());
}

#[tokio::test]
async fn a_flood_of_output_is_cut_off_and_harms_nobody() {
    let scripts = Scripts::new().with("1", "yes | head -c 30000000; exit 7");
    let (outcomes, told) = scripts.run(&call()).await;
    assert!(matches!(outcomes[0].ending, Ending::Exited(7)));
    assert_eq!(outcomes[0].output_left_out, 30_000_000 - 1_024 * 1_024);
    assert_eq!(told.len(), 2 + 512 * 1_024);
    assert!(outcomes[0].to_string().ends_with("28951424 bytes of its output were left out"), "{}", outcomes[0]);
}

#[tokio::test]
async fn other_work_goes_on_while_a_script_runs() {
    let scripts = Scripts::new();
    let go = scripts.dir.path().join("go");
    let scripts = scripts.with("1", &format!("while ! [ -e {} ]; do sleep 0.01; done", go.display()));
    let call = call();
    let others = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        std::fs::write(&go, "").unwrap();
    };
    let ((outcomes, _), ()) = tokio::join!(scripts.run(&call), others);
    assert!(outcomes[0].is_success());
}

#[tokio::test]
async fn root_runs_nothing_that_others_could_have_written() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let scripts = Scripts::new().with("1", "exit 0").with("2", "exit 0").with("3", "exit 0");
    std::os::unix::fs::chown(scripts.path("1"), Some(12_345), None).unwrap();
    set_mode(&scripts.path("2"), 0o775);
    let (outcomes, told) = scripts.run(&call()).await;
    assert!(matches!(outcomes[0].ending, Ending::Suspect(Suspicion::Foreign { owner: 12_345, .. })));
    assert!(outcomes[0].to_string().contains("belongs to user 12345"), "{}", outcomes[0]);
    assert!(matches!(outcomes[1].ending, Ending::Suspect(Suspicion::Writable { .. })));
    assert_eq!(told, ["1 ended", "2 ended", "3 starts", "3 ended"]);
    set_mode(&scripts.path(""), 0o777);
    let error = hooks::run(scripts.dir.path(), "draining", &call(), |_| {}).await.unwrap_err();
    assert!(matches!(error, HookError::Suspect { .. }), "{error}");
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn a_state_without_scripts_is_fine_and_a_strange_one_is_an_error() {
    let scripts = Scripts::new();
    let run = |dir: PathBuf, state: &'static str| async move { hooks::run(&dir, state, &call(), |_| {}).await };
    assert!(run(scripts.dir.path().to_owned(), "running").await.unwrap().is_empty());
    assert!(run(PathBuf::from("/nowhere"), "running").await.unwrap().is_empty());
    let strange = run(scripts.dir.path().join("running"), "../draining").await;
    assert!(matches!(strange, Err(HookError::StrangeState { .. })));
    std::fs::write(scripts.dir.path().join("file"), "").unwrap();
    let file = run(scripts.dir.path().to_owned(), "file").await.unwrap_err();
    assert!(matches!(file, HookError::Unreadable { .. }), "{file}");
    for number in 0..=1_000 {
        std::fs::write(scripts.path(&number.to_string()), "").unwrap();
    }
    assert!(matches!(run(scripts.dir.path().to_owned(), "draining").await, Err(HookError::TooMany { .. })));
}

#[tokio::test]
async fn a_run_can_be_a_task() {
    let scripts = Scripts::new().with("1", "exit 0");
    let dir = scripts.dir.path().to_owned();
    let task = tokio::spawn(async move { hooks::run(&dir, "draining", &call(), |_| {}).await });
    assert!(task.await.unwrap().unwrap()[0].is_success());
}
