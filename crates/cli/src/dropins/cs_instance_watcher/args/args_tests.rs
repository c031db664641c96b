use super::*;

fn parsed(words: &[&str]) -> Parsed {
    parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

fn given(words: &[&str]) -> Vec<(&'static str, Vec<String>)> {
    match parsed(words) {
        Parsed::Given(given) => given.into_iter().map(|(name, values)| (name.long(), values)).collect(),
        other => panic!("{words:?}: {other:?}"),
    }
}

fn wrong(words: &[&str]) -> String {
    match parsed(words) {
        Parsed::Wrong(why) => why,
        other => panic!("{words:?}: {other:?}"),
    }
}

const PORTS: &str = "--on-draining-block-new-connections-to-ports";

#[test]
fn several_values_end_at_the_next_option() {
    assert_eq!(
        given(&[PORTS, "80", "443", "--log-file", "/var/log/x.log"]),
        [(PORTS, vec!["80".to_owned(), "443".to_owned()]), ("--log-file", vec!["/var/log/x.log".to_owned()])]
    );
}

#[test]
fn a_value_may_follow_an_equals_sign_and_is_then_the_only_one() {
    assert_eq!(given(&["--api=5"]), [("--api-polling-period", vec!["5".to_owned()])]);
    assert_eq!(given(&["--script-dir=a=b"]), [("--script-dir", vec!["a=b".to_owned()])]);
    assert_eq!(given(&["--on=80"]), [(PORTS, vec!["80".to_owned()])]);
    assert_eq!(wrong(&["--on=80", "443"]), "unrecognized arguments: 443");
    assert!(wrong(&["--help=x"]).contains("takes no value"));
}

#[test]
fn the_last_one_counts() {
    assert_eq!(given(&[PORTS, "80", "443", "--on", "22"]), [(PORTS, vec!["22".to_owned()])]);
}

#[test]
fn a_bare_switch_is_on() {
    assert_eq!(given(&["--force"]), [("--force", vec!["true".to_owned()])]);
    assert_eq!(given(&["--force", "False"]), [("--force", vec!["False".to_owned()])]);
    let both = given(&["--force", "--do-not"]);
    assert_eq!(both.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["--force", "--do-not-generate-systemd"]);
}

#[test]
fn numbers_below_zero_and_sentences_are_values() {
    assert_eq!(given(&["--api", "-5"]), [("--api-polling-period", vec!["-5".to_owned()])]);
    assert_eq!(given(&["--script", "-my scripts"]), [("--script-dir", vec!["-my scripts".to_owned()])]);
    assert_eq!(wrong(&["--script", "-x"]), "argument --script-dir: expected one argument");
}

#[test]
fn what_is_unknown_is_told_together() {
    assert_eq!(wrong(&["start", "-x", "--force", "false", "--verbose", "y"]), {
        "unrecognized arguments: start -x --verbose y"
    });
    assert_eq!(wrong(&["--config"]), "argument --config: expected one argument");
    assert_eq!(wrong(&[PORTS]), format!("argument {PORTS}: expected at least one argument"));
    assert_eq!(wrong(&["--on", "80", "--", "443"]), "unrecognized arguments: 443");
    assert_eq!(wrong(&["--st=1", "--s", "x"]), {
        "ambiguous option: --s could match --script-dir, --stale-context-timeout"
    });
}

#[test]
fn help_comes_before_what_is_unknown() {
    for words in [&["-h"][..], &["--help"], &["--he"], &["x", "--force", "-h"]] {
        assert_eq!(parsed(words), Parsed::Help, "{words:?}");
    }
    assert_eq!(given(&["--"]), []);
}
