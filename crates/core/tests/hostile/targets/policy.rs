//! The files of an agent: whom it believes, and what it does for them.

use std::collections::BTreeMap;

use bellwether_core::facts::Facts;
use bellwether_core::fleet::bytes::Bytes;
use bellwether_core::fleet::policy::{Asked, Decision, Policy};
use bellwether_core::fleet::request::{Action, Command, Run};
use bellwether_core::fleet::trust::{CallerName, Standing, Trust};
use jiff::Timestamp;

/// Reads both files. A policy that is taken is asked about commands that have its own words; an error can be shown.
pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let problems = [Policy::parse(&text).err(), Trust::parse(&text).err()].into_iter().flatten();
    for problems in problems {
        assert!(!problems.0.is_empty() && problems.0.iter().all(|problem| !problem.is_empty()));
    }
    if let Ok(trust) = Trust::parse(&text) {
        believe(&trust);
    }
    if let Ok(policy) = Policy::parse(&text) {
        let lines: Vec<&str> = text.split(['\'', '"', '\n']).take(64).collect();
        lines.iter().flat_map(|line| actions(line)).for_each(|action| ask(&policy, &action));
    }
}

/// A key ends when the file says so, and not before.
fn believe(trust: &Trust) {
    for (key, trusted) in trust.iter() {
        let before = trusted.until.is_none_or(|until| until > Timestamp::MIN);
        assert_eq!(matches!(trust.standing(key, Timestamp::MIN), Standing::Trusted(_)), before);
        assert_eq!(matches!(trust.standing(key, Timestamp::MAX), Standing::Trusted(_)), trusted.until.is_none());
    }
}

/// What the words of a line may ask for.
fn actions(line: &str) -> Vec<Action> {
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let script = Command::Script { text: line.to_owned(), args: words.clone() };
    let run = |command, named: Option<&str>| {
        Action::Run(Box::new(Run {
            command,
            stdin: Bytes::default(),
            env: named.map(|name| (name.to_owned(), String::new())).into_iter().collect::<BTreeMap<_, _>>(),
            user: named.map(str::to_owned),
            directory: named.map(str::to_owned),
            timeout_ms: 1_000,
            output_limit: 1_000,
        }))
    };
    vec![
        Action::Ping,
        Action::Facts,
        run(Command::Argv(words.clone()), None),
        run(Command::Argv(words), Some(line)),
        run(Command::Shell(line.to_owned()), None),
        run(script, None),
    ]
}

/// Nothing is allowed without a rule, and nothing more while the facts of the node are unknown.
fn ask(policy: &Policy, action: &Action) {
    let caller: CallerName = "ops".parse().expect("it is a name");
    let mut facts = Facts::default();
    facts.insert("role", "web");
    let decide = |facts| policy.decide(Asked { caller: &caller, action, own_user: "root", facts });
    let (known, unknown) = (decide(Some(&facts)), decide(None));
    let is_allowed = |decision: &Decision| matches!(decision, Decision::Allowed(_));
    assert!(!is_allowed(&unknown) || is_allowed(&known));
    let runs = matches!(action, Action::Run(_));
    assert!(!(runs && policy.is_empty() && is_allowed(&known)));
    let is_told = |decision: &Decision| !matches!(decision, Decision::Denied(why) if why.is_empty());
    assert!(is_told(&known) && is_told(&unknown));
}
