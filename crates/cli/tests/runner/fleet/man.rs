//! `man`: a page for every command.

use std::process::Command;

use bellwether_testkit::process::Sandbox;

use super::reference::{all_helps, commands};
use super::support::{bare, end, holds, refusal};

/// A page as people read it, by groff where it is installed; warnings of groff are failures.
fn rendered(page: &str) -> Option<String> {
    Command::new("groff").arg("--version").output().ok()?;
    let sandbox = Sandbox::new();
    let done = end(sandbox.run("groff").args(["-man", "-Tutf8", "-P-cbou", "-ww", "-rLL=250n"]).stdin(page), 0);
    assert_eq!(done.stderr_text(), "");
    Some(done.stdout_text())
}

fn check(name: &str, page: &str) {
    holds(page, &[&format!(".TH {name} 1"), ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS"]);
    if let Some(text) = rendered(page) {
        holds(&text, &["NAME", "SYNOPSIS", "OPTIONS", name]);
    }
}

#[test]
fn every_command_has_a_page() {
    let sandbox = Sandbox::new();
    check("bellwether", &end(bare(&sandbox, &["man"]), 0).stdout_text());
    for (command, _) in all_helps() {
        let page = end(bare(&sandbox, &["man", &command.replace(' ', "-")]), 0).stdout_text();
        check(&format!("bellwether-{}", command.replace(' ', "-")), &page);
        let words: Vec<_> = std::iter::once("man").chain(command.split(' ')).collect();
        assert_eq!(end(bare(&sandbox, &words), 0).stdout_text(), page, "the words may be given one by one");
    }
}

#[test]
fn the_synopsis_and_the_examples_are_those_of_the_help() {
    let sandbox = Sandbox::new();
    for (command, help) in all_helps() {
        let page = end(bare(&sandbox, &["man", &command.replace(' ', "-")]), 0).stdout_text();
        let usage = help.lines().find_map(|line| line.strip_prefix("Usage: ")).unwrap();
        let examples: Vec<_> = help.lines().filter(|line| line.starts_with("  bellwether ")).collect();
        assert!(!examples.is_empty(), "{help}");
        if let Some(text) = rendered(&page) {
            holds(&text, &[&format!("       {usage}\n")]);
            holds(&text, &examples.iter().map(|line| line.trim_end()).collect::<Vec<_>>());
        }
    }
}

#[test]
fn pages_refer_to_pages_that_there_are() {
    let referred = |words: &[&str]| -> Vec<String> {
        let page = end(bare(&Sandbox::new(), &[&["man"], words].concat()), 0).stdout_text().replace('\\', "");
        page.lines().filter_map(|line| line.strip_suffix("(1)")).map(str::to_owned).collect()
    };
    let expected: Vec<_> = commands().iter().map(|command| format!("bellwether-{command}")).collect();
    assert_eq!(referred(&[]), expected);
    assert_eq!(referred(&["store"]), ["bellwether-store-create"]);
}

#[test]
fn all_pages_can_be_written_to_a_directory() {
    let sandbox = Sandbox::new();
    let directory = sandbox.path().join("man1");
    std::fs::create_dir(&directory).unwrap();
    let done = end(bare(&sandbox, &["man", "--directory", directory.to_str().unwrap()]), 0);
    assert_eq!((done.stdout_text(), done.stderr_text()), (String::new(), String::new()));
    let mut written: Vec<_> =
        std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    written.sort();
    let mut expected: Vec<_> =
        all_helps().iter().map(|(command, _)| format!("bellwether-{}.1", command.replace(' ', "-"))).collect();
    expected.push("bellwether.1".to_owned());
    expected.sort();
    assert_eq!(written, expected);
    let once = std::fs::read_to_string(directory.join("bellwether-once.1")).unwrap();
    assert_eq!(once, end(bare(&sandbox, &["man", "once"]), 0).stdout_text());
}

#[test]
fn a_page_that_is_not_there_and_a_directory_that_is_not_are_told() {
    let sandbox = Sandbox::new();
    let (error, hint) = refusal(bare(&sandbox, &["man", "twice"]), 64);
    holds(&error, &["twice"]);
    holds(&hint, &["once", "roster"]);
    let nowhere = sandbox.path().join("nowhere");
    let (error, hint) = refusal(bare(&sandbox, &["man", "--directory", nowhere.to_str().unwrap()]), 69);
    holds(&error, &[nowhere.to_str().unwrap()]);
    holds(&hint, &["create the directory"]);
    end(bare(&sandbox, &["man", "once", "--directory", "/tmp"]), 64);
}
