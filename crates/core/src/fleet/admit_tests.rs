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
    forgotten: bool,
    is_read: bool,
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
        forgotten: false,
        is_read: true,
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
            forgotten: &|_| self.forgotten,
            answerable: &|request| request.reply.0 == "r",
            is_read: self.is_read,
            busy: &|_| self.busy.map(str::to_owned),
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
fn a_key_without_the_right_is_told_so_also_when_it_is_late_and_so_leaves_nothing_on_the_disk() {
    let world = world();
    let mut late = world.request(run(&["reboot"]));
    late.issued = world.now.checked_sub(Duration::from_secs(120)).unwrap();
    assert_eq!(world.refusal(&late), Some(Why::Expired), "ops may");
    let (admission, _) = world.admit(&sealed(2, &late));
    assert!(matches!(admission, Admission::Refuse(_, Refusal { why: Why::Policy, .. })), "{admission:?}");
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
    for offset in [-60_000, 5_001, -3_600_000] {
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
fn a_request_whose_replies_would_go_nowhere_is_not_begun() {
    let world = world();
    for action in [Action::Ping, run(&["id"])] {
        let request = Request { reply: ReplyAddress("elsewhere".to_owned()), ..world.request(action) };
        assert_eq!(world.ignored(&request), Some(Ignored::BadAddress));
    }
}

#[test]
fn what_may_have_run_and_been_forgotten_does_not_run() {
    let world = World { forgotten: true, ..world() };
    assert_eq!(world.refusal(&world.request(run(&["id"]))), Some(Why::Expired));
}

#[test]
fn a_rule_about_facts_does_not_hold_before_they_were_read() {
    let mut world = world();
    let policy = "[[allow]]\ncallers = ['ops']\nactions = ['argv']\nwhere = 'not site=prod'";
    world.policy = Policy::parse(policy).unwrap();
    assert!(matches!(world.admit(&sealed(1, &world.request(run(&["id"])))).0, Admission::Run(_)));
    world.is_read = false;
    let (admission, entry) = world.admit(&sealed(1, &world.request(run(&["id"]))));
    assert!(matches!(admission, Admission::Refuse(_, Refusal { why: Why::Policy, .. })), "{admission:?}");
    assert!(entry.why.contains("never read in full"), "{}", entry.why);
}

#[test]
fn only_what_looks_at_facts_rests_on_them() {
    let mut world = world();
    let rests = |world: &World, action, target: Target| {
        let request = Request { target, ..world.request(action) };
        world.admit(&sealed(1, &request)).0.rests_on_facts(&world.policy)
    };
    let everyone = || Target::Filter("*".parse().unwrap());
    let named = || Target::Nodes(vec![NodeId::new("web-1").unwrap()]);
    assert!(!rests(&world, Action::Ping, everyone()) && !rests(&world, run(&["id"]), named()));
    assert!(!rests(&world, run(&[]), named()) && !world.admit(b"garbage").0.rests_on_facts(&world.policy));
    for filter in ["role=web", "role=db", "not role=web", "not *"] {
        assert!(rests(&world, run(&["id"]), Target::Filter(filter.parse().unwrap())), "{filter}");
    }
    assert!(rests(&world, Action::Facts, everyone()), "they are the answer");
    let with_where = "[[allow]]\ncallers = ['ops']\nactions = ['argv']\nwhere = 'role=db'";
    world.policy = Policy::parse(with_where).unwrap();
    assert!(rests(&world, run(&["id"]), named()), "a rule that does not hold now may hold with others");
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

#[test]
fn what_expired_long_ago_is_not_even_refused() {
    let mut world = world();
    let request = world.request(run(&["id"]));
    world.now = world.now.checked_add(Duration::from_secs(60 + 3_600 + 5)).unwrap();
    assert_eq!(world.ignored(&request), Some(Ignored::Stale));
    let line = world.admit(&sealed(1, &request)).1.line();
    assert!(line.contains(&request.id.to_string()) && line.contains("\"ops\""), "{line}");
    assert!(!line.contains("command") && !line.contains("TOKEN"), "{line}");
}

#[test]
fn directories_say_where_they_lead() {
    let world = world();
    let there = |path: &str| {
        let Action::Run(mut run) = run(&["id"]) else { unreachable!() };
        run.directory = Some(path.to_owned());
        world.refusal(&world.request(Action::Run(run)))
    };
    assert_eq!((there("/"), there("/srv/a")), (None, None));
    for path in ["", "srv", "/srv/../etc", "/srv/./a", "/srv//a", "/srv/"] {
        assert_eq!(there(path), Some(Why::Impossible), "{path:?}");
    }
}

#[test]
fn no_request_hides_in_its_length() {
    let world = world();
    let line = |words: &[&str]| {
        let Action::Run(mut run) = run(words) else { unreachable!() };
        run.env = (0..100).map(|number| (format!("{number:04}{}", "\u{1}".repeat(130)), String::new())).collect();
        (run.user, run.directory) = (Some("\u{1}".repeat(300)), Some(format!("/{}", "\u{1}".repeat(1_200))));
        world.admit(&sealed(1, &world.request(Action::Run(run)))).1.line()
    };
    let long = "\u{1}\"".repeat(1_000);
    let (one, other) = (line(&["echo", &long, "a"]), line(&["echo", &long, "b"]));
    assert!(one.len() < 20_000, "{} bytes", one.len());
    let read: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert_eq!(read["variables_total"], 100);
    assert_eq!(read["stdin_bytes"], 6);
    let digest = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["command_sha256"].clone();
    assert!(digest(&one).is_string() && digest(&one) != digest(&other));
    assert!(digest(&line(&["echo", "a"])).is_null(), "it is told whole");
}

#[test]
fn how_a_command_ended_is_told_in_few_words() {
    let (_, entry) = world().admit(b"");
    let id = RequestId::new(entry.time, [1; 10]);
    let outcome = crate::fleet::reply::Outcome::NotStarted("\n".repeat(100_000));
    let ended = Some(crate::fleet::audit::EndedAs { id, outcome, duration_ms: 1 });
    let line = Entry { ended, ..entry }.line();
    assert!(line.len() < 2_000 && line.contains("notstarted"), "{} bytes", line.len());
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
            Admission::Ignore(ignored) => {
                prop_assert!(matches!(ignored, Ignored::Malformed | Ignored::UnknownKey | Ignored::BadSignature));
            }
            Admission::Run(believed) => prop_assert_eq!(believed.request, request),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
