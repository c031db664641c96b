//! What an agent makes of messages, those of a caller that it believes too.

use std::sync::LazyLock;

use bellwether_core::facts::Facts;
use bellwether_core::fleet::admit::{Admission, Believed, Door};
use bellwether_core::fleet::audit::Entry;
use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::journal::{Journal, Line};
use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::policy::Policy;
use bellwether_core::fleet::request::{Action, EnvironmentName};
use bellwether_core::fleet::trust::Trust;
use bellwether_core::names::NodeId;
use jiff::Timestamp;

const CALLER: &str = "deploy-1";
const NOW: &str = "2026-11-21T08:00:01Z";
const POLICY: &str = r#"
[[allow]]
callers = ["deploy-*"]
actions = ["argv", "shell", "script"]
commands = ["id *", "systemctl restart **"]
patterns = ["uptime( -p)?", "(?s)echo [^;&|]*"]
scripts = ["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]
users = ["nobody", "web-*"]
variables = ["LANG", "LC_*"]
directories = ["/tmp", "/srv/*"]
stdin = true

[[allow]]
callers = ["*"]
actions = ["script"]
where = 'role=web and not canary and kernel~"^6"'
"#;
/// More than the bounds on the parts of an entry make together, in bytes.
const LONGEST_ENTRY: usize = 16 * 1_024;

/// Made once: to read the policy takes far longer than to look at a message.
static AGENT: LazyLock<Agent> = LazyLock::new(Agent::new);

/// Shows an agent a message as it is, and again as the body of one that bears the key of a believed caller.
pub(crate) fn run(bytes: &[u8]) {
    let agent = &*AGENT;
    let (admission, entry) = agent.admit(bytes, false);
    assert!(matches!(admission, Admission::Ignore(_)), "nobody else has the key");
    check_line(&entry);

    let Ok(sealed) = Envelope::seal(&agent.key, String::from_utf8_lossy(bytes).into_owned()) else { return };
    let (admission, entry) = agent.admit(&sealed, false);
    check_line(&entry);
    match &admission {
        Admission::Ignore(_) => {}
        Admission::Answer(believed) => assert!(!is_command(believed)),
        Admission::Run(believed) => {
            assert!(is_command(believed));
            check_remembered(believed, Journal::accept);
        }
        Admission::Refuse(believed, refusal) => {
            assert!(!refusal.detail.is_empty());
            check_remembered(believed, Journal::refuse);
        }
    }
    let (again, _) = agent.admit(&sealed, true);
    assert!(matches!(again, Admission::Ignore(_)), "it was dealt with before: {again:?}");
}

struct Agent {
    key: SigningKey,
    trust: Trust,
    policy: Policy,
    facts: Facts,
    node: NodeId,
    env: EnvironmentName,
    now: Timestamp,
}

impl Agent {
    fn new() -> Self {
        let key = SigningKey::from_seed([0xb3; 32]).expect("any seed makes a key");
        let trust = format!("[[caller]]\nname = '{CALLER}'\nkey = '{}'", key.public());
        let mut facts = Facts::default();
        for (name, fact) in [("role", "web"), ("kernel", "6.1"), ("cpus", "8")] {
            facts.insert(name, fact);
        }
        Self {
            key,
            trust: Trust::parse(&trust).expect("it names a caller"),
            policy: Policy::parse(POLICY).expect("it is a policy"),
            facts,
            node: NodeId::new("web-1").expect("it is a name"),
            env: "production".parse().expect("it is a name"),
            now: NOW.parse().expect("it is a time"),
        }
    }

    fn admit(&self, message: &[u8], is_seen: bool) -> (Admission, Entry) {
        let door = Door {
            now: self.now,
            node: &self.node,
            env: &self.env,
            facts: &self.facts,
            trust: &self.trust,
            policy: &self.policy,
            own_user: "root",
            seen: &|_| is_seen,
            forgotten: &|_| false,
            answerable: &|_| true,
            is_read: true,
            busy: &|_| None,
        };
        door.admit(message)
    }
}

fn is_command(believed: &Believed) -> bool {
    assert_eq!(believed.caller.as_str(), CALLER, "whatever the body says");
    matches!(believed.request.action, Action::Run(_))
}

/// One line of JSON, whose length is bounded.
fn check_line(entry: &Entry) {
    let line = entry.line();
    assert!(!line.contains('\n') && line.len() <= LONGEST_ENTRY, "{} bytes: {line}", line.len());
    assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{line}");
}

/// After a restart it is known that the request was dealt with.
fn check_remembered(believed: &Believed, note: fn(&mut Journal, &Believed) -> Line) {
    let mut journal = Journal::default();
    let line = note(&mut journal, believed).text();
    let read = Journal::read(&line).expect("what was written can be read");
    assert_eq!((read.damaged, &read.journal), (0, &journal), "{line}");
    assert!(read.journal.has(&believed.known()));
}
