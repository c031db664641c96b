use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::fleet::bytes::Bytes;
use crate::fleet::request::{Command, Run};

fn run(command: Command) -> Run {
    Run {
        command,
        stdin: Bytes::default(),
        env: BTreeMap::new(),
        user: None,
        directory: None,
        timeout_ms: 1_000,
        output_limit: 1_000,
    }
}

fn argv(words: &[&str]) -> Action {
    Action::Run(Box::new(run(Command::Argv(words.iter().map(|&word| word.to_owned()).collect()))))
}

fn shell(line: &str) -> Action {
    Action::Run(Box::new(run(Command::Shell(line.to_owned()))))
}

fn script(text: &str) -> Action {
    Action::Run(Box::new(run(Command::Script { text: text.to_owned(), args: vec!["any".to_owned()] })))
}

fn with(change: impl FnOnce(&mut Run)) -> Action {
    let mut run = run(Command::Argv(vec!["id".to_owned()]));
    change(&mut run);
    Action::Run(Box::new(run))
}

fn decide(policy: &str, caller: &str, action: &Action) -> Decision {
    let policy = Policy::parse(policy).unwrap();
    let mut facts = Facts::default();
    facts.insert("role", "web");
    policy.decide(Asked { caller: &caller.parse().unwrap(), action, own_user: "root", facts: Some(&facts) })
}

fn allows(policy: &str, caller: &str, action: &Action) -> bool {
    matches!(decide(policy, caller, action), Decision::Allowed(_))
}

#[test]
fn without_rules_nothing_runs_and_everybody_trusted_may_ping() {
    for policy in ["", "open = ['ping', 'facts']"] {
        assert!(allows(policy, "ops", &Action::Ping) && allows(policy, "ops", &Action::Facts));
        for action in [argv(&["true"]), shell("true"), script("#!/bin/sh\n")] {
            assert!(!allows(policy, "ops", &action), "{action:?}");
        }
    }
    let closed = "open = []\n[[allow]]\ncallers = ['ops']\nactions = ['ping']";
    assert!(allows(closed, "ops", &Action::Ping) && !allows(closed, "dev", &Action::Ping));
    assert!(!allows(closed, "ops", &Action::Facts));
}

#[test]
fn a_rule_is_for_its_callers_actions_and_nodes() {
    let policy = "[[allow]]\nname = 'all'\ncallers = ['ops', 'deploy-*']\nactions = ['argv']\nwhere = 'role=web'";
    assert_eq!(decide(policy, "deploy-1", &argv(&["id"])), Decision::Allowed("all".to_owned()));
    let denied = |policy: &str, caller: &str, action: &Action, part: &str| match decide(policy, caller, action) {
        Decision::Denied(why) => assert!(why.contains(part), "{why}"),
        allowed => panic!("{allowed:?}"),
    };
    denied(policy, "dev", &argv(&["id"]), "no rule allows anything to dev");
    denied(policy, "ops", &shell("id"), "the nearest, 'all': it is for other actions");
    denied(&policy.replace("web", "db"), "ops", &argv(&["id"]), "other nodes");
}

#[test]
fn commands_match_argument_by_argument() {
    let policy = "[[allow]]\ncallers = ['*']\nactions = ['argv']\n\
                  commands = ['uptime', 'systemctl restart *', \"grep 'a b' **\"]";
    for words in [&["uptime"][..], &["systemctl", "restart", "ng inx"], &["grep", "a b"], &["grep", "a b", "x", "y"]] {
        assert!(allows(policy, "x", &argv(words)), "{words:?}");
    }
    for words in [
        &[][..],
        &["uptime", "-p"],
        &["/tmp/uptime"],
        &["uptime; reboot"],
        &["systemctl", "restart"],
        &["systemctl", "restart", "a", "b"],
        &["systemctl restart a"],
        &["grep"],
    ] {
        assert!(!allows(policy, "x", &argv(words)), "{words:?}");
    }
}

#[test]
fn patterns_match_whole_lines_alone() {
    let policy = r#"
        [[allow]]
        callers = ["*"]
        actions = ["argv", "shell"]
        patterns = ["uptime|id", "systemctl restart [a-z]+", "(?i)echo '.*'"]"#;
    for line in ["uptime", "id", "systemctl restart nginx", "ECHO 'a'"] {
        assert!(allows(policy, "x", &shell(line)), "{line}");
    }
    for line in ["uptime; reboot", "uptime\n", "uptime\nreboot", " id", "idx", "systemctl restart a b", ""] {
        assert!(!allows(policy, "x", &shell(line)), "{line:?}");
    }
    assert!(allows(policy, "x", &argv(&["systemctl", "restart", "nginx"])));
    assert!(allows(policy, "x", &argv(&["echo", "a b"])));
    // One argument with a blank is not two arguments.
    assert!(!allows(policy, "x", &argv(&["systemctl restart", "nginx"])));
    assert!(!allows(policy, "x", &argv(&["systemctl", "restart", "a;reboot"])));
}

#[test]
fn scripts_are_known_by_their_digest() {
    let text = "#!/bin/sh\ntrue\n";
    let real = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    let real: String = real.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let policy =
        |digest: &str| format!("[[allow]]\ncallers = ['*']\nactions = ['script']\nscripts = ['sha256:{digest}']");
    assert!(allows(&policy(&real), "x", &script(text)));
    assert!(allows(&policy(&real.to_uppercase()), "x", &script(text)));
    assert!(!allows(&policy(&real), "x", &script("#!/bin/sh\ntrue \n")));
    assert!(!allows(&policy(&"0".repeat(64)), "x", &script(text)));
}

#[test]
fn users_are_those_that_are_listed_and_naming_nobody_asks_for_the_agents_own() {
    let rule = "[[allow]]\ncallers = ['*']\nactions = ['argv']\n";
    let as_user = |user: &str| with(|run| run.user = Some(user.to_owned()));
    assert!(allows(rule, "x", &as_user("www")) && allows(rule, "x", &with(|_| {})));
    let www = format!("{rule}users = ['www*']");
    assert!(allows(&www, "x", &as_user("www-data")));
    assert!(!allows(&www, "x", &as_user("root")));
    assert!(!allows(&www, "x", &with(|_| {})), "it would run as root");
    assert!(allows(&format!("{rule}users = ['root']"), "x", &with(|_| {})));
}

#[test]
fn where_commands_are_limited_variables_and_directories_are_too() {
    let free = "[[allow]]\ncallers = ['*']\nactions = ['argv']\n";
    let limited = format!("{free}commands = ['id']\n");
    let path = with(|run| drop(run.env.insert("PATH".to_owned(), "/tmp".to_owned())));
    let there = with(|run| run.directory = Some("/srv".to_owned()));
    assert!(allows(free, "x", &path) && allows(free, "x", &there));
    assert!(!allows(&limited, "x", &path) && !allows(&limited, "x", &there));
    assert!(allows(&format!("{limited}variables = ['PATH']"), "x", &path));
    assert!(allows(&format!("{limited}directories = ['/srv*']"), "x", &there));
    assert!(!allows(&format!("{free}variables = ['LANG']"), "x", &path));
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let policy = "open = ['shell']\ndeny = 1\n\
        [[allow]]\ncallers = []\nactions = ['argv']\n\
        [[allow]]\ncallers = ['x']\nactions = ['argv', 'shell', 'script']\ncommands = ['a', \"'\"]\n\
        [[allow]]\ncallers = ['x']\nactions = ['shell']\npatterns = ['(', 'a)|(b', 'x{9999999}']\nwhere = 'role='\n\
        [[allow]]\ncallers = ['x']\nactions = ['script']\nscripts = ['sha256:00', 'md5']\n\
        [[allow]]\ncallers = ['x']\nactions = ['reboot']\n\
        [[allow]]\ncallers = ['x']\nactions = ['argv']\ncomands = ['a']\n";
    let problems = Policy::parse(policy).unwrap_err();
    let parts = [
        "'open' may hold",
        "'deny'",
        "'callers' names nothing",
        "not those of 'shell'",
        "not those of 'script'",
        "quote that does not end",
        "'where'",
        "'(' is no",
        "'a)|(b' is no",
        "'x{9999999}' is no",
        "'sha256:00'",
        "'md5'",
        "reboot",
        "comands",
    ];
    assert_eq!(problems.0.len(), parts.len(), "{problems}");
    for part in parts {
        assert!(problems.to_string().contains(part), "{part} is missing in {problems}");
    }
}

const ANY_ARGV: &str = "[[allow]]\ncallers = ['*']\nactions = ['argv']\n";

#[test]
fn no_directory_leads_out_of_what_is_allowed() {
    let policy = format!("{ANY_ARGV}commands = ['id']\ndirectories = ['/srv/*', '/']");
    let there = |path: &str| allows(&policy, "x", &with(|run| run.directory = Some(path.to_owned())));
    assert!(there("/srv/app") && there("/"));
    for path in
        ["/srv/../root", "/srv/..", "/srv/.", "/srv/a/b", "/srv", "/srv/", "/srv//a", "srv/a", "", "//", "/srv/a/"]
    {
        assert!(!there(path), "{path}");
    }
    for pattern in ["*", "srv/*", "/srv/../*", "/srv/"] {
        assert!(Policy::parse(&format!("{ANY_ARGV}directories = ['{pattern}']")).is_err(), "{pattern}");
    }
}

#[test]
fn stars_stand_for_no_option() {
    let policy = format!("{ANY_ARGV}commands = ['apt-get install -y **', 'id *', 'ls -*']");
    for words in [&["apt-get", "install", "-y", "nginx", "curl"][..], &["id", "root"], &["ls", "-l"]] {
        assert!(allows(&policy, "x", &argv(words)), "{words:?}");
    }
    for words in [
        &["apt-get", "install", "-y", "-o", "DPkg::Pre-Invoke::=id"][..],
        &["apt-get", "install", "-y", "nginx", "-oDPkg::Pre-Invoke::=id"],
        &["id", "-u"],
        &["id", "--"],
        &["ls", "l"],
    ] {
        assert!(!allows(&policy, "x", &argv(words)), "{words:?}");
    }
}

#[test]
fn two_lines_match_no_pattern() {
    let policy = "[[allow]]\ncallers = ['*']\nactions = ['argv', 'shell']\npatterns = ['(?s)ls [^;&|]*', '(?s).*']";
    assert!(allows(policy, "x", &shell("ls x")) && allows(policy, "x", &argv(&["ls", "x"])));
    for line in ["ls x\nid -un", "ls x\rid", "ls x\n", "\n"] {
        assert!(!allows(policy, "x", &shell(line)), "{line:?}");
        assert!(!allows(policy, "x", &argv(&["ls", line])), "{line:?}");
    }
}

#[test]
fn a_limited_rule_lets_commands_read_nothing_and_be_nobody_else_unless_it_says_so() {
    let limited = format!("{ANY_ARGV}commands = ['id']\n");
    let reads = with(|run| run.stdin = Bytes(b"x".to_vec()));
    assert!(allows(ANY_ARGV, "x", &reads) && !allows(&limited, "x", &reads));
    assert!(allows(&format!("{limited}stdin = true"), "x", &reads));
    assert!(!allows(&format!("{ANY_ARGV}stdin = false"), "x", &reads));
    let as_user = |user: &str| with(|run| run.user = Some(user.to_owned()));
    assert!(allows(&limited, "x", &with(|_| {})) && allows(&limited, "x", &as_user("root")));
    assert!(!allows(&limited, "x", &as_user("www-data")));
    assert!(allows(&format!("{limited}users = ['*']"), "x", &as_user("www-data")));
}

proptest! {
    /// Whoever may run exact words may run nothing else with them.
    #[test]
    fn exact_words_allow_exactly_these_words(allowed in prop::collection::vec("[a-z ;']{1,6}", 1..4), asked in prop::collection::vec("[a-z ;']{1,6}", 0..4)) {
        let pattern = shlex::try_join(allowed.iter().map(String::as_str)).unwrap();
        let pattern = serde_json::to_string(&pattern).unwrap();
        let policy = format!("[[allow]]\ncallers = ['*']\nactions = ['argv']\ncommands = [{pattern}]");
        let words = |words: &[String]| argv(&words.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert!(allows(&policy, "x", &words(&allowed)));
        prop_assert_eq!(allows(&policy, "x", &words(&asked)), asked == allowed);
    }

    #[test]
    fn no_text_breaks_the_reader(text in "[\\[\\]a-z=\"'\n*(){}0-9:.]{0,80}") {
        let _ = Policy::parse(&text);
        let _ = Policy::parse(&format!("[[allow]]\ncallers=['x']\nactions=['argv']\ncommands=[{text}]"));
    }
}
