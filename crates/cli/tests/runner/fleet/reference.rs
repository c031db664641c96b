//! The help of every command, and the reference in the documentation that is made of it.

use std::path::Path;

use bellwether_testkit::process::Sandbox;

use super::support::{bare, end, holds};

/// Set to write the reference instead of comparing it.
const UPDATE: &str = "BELLWETHER_UPDATE_DOCS";

/// The help of a command, or of the program, in lines of 100 characters at most.
pub(crate) fn help(words: &[&str]) -> String {
    let arguments = [words, &["--help"]].concat();
    let done = end(bare(&Sandbox::new(), &arguments).env("COLUMNS", "100"), 0);
    assert_eq!(done.stderr_text(), "");
    done.stdout_text()
}

/// The commands, as the program itself lists them.
pub(crate) fn commands() -> Vec<String> {
    let names = subcommands(&help(&[]));
    assert!(names.len() > 5, "{names:?}");
    names
}

/// The commands that a help lists; none where it lists none.
fn subcommands(help: &str) -> Vec<String> {
    let list = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    // What a command is for goes on in further lines, which begin further in.
    let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let names = list.lines().filter(is_name).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Every command and every command of a command, each in the words that call it, and their helps.
pub(crate) fn all_helps() -> Vec<(String, String)> {
    let mut left: Vec<String> = commands().into_iter().rev().collect();
    let mut helps = Vec::new();
    while let Some(command) = left.pop() {
        let help = help(&command.split(' ').collect::<Vec<_>>());
        left.extend(subcommands(&help).iter().rev().map(|name| format!("{command} {name}")));
        helps.push((command, help));
    }
    helps
}

#[test]
fn every_command_has_help_with_an_example() {
    for (command, text) in all_helps() {
        holds(&text, &["Usage: bellwether ", "Options:", "Example", &format!("bellwether {command}")]);
        let words: Vec<_> = std::iter::once("help").chain(command.split(' ')).collect();
        let same = end(bare(&Sandbox::new(), &words).env("COLUMNS", "100"), 0).stdout_text();
        assert_eq!(text, same, "'help {command}' and '{command} --help' are one");
    }
}

#[test]
fn help_and_version_are_results_and_wrong_usage_is_none() {
    let sandbox = Sandbox::new();
    let version = format!("bellwether {}\n", env!("CARGO_PKG_VERSION"));
    for flag in ["--version", "-V"] {
        assert_eq!(end(bare(&sandbox, &[flag]), 0).stdout_text(), version);
    }
    for arguments in [&[] as &[&str], &["--nonsense"], &["nonsense"], &["roster", "local", "--nonsense"]] {
        let done = end(bare(&sandbox, arguments), 64);
        assert_eq!(done.stdout_text(), "", "{arguments:?}");
        holds(&done.stderr_text(), &["Usage: bellwether"]);
    }
    end(bare(&sandbox, &["--quiet", "--verbose", "roster", "local"]), 64);
}

#[test]
fn the_command_line_reference_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let current = reference();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, current).unwrap();
        return;
    }
    compare(&path, &current);
}

fn compare(path: &Path, current: &str) {
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let same = written.lines().zip(current.lines()).take_while(|(old, new)| old == new).count();
    assert!(
        written == current,
        "docs/cli.md is not what the program says, from line {} on; write it again with: \
         {UPDATE}=1 cargo test -p bellwether --test runner the_command_line_reference",
        same + 1
    );
}

fn reference() -> String {
    let mut text = format!(
        "# The command line\n\nWhat `bellwether COMMAND --help` prints. This page is made by the tests; write it again with\n\
         `{UPDATE}=1 cargo test -p bellwether --test runner the_command_line_reference`.\n\n"
    );
    section(&mut text, "bellwether", &help(&[]));
    for (command, help) in all_helps() {
        section(&mut text, &format!("bellwether {command}"), &help);
    }
    format!("{}\n", text.trim_end())
}

fn section(text: &mut String, title: &str, help: &str) {
    let help: String = help.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    text.push_str(&format!("## {title}\n\n```text\n{}\n```\n\n", help.trim_end()));
}
