use super::*;
use bellwether_testkit::store::fixtures::job;

fn change(entries: usize) -> Change {
    let items = EntryItems { entry: Item::new(), line: Item::new() };
    Change {
        record: Some(RecordChange { item: Item::new(), expected: Some(1) }),
        entries: vec![items; entries],
        jobs: BTreeSet::from([job("j")]),
    }
}

fn judged(change: &Change, codes: &[&str]) -> Attempt {
    let reasons = codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
    change.judge(&TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons)).build())
}

const NONE: &str = "None";
const FAILED: &str = CONDITION_FAILED;

#[test]
fn a_record_that_is_another_is_a_conflict_whatever_else_is_wrong() {
    for rest in [NONE, FAILED, "TransactionConflict"] {
        let attempt = judged(&change(1), &[FAILED, rest, NONE, NONE]);
        assert!(matches!(attempt, Attempt::Finished(Written::Conflict)), "{attempt:?}");
    }
}

#[test]
fn entries_that_are_there_are_told_by_their_places() {
    let Attempt::There(places) = judged(&change(3), &[NONE, FAILED, NONE, NONE, NONE, FAILED, NONE, NONE]) else {
        panic!("not there")
    };
    assert_eq!(places, [0, 2]);
    let mut left = change(3);
    left.entries[1].line = Key::job(&job("kept")).into_item();
    left.leave_out(&places);
    assert_eq!(left.entries.len(), 1);
    assert_eq!(left.entries[0].line, Key::job(&job("kept")).into_item());
    let without_record = Change { record: None, ..change(1) };
    assert!(matches!(judged(&without_record, &[FAILED, NONE, NONE]), Attempt::There(places) if places == [0]));
}

#[test]
fn a_transaction_in_the_way_may_be_over_soon() {
    for codes in [["TransactionConflict", NONE], [NONE, "TransactionConflict"], [NONE, "ThrottlingError"]] {
        let Attempt::Failed(failure) = judged(&change(0), &codes) else { panic!("not failed") };
        assert!(failure.is_passing() && failure.certainly_not_done(), "{failure:?}");
    }
}

#[test]
fn other_reasons_are_final_and_nothing_was_written() {
    for codes in [&[NONE, "ValidationError", NONE, NONE][..], &[NONE; 4], &[]] {
        let Attempt::Failed(failure) = judged(&change(1), codes) else { panic!("not failed") };
        assert!(!failure.is_passing() && failure.certainly_not_done(), "{failure:?}");
    }
}
