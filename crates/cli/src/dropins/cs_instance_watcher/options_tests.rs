use super::super::args::{Parsed, parse};
use super::*;

fn read(words: &[&str]) -> Result<Options, Vec<String>> {
    match parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()) {
        Parsed::Given(given) => Options::read(&given, |name| name.long().to_owned()),
        other => panic!("{words:?}: {other:?}"),
    }
}

fn options(words: &[&str]) -> Options {
    read(words).unwrap_or_else(|wrong| panic!("{words:?}: {wrong:?}"))
}

fn rotated(unit: Unit, interval: u32, count: usize) -> Rotation {
    Rotation::new(unit, interval, count).unwrap()
}

#[test]
fn the_defaults_are_those_of_the_manual() {
    let expected = Options {
        polling_period: Duration::from_secs(10),
        ports: None,
        config: None,
        script_dir: "/etc/cs-instance-watcher.d/".into(),
        instance_state: None,
        stale_after: Duration::from_secs(300),
        forced: false,
        log_file: None,
        rotation: rotated(Unit::Days, 1, 7),
        unit: None,
        do_not_write_unit: false,
    };
    assert_eq!(options(&[]), expected);
}

#[test]
fn periods_go_from_1_to_60_seconds() {
    for (text, seconds) in [("0", 1), ("1", 1), ("15", 15), ("60", 60), ("61", 60), ("3600", 60)] {
        assert_eq!(options(&["--api-polling-period", text]).polling_period, Duration::from_secs(seconds), "{text}");
    }
    for text in ["-1", "soon", "1.5", "", "99999999999999999999"] {
        assert!(read(&["--api-polling-period", text]).is_err(), "{text}");
    }
}

#[test]
fn a_rotation_in_part_keeps_the_rest() {
    for (text, expected) in [
        ("h", rotated(Unit::Hours, 1, 7)),
        ("h,2", rotated(Unit::Hours, 2, 7)),
        ("W6,2,3", rotated(Unit::Week(6), 2, 3)),
        ("Midnight,,3", rotated(Unit::Midnight, 1, 3)),
        ("", rotated(Unit::Days, 1, 7)),
        ("d, 1, 10", rotated(Unit::Days, 1, 10)),
        ("s,1,0", rotated(Unit::Seconds, 1, 0)),
    ] {
        assert_eq!(options(&["--log-file-rotate", text]).rotation, expected, "{text}");
    }
    for text in ["x", "d,0", "d,x", "d,1,-1", "d,1,7,9", "7"] {
        assert!(read(&["--log-file-rotate", text]).is_err(), "{text}");
    }
}

#[test]
fn ports_are_ports() {
    let ports = options(&["--on", "443", "80"]).ports.unwrap();
    assert_eq!(ports.iter().collect::<Vec<_>>(), [80, 443]);
    for text in ["0", "65536", "-1", "http", "80,443", ""] {
        assert!(read(&["--on", "22", text]).is_err(), "{text}");
    }
}

#[test]
fn switches_are_on_when_bare_and_read_as_they_are_written() {
    for (words, forced) in [
        (&["--force"][..], true),
        (&["--force", "True"], true),
        (&["--force=true"], true),
        (&["--force", "False"], false),
        (&["--force=false"], false),
    ] {
        assert_eq!(options(words).forced, forced, "{words:?}");
    }
    assert!(read(&["--force", "maybe"]).is_err());
    assert_eq!(options(&["--generate-systemd", "/x", "--do-not-generate-systemd"]).unit_to_write(), None);
    let written = options(&["--generate-systemd", "/x", "--do-not-generate-systemd", "false"]);
    assert_eq!(written.unit_to_write(), Some(Path::new("/x")));
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let wrong = read(&["--on", "0", "--api", "x", "--instance-state", "../x", "--stale", "0", "--log-file", ""]);
    let wrong = wrong.unwrap_err();
    assert_eq!(wrong.len(), 5, "{wrong:?}");
    assert_eq!(wrong[0], "argument --api-polling-period: 'x' is no whole number of seconds");
}
