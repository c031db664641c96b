//! What is wrong is told before anything is sent.

use super::support::{CHANGES, empty_answers, end, holds, lb_at, refusal, words};

/// Command lines that clap itself refuses, and what is told.
const REFUSED: &[(&str, &[&str])] = &[
    ("create web_1 --listener 80:80/http --zone a", &["web_1", "1 to 32 letters"]),
    ("create web --zone eu-west-1a", &["--listener"]),
    ("create web --listener 80:80/gopher --zone eu-west-1a", &["gopher", "http, https, tcp or ssl"]),
    ("create web --listener 443:80/https --zone eu-west-1a", &["443", "certificate"]),
    ("create web --listener 80:80/http --zone Europe", &["Europe", "eu-west-1a"]),
    ("create web --listener 80:80/http --zone eu-west-1a --scheme open", &["open", "internal"]),
    ("create web --listener 80:80/http --zone eu-west-1a --tag aws:x=y", &["aws:"]),
    ("health-check web", &["--target", "--interval"]),
    ("health-check web --target http:8080", &["no path", "http:8080/health"]),
    ("health-check web --target tcp:0", &["1 to 65535"]),
    ("health-check web --target gopher:70/", &["gopher"]),
    ("health-check web --interval soon", &["whole seconds"]),
    ("listener add web 80", &["PORT:INSTANCE-PORT/PROTOCOL"]),
    ("listener remove web 0", &["65535"]),
    ("zone enable web", &["<ZONE>"]),
    ("subnet attach web sg-1", &["sg-1", "subnet-0123456789abcdef0"]),
    ("security-group set web subnet-1", &["subnet-1", "sg-0123456789abcdef0"]),
    ("instance register web i_1", &["i_1", "i-0123456789abcdef0"]),
    ("instance deregister web", &["<INSTANCE-ID>"]),
    ("attribute set web idle-timeout", &["KEY=VALUE"]),
    ("attribute set web idel-timeout=5", &["idel-timeout", "known are", "idle-timeout"]),
    ("certificate set web 443 certificate", &["ARN"]),
    ("policy create web p", &["--lb-cookie", "--app-cookie", "--type"]),
    ("policy create web p --lb-cookie --app-cookie x", &["cannot be used with"]),
    ("policy create web p --app-cookie a=b", &["a=b", "JSESSIONID"]),
    ("policy create web p --app-cookie x --expires 5m", &["--lb-cookie"]),
    ("policy create web p --lb-cookie --expires 500ms", &["whole seconds"]),
    ("policy create web p --lb-cookie --attribute a=b", &["--type"]),
    ("policy apply web p", &["--port", "--instance-port"]),
    ("policy apply web --port 80", &["<POLICY>"]),
    ("policy apply web --port 80 p --none", &["--none"]),
    ("policy list", &["<NAME-OR-GLOB>"]),
    ("tag add web", &["<KEY=VALUE>"]),
    ("show", &["<NAME-OR-GLOB>"]),
    ("show a/b", &["a/b"]),
    ("list [ab]*", &["[ab]*", "* for any characters"]),
];

/// Command lines of which each part is right, and what is told.
const WRONG_TOGETHER: &[(&str, &[&str])] = &[
    ("create web --listener 80:80/http", &["no zone and no subnet"]),
    ("create web --listener 80:80/http --zone eu-west-1a --subnet subnet-1", &["both zones and subnets"]),
    ("create web --listener 80:80/http --listener 80:81/tcp --zone eu-west-1a", &["two listeners on port 80"]),
    ("create web --listener 80:80/http --zone eu-west-1a --tag a=1 --tag a=2", &["two tags"]),
    ("listener add web 80:80/http 80:81/http", &["two listeners on port 80"]),
    ("health-check web --interval 600", &["600"]),
    ("health-check web --timeout 61", &["61"]),
    ("health-check web --healthy 1", &["healthy threshold"]),
    ("health-check web --interval 10 --timeout 10", &["not below the interval"]),
    ("attribute set web idle-timeout=0", &["idle timeout"]),
    ("attribute set web idle-timeout=5 idle-timeout=6", &["twice"]),
    ("attribute set web access-log=false access-log-bucket=b", &["while access-log is off"]),
    ("attribute set web desync-mode=lax", &["lax"]),
    ("tag add web a=1 a=2", &["two tags"]),
];

#[test]
fn what_is_wrong_in_itself_is_refused_and_nothing_is_sent() {
    let server = empty_answers();
    for (line, parts) in REFUSED {
        let done = end(lb_at(&server.url(), "eu-west-1", &words(line)), 64);
        assert_eq!(done.stdout_text(), "", "{line}");
        holds(&done.stderr_text(), parts);
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn what_does_not_go_together_is_refused_and_nothing_is_sent() {
    let server = empty_answers();
    for (line, parts) in WRONG_TOGETHER {
        let (error, hint) = refusal(lb_at(&server.url(), "eu-west-1", &words(line)), 64);
        holds(&error, parts);
        assert!(!hint.is_empty(), "{line}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_change_takes_no_pattern() {
    let server = empty_answers();
    for (line, _) in CHANGES {
        let line = line.replacen(" web", " we*", 1);
        let done = end(lb_at(&server.url(), "eu-west-1", &words(&line)), 64);
        holds(&done.stderr_text(), &["'we*' is a pattern", "exact names", "bellwether lb list"]);
    }
    assert_eq!(server.requests().len(), 0);
}
