//! `completions`: scripts that the shells take.

use std::process::Command;

use bellwether_testkit::process::Sandbox;

use super::reference::commands;
use super::support::{bare, end, holds};

fn script(shell: &str) -> String {
    let done = end(bare(&Sandbox::new(), &["completions", shell]), 0);
    assert_eq!(done.stderr_text(), "");
    done.stdout_text()
}

/// Has a shell read a script without running it; nothing where the shell is not installed.
fn read_by(shell: &str, script: &str) {
    if Command::new(shell).arg("-c").arg(":").status().is_err() {
        return;
    }
    let sandbox = Sandbox::new();
    let file = sandbox.write("script", script);
    let done = end(sandbox.run(shell).arg("-n").arg(file), 0);
    assert_eq!(done.stderr_text(), "");
}

#[test]
fn every_shell_gets_a_script_with_every_command_and_reads_it() {
    for shell in ["bash", "zsh", "fish"] {
        let script = script(shell);
        let names = commands();
        holds(&script, &names.iter().map(String::as_str).collect::<Vec<_>>());
        holds(&script, &["bellwether", "endpoint-url", "skip-status"]);
        read_by(shell, &script);
    }
}

#[test]
fn bash_completes_commands_options_and_values() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("script", script("bash"));
    let complete = |words: &str, place: usize| {
        let ask = format!(
            "source '{}'; COMP_WORDS=({words}); COMP_CWORD={place}; \
             _bellwether bellwether \"${{COMP_WORDS[{place}]}}\" \"${{COMP_WORDS[{place}-1]}}\"; echo \"${{COMPREPLY[*]}}\"",
            file.display()
        );
        end(sandbox.run("/bin/bash").args(["--norc", "-c", &ask]), 0).stdout_text().trim().to_owned()
    };
    assert_eq!(complete("bellwether ro", 1), "roster");
    assert_eq!(complete("bellwether once --ski", 2), "--skip-status");
    assert_eq!(complete("bellwether once --overlap re", 3), "replace");
}

#[test]
fn a_shell_that_is_none_is_wrong_usage() {
    let sandbox = Sandbox::new();
    holds(&end(bare(&sandbox, &["completions", "csh"]), 64).stderr_text(), &["bash", "zsh", "fish"]);
    end(bare(&sandbox, &["completions"]), 64);
}
