//! `lb delete` asks first.

use super::support::{empty_answers, end, holds, lb_at, parameters, refusal};

const QUESTION: &str = "delete web, api in eu-west-1 for good? [y/N] ";

#[test]
fn on_a_terminal_a_yes_deletes() {
    for answer in ["y\n", "Yes\n"] {
        let server = empty_answers();
        let screen = lb_at(&server.url(), "eu-west-1", &["delete", "web", "api"]).stdin(answer).on_terminal();
        assert_eq!(screen.code, Some(0), "{}", screen.text);
        holds(&screen.text, &[QUESTION, "web: gone", "api: gone"]);
        let names: Vec<_> =
            server.requests().iter().map(|request| parameters(request)["LoadBalancerName"].clone()).collect();
        assert_eq!(names, ["web", "api"]);
    }
}

#[test]
fn on_a_terminal_anything_else_deletes_nothing() {
    let server = empty_answers();
    for answer in ["n\n", "\n", "yesterday\n", "\u{4}"] {
        let screen = lb_at(&server.url(), "eu-west-1", &["delete", "web", "api"]).stdin(answer).on_terminal();
        assert_eq!(screen.code, Some(1), "{}", screen.text);
        holds(&screen.text, &[QUESTION, "nothing was deleted"]);
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn without_a_terminal_it_refuses_unless_it_is_told_not_to_ask() {
    let server = empty_answers();
    let run = || lb_at(&server.url(), "eu-west-1", &["delete", "web", "api"]).stdin("y\n");
    let (error, hint) = refusal(run(), 64);
    holds(&error, &["no terminal to ask on", "delete web, api in eu-west-1"]);
    holds(&hint, &["--yes", "--dry-run"]);
    assert_eq!(server.requests().len(), 0);
    end(run().arg("--yes"), 0);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn on_a_terminal_a_dry_run_and_a_yes_beforehand_ask_nothing() {
    let server = empty_answers();
    for flag in ["--dry-run", "--yes"] {
        let screen = lb_at(&server.url(), "eu-west-1", &["delete", "web", flag]).on_terminal();
        assert_eq!(screen.code, Some(0), "{}", screen.text);
        assert!(!screen.text.contains("[y/N]"), "{}", screen.text);
    }
    assert_eq!(server.requests().len(), 1);
}
