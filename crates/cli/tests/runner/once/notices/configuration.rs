//! Notices by configuration, and what is shown of them.

use super::super::host::Host;
use super::{server, signals, url, with};

#[test]
fn all_three_may_be_configured_and_flags_win() {
    let (host, from_file, from_flag) = (Host::new(), server(), server());
    let toml = format!(
        "[once]\nping = '{}'\non_failure = \"/bin/sh -c 'echo file >> failures'\"\nmetrics = 'file.prom'\n",
        url(&from_file)
    );
    host.sandbox.write("config/bellwether.toml", toml);
    let run = |job: &str, flags: &[&str]| {
        host.once(job, &with(flags), &["false"]).env("XDG_CONFIG_HOME", host.sandbox.path().join("config"))
    };
    run("a", &[]).finish().expect_code(1);
    assert_eq!(
        (signals(&from_file), host.lines("failures"), host.has("file.prom")),
        (vec!["/start".into(), "/1".into()], vec!["file".into()], true)
    );
    let variables = run("b", &[]).env("BELLWETHER_ONCE_METRICS", "variable.prom");
    variables.env("BELLWETHER_ONCE_ON_FAILURE", "touch variable").finish().expect_code(1);
    assert!(host.has("variable") && host.has("variable.prom"));
    assert_eq!((signals(&from_file).len(), host.lines("failures").len()), (4, 1));
    let flags = ["--ping", &url(&from_flag), "--on-failure", "touch flag", "--metrics", "flag.prom"];
    run("c", &flags).finish().expect_code(1);
    assert_eq!((signals(&from_flag), signals(&from_file).len()), (vec!["/start".into(), "/1".into()], 4));
    assert!(host.has("flag") && host.has("flag.prom"));
}

#[test]
fn mistakes_are_told_before_anything_runs_and_without_the_secret() {
    let host = Host::new();
    for (given, why) in
        [("hc-ping.com/5ecre7", "is not a URL"), ("ftp://h/5ecre7", "https:// or http://"), ("", "is not a URL")]
    {
        let said =
            host.once("job", &with(&["--ping", given]), &["touch", "ran"]).finish().expect_code(64).stderr_text();
        assert!(said.contains("--ping: the ping URL") && said.contains(why), "{said}");
        assert!(!said.contains("5ecre7"), "{said}");
    }
    let run = host.once("job", &with(&[]), &["touch", "ran"]).env("BELLWETHER_ONCE_PING", "ftp://h/5ecre7");
    let said = run.env("BELLWETHER_ONCE_ON_FAILURE", "mail 'root").finish().expect_code(64).stderr_text();
    for part in ["BELLWETHER_ONCE_PING: the ping URL must start", "BELLWETHER_ONCE_ON_FAILURE: a quote is not closed"] {
        assert!(said.contains(part) && !said.contains("5ecre7"), "{part}: {said}");
    }
    assert!(!host.has("ran"));
}

#[test]
fn a_dry_run_shows_them_without_the_secret_and_tells_nobody() {
    let (host, server) = (Host::new(), server());
    let url = url(&server);
    let flags = ["--dry-run", "--ping", &url, "--on-failure", "mail -s 'it failed' root", "--metrics", "jobs.prom"];
    let shown = host.once("job", &with(&flags), &["false"]).finish().expect_code(0).stdout_text();
    let expected = format!("ping     {}/...\nfailure  mail -s 'it failed' root\nmetrics  jobs.prom\n", server.url());
    assert!(shown.ends_with(&expected), "{shown}");
    assert!(server.requests().is_empty() && !host.has("jobs.prom"));
    let plain = host.once("job", &with(&["--dry-run"]), &["false"]).finish().expect_code(0).stdout_text();
    assert!(!plain.contains("ping") && !plain.contains("metrics"), "{plain}");
}
