use super::*;

const PERIOD: Duration = Duration::from_secs(1);

fn at(seconds: u64) -> Mono {
    Mono::since_boot(Duration::from_secs(seconds))
}

fn names(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| number.to_string()).collect()
}

/// The next question after an answer with these messages, of which so many are new.
fn after(pace: &mut Pace, numbers: std::ops::Range<usize>, new: usize, now: u64) -> Ask {
    let names = names(numbers);
    let ids: Vec<&str> = names.iter().map(String::as_str).collect();
    pace.next(Answer { ids: &ids, new, took: Duration::from_millis(10) }, at(now), 0.5)
}

/// The questions until what lies in front is hidden.
fn until_hiding(pace: &mut Pace, now: u64) -> usize {
    (1..100).find(|_| after(pace, 0..10, 0, now).hidden > Duration::ZERO).unwrap()
}

#[test]
fn an_empty_queue_is_asked_with_long_polls_alone() {
    let mut pace = Pace::new(PERIOD);
    let whole = Answer { ids: &[], new: 0, took: LONG_POLL };
    assert_eq!(pace.next(whole, at(20), 0.5), Pace::first());
    let at_once = Answer { took: Duration::from_millis(100), ..whole };
    assert_eq!(pace.next(at_once, at(21), 0.5).pause, Duration::from_millis(900), "no busy loop");
}

#[test]
fn known_messages_are_asked_for_less_and_less_often_up_to_the_period() {
    let mut pace = Pace::new(PERIOD);
    assert_eq!(after(&mut pace, 0..3, 3, 0).pause, Duration::from_millis(100));
    let pauses: Vec<_> = (0..5).map(|_| after(&mut pace, 0..3, 0, 0).pause.as_millis()).collect();
    assert_eq!(pauses, [200, 400, 800, 1_000, 1_000]);
    assert_eq!(after(&mut pace, 0..4, 1, 0).pause, FIRST_PAUSE, "something is going on again");
}

#[test]
fn after_ten_new_ones_there_may_be_more() {
    assert_eq!(after(&mut Pace::new(PERIOD), 0..10, 10, 0), Pace::first());
}

#[test]
fn a_queue_that_gives_others_each_time_hides_nothing_from_anybody() {
    let mut pace = Pace::new(PERIOD);
    for round in 0..100 {
        let first = round % 5;
        let ask = after(&mut pace, first..first + 10, 0, 0);
        assert_eq!((ask.wait, ask.hidden), (Duration::ZERO, Duration::ZERO), "short polls ask other servers");
        assert!(ask.pause >= FIRST_PAUSE);
    }
}

#[test]
fn a_queue_that_gives_the_same_ten_for_ever_is_gone_through_and_then_left_alone() {
    let mut pace = Pace::new(PERIOD);
    assert_eq!(until_hiding(&mut pace, 100), STUCK_AFTER as usize);
    for page in 1..4 {
        assert_eq!(after(&mut pace, page * 10..page * 10 + 10, 10, 100), Pace::hide());
    }
    let rest = after(&mut pace, 40..42, 2, 100);
    assert_eq!((rest.pause, rest.hidden), (FIRST_PAUSE, Duration::ZERO));
    for _ in 0..20 {
        assert_eq!(after(&mut pace, 0..10, 0, 107).hidden, Duration::ZERO, "it rests");
    }
    assert_eq!(until_hiding(&mut pace, 108), 1);
}

#[test]
fn going_through_a_queue_comes_to_an_end() {
    let mut pace = Pace::new(PERIOD);
    until_hiding(&mut pace, 100);
    let asked = (1..1_000).find(|_| after(&mut pace, 0..10, 0, 100).hidden.is_zero()).unwrap();
    assert_eq!(asked, MOST_HIDING as usize);
}

#[test]
fn a_short_period_shortens_every_pause_and_none_is_nothing() {
    for (period, longest) in [(Duration::from_millis(50), 50), (Duration::ZERO, 20)] {
        let mut pace = Pace::new(period);
        for new in [3, 0, 0, 0] {
            assert_eq!(after(&mut pace, 0..3, new, 0).pause.as_millis(), longest);
        }
    }
}
