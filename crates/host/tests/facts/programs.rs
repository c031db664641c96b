//! Facts from programs.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_host::facts::{FactReader, FactSources, FacterCommand};
use bellwether_testkit::script::install_program;
use tempfile::TempDir;

use crate::support::{nothing, problem, read, refresh, shown};

/// A directory of programs.
struct Programs(TempDir);

impl Programs {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("facts.d")).unwrap();
        Self(dir)
    }

    fn dir(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap().join("facts.d")
    }

    fn with(self, name: &str, text: &str) -> Self {
        install_program(&self.dir().join(name), &format!("#!/bin/sh\n{text}\n"));
        self
    }

    fn sources(&self) -> FactSources {
        FactSources { directory: Some(self.dir()), ..nothing() }
    }
}

fn shell(line: &str) -> FactSources {
    FactSources { facter: Some(FacterCommand::Shell(line.to_owned())), ..nothing() }
}

fn program(program: &str, args: &[&str]) -> FactSources {
    let args = args.iter().map(OsString::from).collect();
    FactSources { facter: Some(FacterCommand::Program { program: program.into(), args }), ..nothing() }
}

#[tokio::test]
async fn programs_of_a_directory_run_in_the_order_of_their_names_and_the_later_wins() {
    let programs = Programs::new()
        .with("20-json", r#"echo '{"role": "db", "disks": ["sda"]}'"#)
        .with("10-lines", "echo role=web; echo cpus=4; echo noise >&2")
        .with("30-yaml", "printf -- '---\\nos:\\n  name: Debian\\n'")
        .with("40-old~", "echo role=old");
    fs::write(programs.dir().join("README"), "role: readme\n").unwrap();
    let reading = read(programs.sources()).await;
    assert_eq!(shown(&reading.facts), "cpus=4 disks.0=sda os.name=Debian role=db");
    assert_eq!(reading.problems, [""; 0]);
}

#[tokio::test]
async fn programs_run_at_every_refresh() {
    let programs = Programs::new();
    let count = programs.0.path().join("count");
    let programs = programs.with("count", &format!("echo x >> {0}; echo runs=$(wc -l < {0})", count.display()));
    let mut reader = FactReader::new(programs.sources());
    for runs in 1..4 {
        let reading = refresh(&mut reader).await;
        assert_eq!((shown(&reading.facts), reading.changed), (format!("runs={runs}"), true));
    }
}

#[tokio::test]
async fn facter_is_run_without_a_shell_or_as_the_old_agents_command_line() {
    let reading = read(program("printf", &["%s: %s\n", "role", "a;b$(c)"])).await;
    assert_eq!(shown(&reading.facts), "role=a;b$(c)");
    let reading = read(shell("echo '--- {role: web}' 2> /dev/null | cat")).await;
    assert_eq!(shown(&reading.facts), "role=web");
}

#[tokio::test]
async fn files_win_over_programs_and_those_over_facter() {
    let programs = Programs::new().with("p", "echo b=program; echo c=program; echo d=program");
    let file = programs.0.path().join("facts.yaml");
    fs::write(&file, "c: file\n").unwrap();
    let facter = shell("echo a=facter; echo b=facter; echo c=facter").facter;
    let reading = read(FactSources { facter, files: vec![file], ..programs.sources() }).await;
    assert_eq!(shown(&reading.facts), "a=facter b=program c=file d=program");
}

#[tokio::test]
async fn every_way_to_fail_is_told_and_keeps_no_other_program_from_running() {
    let programs = Programs::new()
        .with("1", "echo role=web; echo cannot >&2; echo reach >&2; exit 3")
        .with("2", "kill -9 $$")
        .with("3", "echo loading plugins...")
        .with("4", "head -c 600000 /dev/zero | tr '\\0' x")
        .with("5", "printf 'a: \\377\\n'")
        .with("7", "echo good=1");
    install_program(&programs.dir().join("6"), "#!/nowhere/sh\n");
    let reading = read(programs.sources()).await;
    assert_eq!(shown(&reading.facts), "good=1");
    let told = [
        "1: it ended with status 3: cannot; reach",
        "2: it was killed by signal 9",
        "3: it printed neither lines NAME=VALUE nor a mapping",
        "4: it printed more than 524288 bytes",
        "5: what it printed is not UTF-8",
        "6: cannot run",
    ];
    assert_eq!(reading.problems.len(), told.len(), "{:?}", reading.problems);
    for (problem, told) in reading.problems.iter().zip(told) {
        assert!(problem.starts_with("no facts from /") && problem.contains(told), "{problem}");
    }
}

#[tokio::test]
async fn a_program_that_does_not_end_goes_with_its_whole_group() {
    let programs = Programs::new();
    let group = programs.0.path().join("group");
    let programs = programs
        .with("1", &format!("echo $$ > {}; echo a=1; (trap '' TERM; sleep 1000) & wait", group.display()))
        .with("2", "echo good=1");
    let reading = read(FactSources { timeout: Duration::from_millis(700), ..programs.sources() }).await;
    assert_eq!(shown(&reading.facts), "good=1");
    assert!(problem(&reading).contains("it did not end within 700ms"), "{:?}", reading.problems);
    let group = fs::read_to_string(group).unwrap();
    let members = std::process::Command::new("pgrep").args(["-g", group.trim(), "-r", "R,S,D,T"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&members.stdout), "", "nobody of the group is left");
}

#[tokio::test]
async fn a_failure_is_told_again_only_when_it_changes() {
    let programs = Programs::new().with("1", "exit 3");
    let mut reader = FactReader::new(programs.sources());
    assert!(problem(&refresh(&mut reader).await).contains("status 3"));
    assert_eq!(refresh(&mut reader).await.problems, [""; 0]);
    let programs = programs.with("1", "exit 4");
    assert!(problem(&refresh(&mut reader).await).contains("status 4"));
    programs.with("1", "exit 0");
    assert_eq!(refresh(&mut reader).await.problems, [""; 0]);
}

#[tokio::test]
async fn what_others_may_write_is_not_run() {
    let programs = Programs::new().with("1", "echo bad=1").with("2", "echo good=1");
    let set_mode = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    set_mode(&programs.dir().join("1"), 0o777);
    let reading = read(programs.sources()).await;
    assert_eq!(shown(&reading.facts), "good=1");
    assert!(problem(&reading).contains("was not run") && problem(&reading).contains("chmod go-w"));
    set_mode(&programs.dir().join("1"), 0o755);
    set_mode(&programs.dir(), 0o777);
    let reading = read(programs.sources()).await;
    assert!(reading.facts.is_empty() && problem(&reading).contains("chmod go-w"), "{:?}", reading.problems);
    set_mode(&programs.dir(), 0o755);
    if bellwether_host::paths::is_root() {
        chown(programs.dir().join("1"), Some(12_345), None).unwrap();
        let reading = read(programs.sources()).await;
        assert_eq!(shown(&reading.facts), "good=1");
        assert!(problem(&reading).contains("belongs to user 12345"), "{:?}", reading.problems);
    }
}

#[tokio::test]
async fn a_missing_directory_has_no_programs_and_a_missing_facter_is_told() {
    let directory = Some(PathBuf::from("/nowhere/facts.d"));
    let reading = read(FactSources { directory, ..nothing() }).await;
    assert!(reading.facts.is_empty() && reading.problems.is_empty(), "{:?}", reading.problems);
    let reading = read(program("no-such-facter", &[])).await;
    assert!(problem(&reading).contains("no facts from no-such-facter: cannot run"), "{:?}", reading.problems);
    let reading = read(shell("no-such-facter --yaml")).await;
    assert!(problem(&reading).contains("status 127"), "{:?}", reading.problems);
}
