//! Where settings come from: the file, then the environment, then flags.

use std::path::PathBuf;

use bellwether_testkit::process::Run;

use super::host::{Host, ONE_TICK};

const NODE: &str = "echo $BELLWETHER_NODE";

struct Configured {
    host: Host,
}

impl Configured {
    fn with(toml: &str) -> Self {
        let host = Host::new();
        host.sandbox.write("config/bellwether.toml", toml);
        Self { host }
    }

    fn directory(&self) -> PathBuf {
        self.host.sandbox.path().join("config")
    }

    fn script(&self, flags: &[&str], script: &str) -> Run {
        self.host.script("job", flags, script).env("XDG_CONFIG_HOME", self.directory())
    }
}

fn said(run: Run) -> String {
    run.finish().expect_code(0).stdout_text().trim().to_owned()
}

#[test]
fn the_file_is_overridden_by_the_environment_and_that_by_flags() {
    let configured = Configured::with("node = 'from-file'\nstore = 'none'");
    let run = |flags: &[&str]| configured.script(flags, NODE);
    assert_eq!(said(run(&[])), "from-file");
    assert_eq!(said(run(&[]).env("BELLWETHER_NODE", "from-environment")), "from-environment");
    assert_eq!(said(run(&["--node", "from-flag"]).env("BELLWETHER_NODE", "from-environment")), "from-flag");
    assert_eq!(said(run(&["--node", "from-flag"])), "from-flag");
    assert_eq!(said(run(&[]).env("BELLWETHER_NODE", "")), "from-file", "an empty variable says nothing");
}

#[test]
fn the_home_directory_has_the_file_where_no_other_place_is_named() {
    let host = Host::new();
    host.write(".config/bellwether.toml", "node = 'at-home'\nstore = 'none'");
    assert_eq!(said(host.script("job", &[], NODE)), "at-home");
}

#[test]
fn the_skip_status_obeys_the_order_too() {
    let configured = Configured::with("[once]\nskip_status = 75");
    configured.script(&ONE_TICK, "true").finish().expect_code(0);
    let skip = |flags: &[&str]| configured.script(&[&ONE_TICK[..], flags].concat(), "true");
    skip(&[]).finish().expect_code(75);
    skip(&[]).env("BELLWETHER_ONCE_SKIP_STATUS", "76").finish().expect_code(76);
    skip(&["--skip-status", "77"]).env("BELLWETHER_ONCE_SKIP_STATUS", "76").finish().expect_code(77);
    skip(&["--skip-status", "0"]).finish().expect_code(0);
}

#[test]
fn the_store_may_be_configured_for_once_and_history() {
    let configured = Configured::with("");
    let host = &configured.host;
    let [file, variable, flag] = ["file", "variable", "flag"].map(|name| host.sandbox.path().join(name).join("s.db"));
    let url = |path: &PathBuf| format!("sqlite:{}", path.display());
    host.sandbox.write("config/bellwether.toml", format!("store = '{}'", url(&file)));
    configured.script(&ONE_TICK, "echo 1 >> runs").finish().expect_code(0);
    assert!(file.exists() && !variable.exists());
    configured.script(&ONE_TICK, "echo 2 >> runs").env("BELLWETHER_STORE", url(&variable)).finish().expect_code(0);
    assert!(variable.exists() && !flag.exists());
    let flag_url = url(&flag);
    let flags = [&ONE_TICK[..], &["--store", &flag_url]].concat();
    configured.script(&flags, "echo 3 >> runs").env("BELLWETHER_STORE", url(&variable)).finish().expect_code(0);
    assert!(flag.exists());
    assert_eq!(host.lines("runs"), ["1", "2", "3"]);
    let shown = host.bellwether(["history"]).env("XDG_CONFIG_HOME", configured.directory()).finish().expect_code(0);
    assert_eq!(shown.stdout_text().lines().count(), 2, "{}", shown.stdout_text());
    assert!(!host.store().exists(), "the default store was not used");
}

#[test]
fn group_lease_and_time_zone_may_be_configured() {
    let configured = Configured::with(
        "node = 'b'\nstore = 'none'\ngroup = 'nodes:a,b'\ntimezone = 'Asia/Kolkata'\n[once]\nlease = '90s'",
    );
    let done = configured.script(&[], "touch ran").finish().expect_code(0);
    assert!(done.stderr_text().contains("is for a, the first healthy node"), "{}", done.stderr_text());
    assert!(!configured.host.has("ran"));
    let tick = said(configured.script(&["--group", "local", "--schedule", "0 3 * * *"], "echo $BELLWETHER_TICK"));
    assert!(tick.ends_with("T21:30:00Z"), "{tick}");
    let flags = ["--group", "local", "--schedule", "0 3 * * *", "--timezone", "UTC"];
    let tick = said(configured.script(&flags, "echo $BELLWETHER_TICK"));
    assert!(tick.ends_with("T03:00:00Z"), "{tick}");
}

#[test]
fn a_file_that_is_not_toml_is_named_with_the_place() {
    for (content, part) in
        [("node = \n", "line 1"), ("node = ['a']\n", "'node' must be"), ("a = 1\na = 2", "duplicate")]
    {
        let configured = Configured::with(content);
        let done = configured.script(&[], "touch ran").finish().expect_code(64);
        let said = done.stderr_text();
        assert!(said.contains("config/bellwether.toml") && said.contains(part), "{content}: {said}");
        assert!(!configured.host.has("ran"));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_and_a_missing_one_is_not() {
    let host = Host::new();
    let run = |config: PathBuf| host.script("job", &["--store", "none"], NODE).env("XDG_CONFIG_HOME", config);
    run(host.sandbox.path().join("nowhere")).finish().expect_code(0);
    std::fs::create_dir_all(host.sandbox.path().join("odd/bellwether.toml")).unwrap();
    let said = run(host.sandbox.path().join("odd")).finish().expect_code(64).stderr_text();
    assert!(said.contains("odd/bellwether.toml"), "{said}");
}
