use super::*;

fn parsed(words: &[&str]) -> Parsed {
    parse(&words.iter().map(OsString::from).collect::<Vec<_>>())
}

fn options_of(words: &[&str]) -> Options {
    match parsed(words) {
        Parsed::Run(options) => options,
        other => panic!("{words:?}: {other:?}"),
    }
}

fn why_wrong(words: &[&str]) -> String {
    match parsed(words) {
        Parsed::Wrong(why) => why,
        other => panic!("{words:?}: {other:?}"),
    }
}

#[test]
fn the_command_says_what_is_asked_of_the_agents() {
    let text = |text: &str| Some(text.to_owned());
    for (words, request) in [
        (&[][..], Request::Ping),
        (&["-m"], Request::Count),
        (&["-c", "hostname -f"], Request::Shell("hostname -f".to_owned())),
        (&["-c", "file:///root/a.sh"], Request::Script("/root/a.sh".into(), None)),
        (&["--command=file://a.sh", "-p", "1 2"], Request::Script("a.sh".into(), text("1 2"))),
        (&["-p1", "-cs3://bucket/a.sh"], Request::S3("bucket/a.sh".to_owned(), text("1"))),
    ] {
        assert_eq!(options_of(words).request, request, "{words:?}");
    }
}

#[test]
fn facts_may_be_given_again_and_again() {
    let options = options_of(&["-w", "role=web,memcached", "--wf=a=b=c", "--wc", "x", "-n", "cpus=4", "--wof", "y"]);
    assert_eq!(options.filter.wf.as_deref(), Some("role=web,memcached,a=b=c,x"));
    assert_eq!(options.filter.wof.as_deref(), Some("cpus=4,y"));
    assert_eq!(options_of(&[]).filter, LegacyFilter::default());
}

#[test]
fn what_else_is_given_is_kept() {
    let options = options_of(&["-t", "30", "-q", "a", "--sqs-queue-prefix", "production", "-l", "/var/log/x"]);
    assert_eq!(options.timeout, Some(Duration::from_secs(30)));
    assert_eq!((options.prefix.as_deref(), options.log_file), (Some("production"), Some("/var/log/x".into())));
    assert_eq!(options_of(&["--sqs-queue", "b"]).prefix.as_deref(), Some("b"));
}

#[test]
fn what_would_reach_other_agents_than_those_meant_is_an_error() {
    assert!(
        why_wrong(&["-c", "file://a.sh", "-p", "1", "2", "-w", "role=web"]).starts_with("'2' belongs to no option")
    );
    for words in [&["-n", ""][..], &["-w", "role=web,"], &["-w", "=web"], &["-n", "a,,b"]] {
        assert!(why_wrong(words).ends_with("has a fact without a name"), "{words:?}");
    }
    assert!(why_wrong(&["-c", "cat file:///etc/hosts"]).contains("put that first"));
    assert_eq!(why_wrong(&["-c", " "]), "-c is empty");
    assert_eq!(why_wrong(&["-m", "-c", "id"]), "-m only counts; it cannot be given with -c");
}

#[test]
fn a_timeout_is_a_whole_number_of_seconds() {
    for text in ["2.5", "-1", "soon", "", "86401", "1e3"] {
        assert!(why_wrong(&["-t", text]).contains("whole number of seconds"), "{text}");
    }
    assert_eq!(options_of(&["-t", "0"]).timeout, Some(Duration::ZERO));
}

#[test]
fn parameters_without_a_script_are_told_of() {
    assert_eq!(options_of(&["-c", "id", "-p", "1"]).warnings.len(), 1);
    assert!(options_of(&["-c", "s3://b/k", "-p", "1"]).warnings.is_empty());
}

#[test]
fn help_comes_before_what_is_wrong_elsewhere() {
    assert_eq!(parsed(&["-c", "", "--help"]), Parsed::Help);
    assert_eq!(parsed(&["-h", "x"]), Parsed::Help);
    assert_eq!(why_wrong(&["--w", "x"]), "option --w not a unique prefix");
}
