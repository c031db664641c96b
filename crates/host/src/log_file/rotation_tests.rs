use super::*;

fn at(text: &str) -> Timestamp {
    text.parse::<Zoned>().unwrap().timestamp()
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn next(unit: Unit, interval: u32, from: &str) -> String {
    let next = Rotation::new(unit, interval, 0).unwrap().next(at(from), &berlin());
    next.to_zoned(berlin()).strftime("%F %T").to_string()
}

fn name(unit: Unit, interval: u32, due: &str) -> String {
    let rotation = Rotation::new(unit, interval, 0).unwrap();
    let name = rotation.name(Path::new("x.log"), at(due), at(due), &berlin());
    assert!(rotation.is_date(name.to_str().unwrap().strip_prefix("x.log.").unwrap().as_bytes()));
    name.display().to_string()
}

#[test]
fn units_are_read_in_any_case() {
    for (text, unit) in [
        ("s", Unit::Seconds),
        ("M", Unit::Minutes),
        ("h", Unit::Hours),
        ("D", Unit::Days),
        ("Midnight", Unit::Midnight),
        ("w0", Unit::Week(0)),
        ("W6", Unit::Week(6)),
    ] {
        assert_eq!(text.parse(), Ok(unit), "{text}");
    }
    for text in ["", "W", "W7", "w-1", "week", "W00", "é", "days"] {
        assert_eq!(text.parse::<Unit>(), Err(RotationError::UnknownUnit(text.to_owned())));
    }
    assert_eq!(Rotation::new(Unit::Days, 0, 7), Err(RotationError::NoInterval));
}

#[test]
fn fixed_units_count_from_the_last_writing() {
    assert_eq!(next(Unit::Seconds, 90, "2030-01-31T23:59:00[Europe/Berlin]"), "2030-02-01 00:00:30");
    assert_eq!(next(Unit::Days, 1, "2030-01-31T11:00:00[Europe/Berlin]"), "2030-02-01 11:00:00");
    assert_eq!(next(Unit::Days, 1, "2030-03-30T12:00:00[Europe/Berlin]"), "2030-03-31 13:00:00", "24 hours");
}

#[test]
fn midnights_and_weeks_follow_the_calendar() {
    assert_eq!(next(Unit::Midnight, 1, "2030-01-31T00:00:00[Europe/Berlin]"), "2030-02-01 00:00:00");
    assert_eq!(next(Unit::Midnight, 1, "2030-03-31T01:00:00[Europe/Berlin]"), "2030-04-01 00:00:00", "a short day");
    assert_eq!(next(Unit::Midnight, 3, "2030-01-31T11:00:00[Europe/Berlin]"), "2030-02-03 00:00:00");
    // 28 January 2030 is a Monday: its week ends with it, at the midnight that follows.
    assert_eq!(next(Unit::Week(0), 1, "2030-01-28T11:00:00[Europe/Berlin]"), "2030-01-29 00:00:00");
    assert_eq!(next(Unit::Week(0), 1, "2030-01-29T11:00:00[Europe/Berlin]"), "2030-02-05 00:00:00");
    assert_eq!(next(Unit::Week(6), 1, "2030-01-28T11:00:00[Europe/Berlin]"), "2030-02-04 00:00:00");
    assert_eq!(next(Unit::Week(0), 2, "2030-01-28T11:00:00[Europe/Berlin]"), "2030-02-05 00:00:00");
}

#[test]
fn names_are_those_of_the_beginning() {
    assert_eq!(name(Unit::Seconds, 30, "2030-01-31T00:00:00[Europe/Berlin]"), "x.log.2030-01-30_23-59-30");
    assert_eq!(name(Unit::Minutes, 1, "2030-01-31T00:00:30[Europe/Berlin]"), "x.log.2030-01-30_23-59");
    assert_eq!(name(Unit::Hours, 1, "2030-01-31T00:00:00[Europe/Berlin]"), "x.log.2030-01-30_23");
    assert_eq!(name(Unit::Midnight, 1, "2030-04-01T00:00:00[Europe/Berlin]"), "x.log.2030-03-31", "a short day");
    assert_eq!(name(Unit::Midnight, 1, "2030-10-28T00:00:00[Europe/Berlin]"), "x.log.2030-10-27", "a long day");
    assert_eq!(name(Unit::Midnight, 3, "2030-04-01T00:00:00[Europe/Berlin]"), "x.log.2030-03-29");
    assert_eq!(name(Unit::Hours, 1, "2030-03-31T03:30:00[Europe/Berlin]"), "x.log.2030-03-31_03", "as Python has it");
    assert_eq!(name(Unit::Week(6), 1, "2030-02-04T00:00:00[Europe/Berlin]"), "x.log.2030-01-28");
}

#[test]
fn what_no_calendar_holds_is_never_due() {
    for unit in [Unit::Seconds, Unit::Midnight, Unit::Week(3)] {
        let rotation = Rotation::new(unit, u32::MAX, 0).unwrap();
        let far = rotation.next(Timestamp::MAX, &berlin());
        assert_eq!(far, Timestamp::MAX);
        assert!(rotation.next(Timestamp::MIN, &berlin()) > Timestamp::MIN);
        rotation.name(Path::new("x.log"), Timestamp::MIN, Timestamp::MAX, &berlin());
    }
}
