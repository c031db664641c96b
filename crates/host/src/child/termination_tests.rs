use super::*;

fn at(seconds: u64) -> Mono {
    Mono::since_boot(Duration::from_secs(seconds))
}

fn lease(term: u64, kill: u64) -> Deadline {
    Deadline { term_at: at(term), kill_at: at(kill) }
}

fn checked(termination: &mut Termination, now: Mono) -> Option<Order> {
    termination.check_lease(now);
    termination.check_timeout(now);
    termination.due(now)
}

fn with_timeout(seconds: u64) -> Termination {
    Termination::new(Some(at(seconds)), Duration::from_secs(5), None)
}

#[test]
fn a_timeout_asks_once_and_kills_once() {
    let mut termination = with_timeout(10);
    assert_eq!(checked(&mut termination, at(9)), None);
    assert_eq!(termination.next(), Some(at(10)));
    assert_eq!(checked(&mut termination, at(11)), Some(Order::Term));
    assert!(termination.timed_out());
    assert_eq!(termination.next(), Some(at(16)));
    assert_eq!(checked(&mut termination, at(15)), None);
    assert_eq!(checked(&mut termination, at(16)), Some(Order::Kill));
    assert_eq!(checked(&mut termination, at(17)), None);
    assert_eq!(termination.next(), None);
    assert_eq!(termination.burial_over(), Some(at(18)));
}

#[test]
fn a_renewed_lease_ends_nothing_and_an_old_one_ends_all() {
    let mut termination = Termination::new(None, Duration::ZERO, None);
    assert_eq!(termination.next(), None);
    termination.renew(lease(10, 12));
    assert_eq!(termination.for_guard(), (Some(at(10)), Some(at(12))));
    termination.renew(lease(20, 22));
    assert_eq!(checked(&mut termination, at(15)), None);
    assert_eq!(checked(&mut termination, at(20)), Some(Order::Term));
    assert!(!termination.timed_out());
    assert_eq!(termination.for_guard(), (None, Some(at(22))));
    assert_eq!(checked(&mut termination, at(22)), Some(Order::Kill));
}

#[test]
fn what_is_noticed_late_is_killed_at_once() {
    let mut termination = Termination::new(None, Duration::ZERO, None);
    termination.renew(lease(10, 12));
    assert_eq!(checked(&mut termination, at(100)), Some(Order::Kill));
    assert_eq!(checked(&mut termination, at(100)), None);
}

#[test]
fn an_order_can_bring_the_kill_forward_but_not_put_it_off() {
    let mut termination = with_timeout(10);
    termination.order(at(8));
    assert_eq!(checked(&mut termination, at(5)), Some(Order::Term));
    termination.order(at(30));
    assert_eq!(termination.next(), Some(at(8)));
    termination.order(at(6));
    assert_eq!(checked(&mut termination, at(6)), Some(Order::Kill));
    assert!(!termination.timed_out(), "an ordered end is not a timeout");
}

#[test]
fn the_guard_kills_at_the_earlier_of_lease_and_order() {
    let mut termination = Termination::new(None, Duration::ZERO, None);
    assert_eq!(termination.for_guard(), (None, None));
    termination.renew(lease(10, 12));
    termination.order(at(20));
    assert_eq!(termination.for_guard(), (None, Some(at(12))));
    termination.order(at(11));
    assert_eq!(termination.for_guard(), (None, Some(at(11))));
}

#[test]
fn the_rest_of_the_output_waits_for_its_reader_unless_the_end_was_ordered() {
    let mut termination = Termination::new(None, Duration::ZERO, None);
    assert_eq!(termination.output_until(at(5)), None);
    termination.order(at(7));
    assert_eq!(termination.output_until(at(5)), Some(at(7)));
    assert_eq!(termination.output_until(at(7)), Some(at(8)));
    assert_eq!(with_timeout(10).output_until(at(5)), Some(at(10)));
}
