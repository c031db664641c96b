//! `docs/ec2-cagent.md`, as far as tests can hold it to the truth.

use super::support::Host;
use crate::support::{page, table};

fn rows(heading: &str) -> Vec<Vec<String>> {
    table(&page("ec2-cagent.md"), heading)
}

#[test]
fn the_page_lists_every_option_of_the_help() {
    let help = Host::new().run(&["-h"]).finish().expect_code(0).stdout_text();
    let listed: Vec<_> = rows("Command line").into_iter().map(|row| row[0].replace(['`', ','], "")).collect();
    for option in help.lines().filter(|line| line.starts_with("  -")) {
        let names: Vec<_> = option.split_whitespace().take(2).map(|word| word.trim_end_matches(',')).collect();
        assert!(listed.iter().any(|listed| *listed == names.join(" ")), "{names:?} is not in {listed:?}");
    }
}

#[test]
fn the_pages_paths_are_those_of_the_help() {
    let help = Host::new().run(&["-h"]).finish().expect_code(0).stdout_text();
    for path in ["/var/log/ec2_collective/ec2-cagent.log", "/run/ec2-cagent.pid", "/etc/ec2_collective/ec2-cagent.json"]
    {
        assert!(help.contains(path) && page("ec2-cagent.md").contains(path), "{path}");
    }
}

#[test]
fn each_configuration_of_the_page_is_accepted() {
    let page = page("ec2-cagent.md");
    let mut blocks = page.split("```json\n").skip(1).map(|block| block.split("```").next().unwrap());
    let whole = serde_json::from_str(blocks.next().unwrap()).unwrap();
    let section = serde_json::from_str(&format!("{{{}}}", blocks.next().unwrap())).unwrap();
    for sections in [whole, section] {
        let host = Host::with(sections);
        let agent = host.start();
        agent.wait_for_log("LEGACY PROTOCOL");
        assert!(!agent.log().contains("means nothing here"), "{}", agent.log());
        agent.stop();
    }
}

#[test]
fn each_difference_is_listed_once_with_its_reason() {
    let rows = rows("Differences from the original");
    assert!(rows.len() > 20, "{rows:?}");
    for row in &rows {
        assert_eq!(row.len(), 4, "{row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
    }
    let mut whats: Vec<_> = rows.into_iter().map(|row| row[0].clone()).collect();
    whats.sort();
    assert!(whats.windows(2).all(|pair| pair[0] != pair[1]), "{whats:?}");
}
