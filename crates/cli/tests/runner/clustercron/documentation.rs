//! `docs/clustercron.md`, as far as tests can hold it to the truth: its examples are run elsewhere.

use super::support::Node;

/// A row of the table of differences.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) what: String,
    pub(super) old: String,
    pub(super) here: String,
}

pub(super) fn page() -> String {
    crate::support::page("clustercron.md")
}

fn table(heading: &str) -> Vec<Vec<String>> {
    crate::support::table(&page(), heading)
}

/// The table of differences from 1.0.1.
pub(super) fn differences() -> Vec<Row> {
    let row = |cells: Vec<String>| match &cells[..] {
        [what, old, here, why] if !why.is_empty() => Row { what: what.clone(), old: old.clone(), here: here.clone() },
        _ => panic!("not four cells: {cells:?}"),
    };
    table("Differences from 1.0.1").into_iter().map(row).collect()
}

#[test]
fn the_page_lists_every_option_of_the_help() {
    let help = Node::chosen().clustercron(&["--help"]).finish().expect_code(0).stdout_text();
    let listed: Vec<_> = table("Command line").into_iter().map(|row| row[0].replace(['`', ','], "")).collect();
    for option in help.lines().filter(|line| line.starts_with("    -")) {
        let names = option.trim().split("  ").next().unwrap();
        assert!(listed.iter().any(|listed| listed == names), "{names} is not in {listed:?}");
    }
}

#[test]
fn the_page_lists_every_exit_status() {
    let statuses: Vec<_> = table("Exit status").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(statuses, ["the command's own", "0", "1", "2", "3", "128+N"]);
}

#[test]
fn each_difference_is_listed_once() {
    let mut whats: Vec<_> = differences().into_iter().map(|row| row.what).collect();
    assert!(whats.len() > 20, "{whats:?}");
    whats.sort();
    assert!(whats.windows(2).all(|pair| pair[0] != pair[1]), "{whats:?}");
}
