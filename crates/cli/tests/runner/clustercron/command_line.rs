//! The command line: options end at the kind, and the command is taken verbatim.

use super::support::{Node, with_keys};
use crate::support::bellwether;

const USAGE: &str = "Usage:\n    clustercron [options] elb <load_balancer_name> [<cron_command>]";

#[test]
fn the_command_is_taken_verbatim_with_its_own_options() {
    let node = Node::chosen();
    let words = ["-v", "--help", "-o", "elb", "alb", "--", "", "two words", "--cache", "-x"];
    let run = node.clustercron(&["-o", "elb", "web", "printf", "[%s]\\n"]).args(words);
    let done = run.finish().expect_code(0);
    let expected: String = words.iter().map(|word| format!("[{word}]\n")).collect();
    assert_eq!((done.stdout_text(), done.stderr_text()), (expected, String::new()));
}

#[test]
fn no_shell_has_a_hand_in_it() {
    let node = Node::chosen();
    let words =
        ["$HOME", "`touch ran`", "$(touch ran)", "; touch ran", "> ran", "| tee ran", "*", "~", "a\nb", "'\"\\"];
    let done = node.clustercron(&["-o", "elb", "web", "printf", "[%s]"]).args(words).finish().expect_code(0);
    assert_eq!(done.stdout_text(), words.iter().map(|word| format!("[{word}]")).collect::<String>());
    assert!(!node.file("ran").exists());
    // One word is one program, even when it looks like a command line.
    node.clustercron(&["elb", "web", "touch ran"]).finish().expect_code(2);
    assert!(!node.file("ran").exists());
}

#[test]
fn the_command_gets_standard_input_environment_and_directory() {
    let node = Node::chosen();
    let script = "cat; echo \"$COLOUR\"; pwd -P";
    let run = node.clustercron(&["-o", "elb", "web", "sh", "-c", script]).stdin("from stdin\n").env("COLOUR", "blue");
    let done = run.finish().expect_code(0);
    let home = node.sandbox.home().canonicalize().unwrap();
    assert_eq!(done.stdout_text(), format!("from stdin\nblue\n{}\n", home.display()));
}

#[test]
fn options_may_stand_in_any_order_and_together() {
    let node = Node::chosen();
    for options in [&["-v", "-o"][..], &["-o", "--verbose"], &["-ov"], &["--output", "-v"]] {
        let run = node.clustercron(options).args(["elb", "web", "echo", "test"]);
        let done = run.finish().expect_code(0);
        assert_eq!(done.stdout_text(), "test\n", "{options:?}");
        assert!(done.stderr_text().contains("run command: echo test"), "{options:?}");
        assert!(!done.stderr_text().contains("DEBUG"), "{options:?}");
    }
}

#[test]
fn usage_errors_are_3_on_standard_error_and_ask_nobody() {
    let node = Node::chosen();
    for (words, why) in [
        (&[][..], "neither 'elb' nor 'alb' is given"),
        (&["-v"], "neither 'elb' nor 'alb' is given"),
        (&["elb"], "'elb' must be followed by a name"),
        (&["alb"], "'alb' must be followed by a name"),
        (&["elb", ""], "the name is not usable"),
        (&["nlb", "web"], "'nlb' is not 'elb' or 'alb'"),
        (&["-x", "elb", "web", "touch", "ran"], "'-x' is not an option"),
        (&["-vx", "elb", "web", "touch", "ran"], "'-vx' is not an option"),
        (&["--verbos", "elb", "web", "touch", "ran"], "'--verbos' is not an option"),
        (&["--output=yes", "elb", "web", "touch", "ran"], "'--output=yes' is not an option"),
        (&["--", "elb", "web", "touch", "ran"], "'--' is not an option"),
        (&["-", "elb", "web"], "'-' is not"),
        (&["elb", "-v", "web", "touch", "ran"], "'-v' is not a name"),
        (&["elb", "web", "-v", "touch", "ran"], "the command cannot start with '-v'"),
        (&["elb", "web", "--", "touch", "ran"], "the command cannot start with '--'"),
    ] {
        let done = node.clustercron(words).finish().expect_code(3);
        assert_eq!(done.stdout_text(), "", "{words:?}");
        assert!(done.stderr_text().contains(why), "{words:?}: {}", done.stderr_text());
        assert!(done.stderr_text().contains(USAGE), "{words:?}: {}", done.stderr_text());
    }
    assert!(!node.file("ran").exists());
    assert!(node.imds.requests().is_empty() && node.aws.log().is_empty());
}

#[test]
fn help_is_0_on_standard_output() {
    let node = Node::chosen();
    for words in [&["--help"][..], &["-h"], &["-v", "--help", "elb"], &["-vh"]] {
        let done = node.clustercron(words).finish().expect_code(0);
        assert_eq!(done.stderr_text(), "", "{words:?}");
        assert!(done.stdout_text().contains(USAGE), "{words:?}");
        for option in ["-v --verbose", "-s --syslog", "-c --cache", "-o --output"] {
            assert!(done.stdout_text().contains(option), "{option}");
        }
    }
    assert!(node.imds.requests().is_empty());
}

#[test]
fn version_is_0_on_standard_output() {
    let done = Node::chosen().clustercron(&["--version"]).finish().expect_code(0);
    assert!(done.stdout_text().starts_with("1.0.1 (bellwether "), "{}", done.stdout_text());
    assert_eq!(done.stderr_text(), "");
}

#[test]
fn it_goes_by_its_name_or_by_the_first_argument() {
    let node = Node::chosen();
    let env = |run: bellwether_testkit::process::Run| {
        with_keys(run).env("AWS_ENDPOINT_URL", node.aws.url()).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", node.imds.url())
    };
    let words = ["-o", "elb", "web", "echo", "test"];
    let by_argument = node.sandbox.run(bellwether()).arg("clustercron").args(words);
    assert_eq!(env(by_argument).finish().expect_code(0).stdout_text(), "test\n");
    assert_eq!(node.clustercron(&words).finish().expect_code(0).stdout_text(), "test\n");
    for name in ["my-clustercron", "clustercron2", "clustercron.py"] {
        let link = node.sandbox.called(name, bellwether());
        let done = env(node.sandbox.run(link).args(["elb", "web", "touch", "ran"])).finish();
        assert_eq!(done.code, Some(64), "{name} is not the drop-in: {}", done.stderr_text());
    }
    assert!(!node.file("ran").exists());
}
