//! The command line: options as Python's optparse takes them.

use bellwether_testkit::fake_elb::FakeAws;

use super::old::Both;
use crate::support::bellwether;

fn web() -> FakeAws {
    let aws = FakeAws::start();
    aws.change(|world| world.set_load_balancer("web", &[("i-1", "InService")]));
    aws
}

#[test]
fn options_are_taken_as_optparse_takes_them() {
    let aws = web();
    let both = Both::new(&aws.url());
    for words in [
        &["get", "web"][..],
        &["GET", "web"],
        &["get", "-z", "a", "web"],
        &["get", "web", "-zA", "--zon", "b", "--li=80,80,TCP"],
        &["--reg", "us-west-2", "get", "web", "-reu-west-1"],
        &["-r", "", "--region=eu-west-1", "--", "get", "web"],
        &["-z", "-l", "-l", "--", "get", "web"],
        &["get", "--", "-z"],
        &["Ls"],
        &["rml", "web"],
        &["create", "-z", "a"],
        &["create", "-l", "a"],
        &["addl"],
        &["-r", "nix!", "list"],
    ] {
        both.agree(words);
    }
}

#[test]
fn what_is_wrong_with_an_option_is_told_as_optparse_tells_it() {
    let aws = web();
    let both = Both::new(&aws.url());
    for words in [
        &["-x", "list"][..],
        &["list", "-1"],
        &["--nix", "list"],
        &["--zones=a", "list"],
        &["--=a", "list"],
        &["list", "-z"],
        &["list", "--li"],
        &["--help=1"],
        &["--vers=1"],
    ] {
        let (old, ours) = both.run(words);
        let last = |text: String| text.lines().last().map(str::to_owned);
        assert_eq!((old.code, ours.code), (Some(2), Some(2)), "{words:?}");
        assert_eq!(last(ours.stderr_text()), last(old.stderr_text()), "{words:?}");
        assert!(ours.stderr_text().starts_with("Usage: elbadmin [options] [command]\nCommands:\n"), "{words:?}");
        assert_eq!((ours.stdout_text(), old.stdout_text()), (String::new(), String::new()), "{words:?}");
    }
    assert_eq!(aws.log().len(), 0);
}

#[test]
fn help_lists_the_same_commands_and_options() {
    let both = Both::new("http://127.0.0.1:9");
    let (old, ours) = both.run(&["--help"]);
    for word in
        ["list|ls", "get", "create", "delete", "add", "remove|rm", "reap", "enable|en", "disable", "addl", "rml"]
    {
        for done in [&old, &ours] {
            assert!(done.stdout_text().contains(&format!("\n    {word}")), "{word}: {}", done.stdout_text());
        }
    }
    for option in ["--version", "-h, --help", "--zone=", "--listener=", "--region="] {
        assert!(old.stdout_text().contains(option) && ours.stdout_text().contains(option), "{option}");
    }
    assert_eq!((old.code, ours.code), (Some(0), Some(0)));
}

#[test]
fn without_a_command_help_is_printed_and_the_status_is_1() {
    let both = Both::new("http://127.0.0.1:9");
    let (old, ours) = both.run(&[]);
    assert_eq!((old.code, ours.code), (Some(1), Some(1)));
    assert_eq!(ours.stdout_text(), both.ours(&["-h"]).finish().stdout_text());
    assert_eq!(old.stdout_text(), both.old(&["-h"]).finish().stdout_text());
}

#[test]
fn it_goes_by_its_name_or_by_the_first_argument() {
    let both = Both::new("http://127.0.0.1:9");
    let named = both.ours_bare(&["--version"]).finish().expect_code(0).stdout_text();
    assert!(named.starts_with("0.2 (bellwether "), "{named}");
    let by_argument = both.our_home.run(bellwether()).args(["elbadmin", "--version"]).finish().expect_code(0);
    assert_eq!(by_argument.stdout_text(), named);
    let other = both.our_home.called("elbadmin2", bellwether());
    both.our_home.run(other).arg("list").finish().expect_code(64);
}
