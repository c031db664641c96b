//! AWS throttles, denies, fails and is silent in the middle of a drain.

use bellwether_core::drain::{Action, Ending, Options, Phase, Report, Run, TroubleKind};
use bellwether_testkit::fake_elb::{FakeAws, Fault, Faults};

use super::account::Account;

/// Drains while requests go wrong, from one step to another.
async fn drain_with(account: &mut Account, faults: &Faults, steps: std::ops::Range<usize>) -> Report {
    let run = Run::drain(account.plan().await, Options::default(), account.now());
    let drains = account.impatient();
    let misbehave = |fake: &FakeAws, step: usize, _: &Action| {
        if step == steps.start {
            fake.misbehave(faults.clone());
        }
        if step == steps.end {
            fake.misbehave(Faults::default());
        }
        true
    };
    account.drive(&drains, run, misbehave).await.unwrap()
}

#[tokio::test]
async fn passing_faults_delay_a_drain_and_its_undoing_and_change_nothing_else() {
    for fault in [Fault::Throttled, Fault::InternalFailure, Fault::Drop, Fault::Garbage, Fault::Hang] {
        let mut account = Account::new();
        let before = account.all();
        let report = drain_with(&mut account, &Faults::always(fault), 1..5).await;
        assert!(report.is_complete() && account.ours().is_empty(), "{fault:?}: {report:?}");
        let run = Run::undrain(account.kept(), Options::default(), account.now());
        let drains = account.impatient();
        let misbehave = |fake: &FakeAws, step: usize, _: &Action| {
            match step {
                1 => fake.misbehave(Faults::always(fault)),
                6 => fake.misbehave(Faults::default()),
                _ => {}
            }
            true
        };
        let report = account.drive(&drains, run, misbehave).await.unwrap();
        assert!(report.is_complete(), "{fault:?}: {report:?}");
        assert_eq!(account.all(), before, "{fault:?}");
    }
}

#[tokio::test]
async fn a_denied_deregistration_is_told_with_its_remedy_and_the_rest_is_drained() {
    let mut account = Account::new();
    let before = account.all();
    let denied = Faults::action("DeregisterTargets", Fault::Denied);
    let report = drain_with(&mut account, &denied, 0..usize::MAX).await;
    let missing: Vec<_> = report.missing().collect();
    assert_eq!(missing.len(), 6, "{report:?}");
    for (_, ending) in missing {
        let Ending::Failed(trouble) = ending else { panic!("{ending}") };
        assert_eq!(trouble.kind, TroubleKind::Final);
        assert!(trouble.remedy.contains("elasticloadbalancing:DeregisterTargets"), "{}", trouble.remedy);
    }
    assert!(!account.ours().iter().any(|line| line.starts_with("classic")), "{:?}", account.ours());
    assert_eq!(account.kept().phase, Phase::Draining);
    assert!(account.undrain().await.is_complete());
    assert_eq!(account.all(), before);
}

#[tokio::test]
async fn a_drain_that_may_not_be_seen_is_waited_out_and_not_taken_for_done() {
    let mut account = Account::new();
    let blind = Faults::action("DescribeTargetHealth", Fault::Denied);
    let report = drain_with(&mut account, &blind, 1..usize::MAX).await;
    assert_eq!(report.missing().count(), 6);
    for (_, ending) in report.missing() {
        let Ending::Overdue { trouble: Some(trouble), .. } = ending else { panic!("{ending}") };
        assert!(trouble.message.contains("AccessDenied"), "{trouble}");
    }
    assert!(account.ours().is_empty(), "it was drained all the same: {:?}", account.ours());
    assert!(account.undrain().await.is_complete());
}

#[tokio::test]
async fn a_plan_with_an_unanswered_question_is_an_error_and_not_a_part() {
    for action in ["DescribeTargetHealth", "DescribeLoadBalancerAttributes", "DescribeTargetGroupAttributes"] {
        let account = Account::new();
        account.fake.misbehave(Faults::action(action, Fault::Denied));
        let error = account.drains().places(&["i-1".to_owned()]).await.unwrap_err();
        assert!(error.remedy.contains(action), "{}", error.remedy);
    }
}
