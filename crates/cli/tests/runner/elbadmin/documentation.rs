//! `docs/elbadmin.md`, as far as tests can hold it to the truth: its examples are run elsewhere.

use super::old::Both;

/// A row of the table of differences.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) what: String,
    pub(super) old: String,
    pub(super) here: String,
}

fn table(heading: &str) -> Vec<Vec<String>> {
    crate::support::table(&crate::support::page("elbadmin.md"), heading)
}

/// The table of differences from 0.2.
pub(super) fn differences() -> Vec<Row> {
    let row = |cells: Vec<String>| match &cells[..] {
        [what, old, here, why] if !why.is_empty() => Row { what: what.clone(), old: old.clone(), here: here.clone() },
        _ => panic!("not four cells: {cells:?}"),
    };
    table("Differences from 0.2").into_iter().map(row).collect()
}

#[test]
fn the_page_lists_every_command_and_option_of_the_help() {
    let help = Both::new("http://127.0.0.1:9").ours(&["--help"]).finish().expect_code(0).stdout_text();
    let listed: Vec<String> = table("Command line").into_iter().map(|row| row[0].replace('`', "")).collect();
    let begins = |word: &str| listed.iter().any(|names| names.split([',', ' ', '=']).any(|name| name == word));
    let mut counted = 0;
    for line in help.lines().filter(|line| line.starts_with("    ") || line.starts_with("  -")) {
        let words = line.trim_start().split("  ").next().unwrap();
        if line.starts_with("          ") {
            continue;
        }
        let first = words.split([' ', ',', '|', '=']).next().unwrap();
        assert!(begins(first), "{first} is not in {listed:?}");
        counted += 1;
    }
    assert_eq!(counted, 11 + 5, "{help}");
}

#[test]
fn each_difference_is_listed_once() {
    let mut whats: Vec<_> = differences().into_iter().map(|row| row.what).collect();
    assert!(whats.len() > 20, "{whats:?}");
    whats.sort();
    assert!(whats.windows(2).all(|pair| pair[0] != pair[1]), "{whats:?}");
}
