use bellwether_core::environment::Environment;
use bellwether_core::fleet::floods::MOST;
use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::time::Mono;

use super::*;
use crate::render::level::Level;
use crate::watch::health::Vitals;
use crate::watch::log::{LogPlan, LogTarget};

/// An account in a directory, with its gauges and the file of its log.
fn account(dir: &Path) -> (Account, Gauges, std::path::PathBuf) {
    let told = dir.join("told");
    let plan = LogPlan { target: LogTarget::File(told.clone()), least: Level::Info };
    let log = Log::open(&plan, &Environment::default()).unwrap();
    let gauges = Gauges::default();
    std::fs::create_dir(dir.join("account")).unwrap();
    (Account::open(&dir.join("account/audit.log"), 3, &gauges, &log).unwrap(), gauges, told)
}

fn entry(decision: Verdict, why: &str) -> Entry {
    let key = Some(SigningKey::from_seed([1; 32]).unwrap().public());
    let (time, why) = (clock::now().wall, why.to_owned());
    Entry { time, decision, why, caller: None, key, asked: None, ended: None }
}

#[test]
fn a_flood_does_not_fill_the_disk_and_is_told_with_its_number() {
    let dir = tempfile::tempdir().unwrap();
    let (account, ..) = account(dir.path());
    for reason in Ignored::ALL {
        (0..1_000).for_each(|_| account.add_ignored(*reason, &entry(Verdict::Ignore, reason.as_str())));
    }
    (0..1_000).for_each(|_| account.add(&entry(Verdict::Refuse, "no rule")));
    account.close();
    let text = std::fs::read_to_string(dir.path().join("account/audit.log")).unwrap();
    for why in Ignored::ALL.iter().map(|reason| reason.as_str()).chain(["no rule"]) {
        assert_eq!(text.matches(&format!("\"why\":\"{why}\"")).count() as u64, MOST, "{why}");
    }
    assert!(text.contains("900 more messages were ignored (seen)"), "{text}");
    assert!(text.contains("900 more requests were refused"), "{text}");
}

#[tokio::test]
async fn an_entry_that_cannot_be_written_is_an_error_told_once_and_no_health_until_one_can_be() {
    let dir = tempfile::tempdir().unwrap();
    let (account, gauges, told) = account(dir.path());
    let healthy = || gauges.health(Mono::default()).0;
    account.secure(entry(Verdict::Run, "one")).await.unwrap();
    assert!(healthy());
    std::fs::rename(dir.path().join("account"), dir.path().join("away")).unwrap();
    account.secure(entry(Verdict::Run, "two")).await.unwrap_err();
    account.add(&entry(Verdict::Answer, "three"));
    account.tend();
    assert!(!healthy());
    assert!(gauges.metrics(Mono::default()).contains("bellwether_agent_account_failures_total 3\n"));
    std::fs::rename(dir.path().join("away"), dir.path().join("account")).unwrap();
    account.tend();
    assert!(healthy());
    let told = std::fs::read_to_string(told).unwrap();
    assert_eq!(told.matches("cannot be written").count(), 1, "{told}");
    assert_eq!(told.matches("can be written again").count(), 1, "{told}");
    let text = std::fs::read_to_string(dir.path().join("account/audit.log")).unwrap();
    assert!(text.contains("3 lines are missing here"), "{text}");
}
