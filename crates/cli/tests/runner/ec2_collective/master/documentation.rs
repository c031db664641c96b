//! `docs/ec2-cmaster.md`, as far as tests can hold it to the truth: its examples are run elsewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use bellwether_core::collective::config::MasterConfig;

use crate::ec2_collective::support::Collective;
use crate::support::{page, table};

const PAGE: &str = "ec2-cmaster.md";

/// Each difference and the test that shows ours; without one, what it is about cannot be had here.
const SHOWN: &[(&str, &str)] = &[
    ("end of a run", "a_ping_tells_how_long_each_agent_took_and_ends_when_all_expected_have_answered"),
    ("numbers in facts", "a_number_in_a_filter_is_compared_as_a_text"),
    ("`=` in the value of a fact", "the_first_equals_sign_splits"),
    ("`file://`", "every_mode_has_its_own_keys_filled"),
    ("both late and silent agents", "who_is_late_and_who_is_silent_is_named"),
    ("`R` of a ping", "a_ping_tells_how_long_each_agent_took_and_ends_when_all_expected_have_answered"),
    ("time of a ping", ""),
    ("`-p` before `-c`", "a_script_is_sent_with_its_parameters"),
    ("`-p` without a script", "parameters_without_a_script_are_told_of"),
    ("arguments that belong to no option", "what_is_wrong_on_the_command_line_is_told_with_the_usage"),
    ("fact without a name, as `-n \"\"`", "what_is_wrong_on_the_command_line_is_told_with_the_usage"),
    ("`-m` together with `-c`", "what_is_wrong_on_the_command_line_is_told_with_the_usage"),
    ("`file://` or `s3://` within a command", "what_would_reach_other_agents_than_those_meant_is_an_error"),
    ("`--sqs-queue-prefix`", "what_else_is_given_is_kept"),
    ("`-m` at `log_level` `WARN`", "only_what_failed_is_printed_at_a_higher_log_level"),
    ("more than ten messages of others", "replies_are_found_behind_many_that_are_for_others"),
    ("messages that make no sense", "messages_that_make_no_sense_change_nothing"),
    ("host names with control characters", "a_host_name_is_one_line_of_bounded_length"),
    ("half characters (`\\ud83d`) in an output", "replies_are_read_as_agents_of_any_age_write_them"),
    ("copies of the command", "a_reader_of_its_output_that_goes_away_does_not_keep_it_from_cleaning"),
    ("signals", "a_signal_ends_it_with_what_is_known_and_what_is_missing"),
    ("status that is a multiple of 256", "the_last_status_that_is_not_0_counts"),
    ("command that is too large", "a_script_that_cannot_be_sent_is_told_of"),
    ("no configuration file", "without_a_configuration_file_an_environment_is_enough"),
    ("errors in the configuration", "everything_that_is_wrong_in_the_configuration_is_told_at_once"),
    ("queue of facts that is not there", "without_the_queue_of_facts_agents_are_still_waited_for"),
    ("warnings and errors", "the_legacy_protocol_is_warned_of_loudly_on_standard_error"),
    ("lines in the log file", "what_is_printed_is_also_written_to_the_log_file_with_the_time"),
    ("warning of what the protocol is", "the_legacy_protocol_is_warned_of_loudly_on_standard_error"),
    ("`-h`", "help_is_printed_without_asking_anybody"),
    ("colours on a terminal", ""),
    ("proxies", ""),
    ("credentials", ""),
];

#[test]
fn each_difference_is_listed_and_shown_by_a_test() {
    let rows = table(&page(PAGE), "Differences from the release of 2014");
    assert!(rows.iter().all(|row| row.len() == 4 && row.iter().all(|cell| !cell.is_empty())), "{rows:?}");
    let listed: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(listed, SHOWN.iter().map(|(what, _)| *what).collect::<Vec<_>>());
    let sources = sources();
    for (what, test) in SHOWN.iter().filter(|(_, test)| !test.is_empty()) {
        assert!(sources.contains(&format!("#[test]\nfn {test}()")), "{what}: there is no test {test}");
    }
}

/// The tests of the master and of the protocol's core, with one kind of indentation.
fn sources() -> String {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let places = ["cli/tests/runner/ec2_collective", "cli/src/dropins/ec2_cmaster", "core/src/collective"];
    let files = places.iter().flat_map(|place| files(&crates.join(place)));
    files.map(|file| std::fs::read_to_string(file).unwrap().replace("    ", "")).collect()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn the_page_lists_every_option_of_the_help() {
    let help = Collective::new().master(&["--help"]).finish().expect_code(0).stdout_text();
    let words = |text: &str| -> BTreeSet<String> {
        let cleaned = text.replace(['`', ',', '[', ']', '|'], " ");
        cleaned.split_whitespace().filter(|word| word.starts_with('-')).map(str::to_owned).collect()
    };
    let (_, options) = help.split_once("options:").unwrap();
    let listed: String = table(&page(PAGE), "Command line").into_iter().map(|row| format!("{} ", row[0])).collect();
    assert_eq!(words(&listed), words(options));
    assert_eq!(words(&listed).len(), 19);
}

#[test]
fn the_configuration_on_the_page_is_the_default() {
    let text = page(PAGE);
    let (_, block) = text.split_once("```json\n").unwrap();
    let (shown, unknown) = MasterConfig::parse(block.split("```").next().unwrap()).unwrap();
    let default = MasterConfig::parse("{}").unwrap().0;
    let named = MasterConfig { region: None, default_queue_name: None, ..shown.clone() };
    assert_eq!((named, unknown.len()), (default, 0));
    assert_eq!((shown.region.as_deref(), shown.default_queue_name.as_deref()), (Some("eu-west-1"), Some("testing")));
}
