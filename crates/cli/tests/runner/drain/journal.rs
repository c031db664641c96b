//! What is kept on the disk, and what is wrong with it.

use super::support::{Account, NODE, end, holds, json, refusal, set, until_told};

#[test]
fn a_journal_that_cannot_be_written_keeps_the_node_where_it_is() {
    let account = Account::new();
    let before = account.all();
    // In the way of the file that the journal is first written to; root writes everywhere else.
    std::fs::create_dir_all(account.journal().with_added_extension("new")).unwrap();
    std::process::Command::new("chmod").args(["-R", "go-w"]).arg(account.fleet.sandbox.state()).status().unwrap();
    let done = end(account.lb(&["drain", "--json"]), 69);
    let report = json(&done);
    assert!(report["places"].as_array().unwrap().iter().all(|place| place["result"] == "not_started"), "{report}");
    assert_eq!(report["safe_to_stop"], false);
    holds(&done.stderr_text(), &["the journal cannot be written", "state directory"]);
    assert_eq!((account.all(), account.changes()), (before, 0));
}

#[test]
fn a_damaged_journal_is_told_and_nothing_is_done() {
    let account = Account::new();
    end(account.drain(), 0);
    let changes = account.changes();
    let text = std::fs::read_to_string(account.journal()).unwrap();
    for (damaged, says) in [
        (text.replace("\"format\": 1", "\"format\": 2"), "has format 2"),
        (text[..text.len() / 2].to_owned(), "the journal is damaged"),
        (String::new(), "the journal is damaged"),
    ] {
        std::fs::write(account.journal(), &damaged).unwrap();
        for arguments in [&["drain"] as &[&str], &["undrain"], &["drain", "--status"], &["undrain", "--dry-run"]] {
            let (error, hint) = refusal(account.lb(arguments), 69);
            holds(&error, &["i-1.json", says]);
            assert!(!hint.is_empty());
        }
        assert_eq!(std::fs::read_to_string(account.journal()).unwrap(), damaged, "it is kept as evidence");
    }
    assert_eq!(account.changes(), changes);
}

#[test]
fn a_damaged_journal_does_not_hide_those_of_other_nodes() {
    let account = Account::new();
    end(account.drain(), 0);
    end(account.fleet.run(&["lb", "drain", "--node", "i-2", "--settle", "0s"]), 0);
    std::fs::write(account.journal(), "{").unwrap();
    let done = end(account.fleet.run(&["lb", "drain", "--status"]), 69);
    holds(&done.stdout_text(), &["i-2 in eu-west-1 is drained"]);
    holds(&done.stderr_text(), &["i-1.json", "the journal is damaged", "remove the journal"]);
    let journals = json(&end(account.fleet.run(&["lb", "drain", "--status", "--json"]), 69));
    assert_eq!((journals.as_array().unwrap().len(), &journals[0]["node"]), (1, &"i-2".into()));
    let done = end(account.fleet.run(&["lb", "drain", "--status", "--node", "i-2"]), 0);
    assert!(!done.stderr_text().contains("i-1.json"), "{}", done.stderr_text());
}

#[test]
fn two_at_once_are_refused() {
    let account = Account::new();
    let before = account.all();
    account.fleet.aws.set_speed(0.0);
    let first = account.drain().start();
    until_told(&first, "i-1 in elb:classic-a: draining");
    for arguments in [&["drain"] as &[&str], &["undrain"]] {
        let (error, hint) = refusal(account.lb(arguments), 69);
        holds(&error, &["another drain or undrain of i-1 is under way"]);
        holds(&hint, &["--status"]);
    }
    let text = end(account.lb(&["drain", "--status"]), 0).stdout_text();
    holds(&text, &["i-1 in eu-west-1 is being drained", "draining"]);
    end(account.fleet.run(&["lb", "drain", "--node", "i-9"]), 0);
    account.fleet.aws.set_speed(1_000.0);
    first.finish().expect_code(0);
    assert_eq!(account.ours(), set(&[]));
    end(account.undrain(), 0);
    assert_eq!(account.all(), before);
}

#[test]
fn a_journal_is_gone_on_with_in_its_own_region() {
    let account = Account::new();
    end(account.drain(), 0);
    let asked = account.fleet.scopes().len();
    end(account.undrain().env("AWS_REGION", "us-east-1"), 0);
    let regions: Vec<_> = account.fleet.scopes()[asked..].iter().map(|scope| scope.region.clone()).collect();
    assert!(!regions.is_empty() && regions.iter().all(|region| region == "eu-west-1"), "{regions:?}");
    assert!(account.ours().iter().any(|place| place.contains(NODE)));
}
