//! The systemd unit that is generated.

use std::path::Path;

use bellwether_testkit::process::{Run, Sandbox};

use super::support::{Watching, bare, is_open, on_instance, text_of, wait_until_refused};

/// The rest of the command line of a unit.
fn exec_start(unit: &Path) -> String {
    let text = text_of(unit);
    let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("ExecStart=")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    lines[0].to_owned()
}

fn generated(sandbox: &Sandbox, arguments: &[&str]) -> std::path::PathBuf {
    let unit = sandbox.path().join("cs-instance-watcher.service");
    let run = bare(sandbox).args(arguments).arg("--generate-systemd").arg(&unit);
    let done = run.finish().expect_code(0);
    assert_eq!((done.stdout_text(), done.stderr_text()), (String::new(), String::new()));
    unit
}

#[test]
fn the_example_of_the_manual_makes_a_unit_that_systemd_takes() {
    let sandbox = Sandbox::new();
    let arguments = "--on-draining-block-new-connections-to-ports 80 443 --log-file /var/log/x.log \
                     --log-file-rotate d,1,10";
    let unit = generated(&sandbox, &arguments.split(' ').collect::<Vec<_>>());
    let text = text_of(&unit);
    for line in [
        "After=network.target",
        "StartLimitIntervalSec=0",
        "Type=notify",
        "Restart=always",
        "RestartSec=10",
        "WantedBy=multi-user.target",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    assert!(text.contains("\nDescription=") && text.contains("\nWatchdogSec="), "{text}");
    let command = exec_start(&unit);
    assert!(command.starts_with('/') && command.contains(" cs-instance-watcher --on-draining"), "{command}");
    let end = format!(" {arguments} --generate-systemd {} --do-not-generate-systemd", unit.display());
    assert!(command.ends_with(&end), "{command}");
    let checked = Run::new("systemd-analyze").arg("verify").arg(&unit).finish();
    assert!(!checked.stderr_text().contains("cs-instance-watcher.service:"), "{}", checked.stderr_text());
    assert_eq!(checked.code, Some(0), "{}", checked.stderr_text());
}

#[test]
fn the_command_of_a_unit_watches_and_writes_no_other() {
    on_instance(|node| {
        node.squad.set_state("draining");
        let scripts = node.scripts().display().to_string();
        let unit = generated(&node.sandbox, &["--on", "80", "--api", "1", "--script-dir", &scripts]);
        let command = exec_start(&unit);
        std::fs::write(&unit, "untouched").unwrap();
        let (program, arguments) = command.split_once(' ').unwrap();
        let run = node.sandbox.run(program).args(arguments.split(' '));
        let run = node.squad.environment().into_iter().fold(run, |run, (name, value)| run.env(name, value));
        let watcher = Watching::start(run);
        wait_until_refused(80);
        watcher.stop();
        assert!(is_open(80));
        assert_eq!(text_of(&unit), "untouched");
    });
}

#[test]
fn strange_arguments_reach_the_program_as_they_are() {
    let sandbox = Sandbox::new();
    let unit = generated(&sandbox, &["--log-file", "/var/log/a b%n$HOME\"\\.log", "--script-dir", "/s;x"]);
    let command = exec_start(&unit);
    assert!(command.contains(r#"--log-file "/var/log/a b%%n$$HOME\"\\.log""#), "{command}");
    assert!(command.contains("\"/s;x\""), "{command}");
}

#[test]
fn a_unit_is_replaced_as_a_whole_and_a_link_is_not_followed() {
    let sandbox = Sandbox::new();
    let unit = generated(&sandbox, &[]);
    let first = text_of(&unit);
    std::fs::write(&unit, "x".repeat(10_000)).unwrap();
    assert_eq!(text_of(&generated(&sandbox, &[])), first);
    let mode = std::os::unix::fs::PermissionsExt::mode(&unit.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o644);
    let left = std::fs::read_dir(sandbox.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().starts_with('.')), "nothing is left beside it");
    std::fs::remove_file(&unit).unwrap();
    std::os::unix::fs::symlink("/dev/null", &unit).unwrap();
    let masked = bare(&sandbox).arg("--generate-systemd").arg(&unit).finish().expect_code(1);
    assert!(masked.stderr_text().contains("is not a regular file"), "{}", masked.stderr_text());
}

#[test]
fn what_cannot_be_written_is_told() {
    let done = bare(&Sandbox::new()).args(["--generate-systemd", "/nowhere/x.service"]).finish().expect_code(1);
    assert!(done.stderr_text().contains("/nowhere/x.service"), "{}", done.stderr_text());
}

#[test]
fn paths_that_lead_elsewhere_from_a_service_are_refused() {
    let sandbox = Sandbox::new();
    let unit = sandbox.path().join("x.service");
    let run = bare(&sandbox).args(["--log-file", "x.log", "--generate-systemd"]).arg(&unit);
    let done = run.finish().expect_code(2);
    assert!(done.stderr_text().contains("argument --log-file: a service is started in /"), "{}", done.stderr_text());
    assert!(!unit.exists());
}
