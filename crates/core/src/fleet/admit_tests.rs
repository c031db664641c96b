use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::fleet::bytes::Bytes;
use crate::fleet::id::RequestId;
use crate::fleet::keys::SigningKey;
use crate::fleet::request::{ReplyAddress, RequestKind};

const POLICY: &str =
    "[[allow]]\ncallers = ['ops']\nactions = ['argv']\n[[allow]]\ncallers=['dev']\nactions=['argv']\ncommands=['id']";

struct World {
    now: Timestamp,
    node: NodeId,
    env: EnvironmentName,
    facts: Facts,
    trust: Trust,
    policy: Policy,
    busy: Option<&'static str>,
    seen: bool,
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32]).unwrap()
}

fn world() -> World {
    let row = |name: &str, seed| format!("[[caller]]\nname = '{name}'\nkey = '{}'\n", key(seed).public());
    let trust = row("ops", 1) + &row("dev", 2) + &row("old", 3) + "until = 2026-01-01T00:00:00Z\n";
    let mut facts = Facts::default();
    facts.insert("role", "web");
    World {
        now: "2026-11-21T10:00:00Z".parse().unwrap(),
        node: NodeId::new("web-1").unwrap(),
        env: "production".parse().unwrap(),
        facts,
        trust: Trust::parse(&trust).unwrap(),
        policy: Policy::parse(POLICY).unwrap(),
        busy: None,
        seen: false,
    }
}

impl World {
    fn admit(&self, message: &[u8]) -> (Admission, Entry) {
        let door = Door {
            now: self.now,
            node: &self.node,
            env: &self.env,
            facts: &self.facts,
            trust: &self.trust,
            policy: &self.policy,
            own_user: "root",
            seen: &|_| self.seen,
            busy: self.busy,
        };
        door.admit(message)
    }

    fn request(&self, action: Action) -> Request {
        let id = RequestId::new(self.now, [1; 10]);
        Request {
            kind: RequestKind::Request,
            id,
            call: id,
            caller: "root of everything".to_owned(),
            env: self.env.clone(),
            target: Target::Filter("role=web".parse().unwrap()),
            action,
            issued: self.now,
            ttl_ms: 60_000,
            reply: ReplyAddress("r".to_owned()),
            durable: false,
        }
    }

    fn refusal(&self, request: &Request) -> Option<Why> {
        match self.admit(&sealed(1, request)).0 {
            Admission::Refuse(_, refusal) => Some(refusal.why),
            _ => None,
        }
    }

    fn ignored(&self, request: &Request) -> Option<Ignored> {
        match self.admit(&sealed(1, request)).0 {
            Admission::Ignore(ignored) => Some(ignored),
            _ => None,
        }
    }
}

fn run(argv: &[&str]) -> Action {
    Action::Run(Box::new(Run {
        command: Command::Argv(argv.iter().map(|&word| word.to_owned()).collect()),
        stdin: Bytes(b"geheim".to_vec()),
        env: BTreeMap::from([("TOKEN".to_owned(), "geheim".to_owned())]),
        user: None,
        directory: None,
        timeout_ms: 1_000,
        output_limit: 1_000,
    }))
}

fn sealed(seed: u8, request: &Request) -> Vec<u8> {
    Envelope::seal(&key(seed), request.encode().unwrap()).unwrap()
}

#[test]
fn who_asks_is_known_by_the_key_and_never_by_the_body() {
    let world = world();
    let request = world.request(run(&["id", "-u"]));
    let (admission, entry) = world.admit(&sealed(1, &request));
    let Admission::Run(believed) = admission else { panic!("{admission:?}") };
    assert_eq!((believed.caller.as_str(), believed.request), ("ops", request.clone()));
    assert_eq!((entry.decision, entry.why.as_str()), (Verdict::Run, "rule 1"));
    // The same body, signed by somebody who may do less.
    let (admission, entry) = world.admit(&sealed(2, &request));
    assert!(matches!(admission, Admission::Refuse(_, Refusal { why: Why::Policy, .. })), "{admission:?}");
    assert_eq!(entry.caller.unwrap().as_str(), "dev");
}

#[test]
fn nobody_unknown_is_answered() {
    let world = world();
    let request = world.request(Action::Ping);
    for seed in [3, 4] {
        assert_eq!(world.admit(&sealed(seed, &request)).0, Admission::Ignore(Ignored::UnknownKey));
    }
    // The body of one under the name of another.
    let text = String::from_utf8(sealed(4, &request)).unwrap();
    let forged = text.replace(&key(4).public().to_string(), &key(1).public().to_string());
    assert_eq!(world.admit(forged.as_bytes()).0, Admission::Ignore(Ignored::BadSignature));
    let reply = Envelope::seal(&key(1), "{\"kind\":\"reply\"}".to_owned()).unwrap();
    for message in [&b"garbage"[..], b"", b"{}", &[0xff; 300_000], &reply] {
        assert_eq!(world.admit(message).0, Admission::Ignore(Ignored::Malformed));
    }
}

#[test]
fn what_is_for_others_is_left_to_them() {
    let world = world();
    let other = |change: &dyn Fn(&mut Request)| {
        let mut request = world.request(Action::Ping);
        change(&mut request);
        world.ignored(&request)
    };
    assert_eq!(other(&|request| request.env = "staging".parse().unwrap()), Some(Ignored::OtherEnvironment));
    assert_eq!(other(&|request| request.target = Target::Filter("role=db".parse().unwrap())), Some(Ignored::NotTarget));
    assert_eq!(other(&|request| request.target = Target::Nodes(Vec::new())), Some(Ignored::NotTarget));
    let named = |request: &mut Request| request.target = Target::Nodes(vec![NodeId::new("web-1").unwrap()]);
    assert_eq!(other(&named), None);
}

#[test]
fn what_came_before_is_never_done_nor_called_expired() {
    let mut world = world();
    let request = world.request(run(&["id"]));
    world.seen = true;
    assert_eq!(world.ignored(&request), Some(Ignored::Seen));
    world.now = world.now.checked_add(Duration::from_secs(3_600)).unwrap();
    assert_eq!(world.ignored(&request), Some(Ignored::Seen));
    world.seen = false;
    assert_eq!(world.refusal(&request), Some(Why::Expired));
}

#[test]
fn time_is_up_at_the_end_and_begins_five_seconds_early() {
    let world = world();
    let at = |offset: i64| {
        let mut request = world.request(Action::Ping);
        request.issued = world.now.checked_add(jiff::SignedDuration::from_millis(offset)).unwrap();
        world.refusal(&request)
    };
    for offset in [-59_999, 0, 5_000] {
        assert_eq!(at(offset), None, "{offset}");
    }
    for offset in [-60_000, 5_001, -1_000_000_000] {
        assert_eq!(at(offset), Some(Why::Expired), "{offset}");
    }
}

#[test]
fn what_cannot_be_done_is_refused_and_busy_is_for_commands_alone() {
    let mut world = world();
    assert_eq!(world.refusal(&world.request(run(&[]))), Some(Why::Impossible));
    assert_eq!(world.refusal(&world.request(run(&["a\0b"]))), Some(Why::Impossible));
    world.busy = Some("8 commands run already");
    assert_eq!(world.refusal(&world.request(run(&["id"]))), Some(Why::Busy));
    assert_eq!(world.refusal(&world.request(Action::Ping)), None);
}

#[test]
fn the_account_tells_the_command_and_no_secret() {
    let world = world();
    let line = world.admit(&sealed(1, &world.request(run(&["echo", "a b"])))).1.line();
    for part in
        ["\"decision\":\"run\"", "\"caller\":\"ops\"", "echo 'a b'", "\"variables\":[\"TOKEN\"]", "\"action\":\"argv\""]
    {
        assert!(line.contains(part), "{part} is missing in {line}");
    }
    assert!(!line.contains("geheim") && !line.contains("Z2VoZWlt") && !line.contains('\n'), "{line}");
    let script = Command::Script { text: "#!/bin/sh\n# geheim".to_owned(), args: vec!["x".to_owned()] };
    let Action::Run(mut run) = run(&[]) else { unreachable!() };
    run.command = script;
    let line = world.admit(&sealed(1, &world.request(Action::Run(run)))).1.line();
    assert!(line.contains("\"script_sha256\":\"") && !line.contains("geheim"), "{line}");
}

proptest! {
    #[test]
    fn a_changed_byte_is_never_obeyed_otherwise(at in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let world = world();
        let request = world.request(run(&["id"]));
        let mut message = sealed(1, &request);
        let at = at.index(message.len());
        message[at] ^= 1 << bit;
        match world.admit(&message).0 {
            Admission::Ignore(ignored) => prop_assert!(ignored.is_untrusted()),
            Admission::Run(believed) => prop_assert_eq!(believed.request, request),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
