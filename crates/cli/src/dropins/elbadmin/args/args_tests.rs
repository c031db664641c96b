use super::*;

fn parsed(words: &[&str]) -> Parsed {
    parse(&words.iter().map(OsString::from).collect::<Vec<_>>())
}

fn command(words: &[&str]) -> Command {
    match parsed(words) {
        Parsed::Run(Request { command, .. }) => command,
        other => panic!("{words:?}: {other:?}"),
    }
}

fn with(action: Action) -> Command {
    Command::With("web".to_owned(), action)
}

#[test]
fn every_command_is_read_by_all_its_names_in_any_case() {
    for word in ["list", "ls", "LIST", "Ls"] {
        assert_eq!(command(&[word]), Command::List);
    }
    let ids = || vec!["i-1".parse().unwrap(), "i-2".parse().unwrap()];
    for (words, action) in [
        (&["get"][..], Action::Get),
        (&["Delete"], Action::Delete),
        (&["REAP"], Action::Reap),
        (&["rml", "80", "443"], Action::RemoveListeners(vec![80, 443])),
    ] {
        let words = [&[words[0], "web"], &words[1..]].concat();
        assert_eq!(command(&words), with(action));
    }
    for word in ["add", "put", "PUT"] {
        assert_eq!(command(&[word, "web", "i-1", "i-2"]), with(Action::Add(ids())));
    }
    for word in ["remove", "rm", "Rm"] {
        assert_eq!(command(&[word, "web", "i-1", "i-2"]), with(Action::Remove(ids())));
    }
    for word in ["enable", "en"] {
        assert_eq!(command(&[word, "web", "eu-west-1a"]), with(Action::Enable("eu-west-1a".parse().unwrap())));
    }
    assert_eq!(command(&["disable", "web", "eu-west-1a"]), with(Action::Disable("eu-west-1a".parse().unwrap())));
}

#[test]
fn listeners_and_zones_come_from_the_options() {
    let certificate = "443,80,https,arn:aws:iam::123456789012:server-certificate/web";
    let words = ["create", "web", "-z", "eu-west-1a", "-l", "80,8080,http", "-z", "eu-west-1b", "-l", certificate];
    let Command::Create { name, zones, listeners } = command(&words) else { panic!("it is a create") };
    assert_eq!((name.as_str(), zones.len(), listeners.len()), ("web", 2, 2));
    assert!(listeners[1].certificate.is_some());
    let Command::With(_, Action::AddListeners(listeners)) = command(&["addl", "web", "-l", certificate]) else {
        panic!("it is an addl")
    };
    assert!(listeners[0].certificate.is_some(), "addl keeps the certificate");
}

#[test]
fn what_lacks_is_told_in_the_order_of_elbadmin() {
    let lacks = |words: &[&str], what: &str, status| {
        assert_eq!(command(words), Command::Lacks(what.to_owned(), status), "{words:?}");
    };
    lacks(&["create"], "-l option required for command create", 1);
    lacks(&["create", "web", "-l", "x"], "-z option required for command create", 1);
    lacks(&["ADDL"], "-l option required for command addl", 1);
    lacks(&["rml"], "port required", 2);
    lacks(&["rml", "web"], "port required", 2);
}

#[test]
fn what_elbadmin_met_with_silence_or_a_traceback_is_a_usage_error() {
    for words in [
        &["nix"][..],
        &["get"],
        &["get", ""],
        &["delete", "web", "db"],
        &["list", "web"],
        &["add", "web"],
        &["add", "web", "80"],
        &["rm", "web"],
        &["en", "web"],
        &["en", "web", "eu-west-1a", "eu-west-1b"],
        &["rml", "web", "http"],
        &["rml", "web", "0"],
        &["addl", "web", "-l", "80"],
        &["addl", "web", "-l", "443,80,ssl"],
        &["create", "my_web", "-z", "eu-west-1a", "-l", "80,80,tcp"],
        &["create", "web", "-z", "-", "-l", "80,80,tcp"],
    ] {
        assert!(matches!(parsed(words), Parsed::Wrong(_)), "{words:?}");
    }
}

#[test]
fn an_empty_region_is_none_and_no_command_is_nothing() {
    let region = |words: &[&str]| match parsed(words) {
        Parsed::Run(request) => request.region,
        other => panic!("{other:?}"),
    };
    assert_eq!(region(&["ls", "-r", "eu-west-1"]).as_deref(), Some("eu-west-1"));
    assert_eq!(region(&["ls", "-r", ""]), None);
    assert_eq!(parsed(&[]), Parsed::Nothing);
    assert_eq!(parsed(&["-r", "eu-west-1"]), Parsed::Nothing);
}
