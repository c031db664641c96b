//! What is run, and how.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, chown};

use bellwether_core::fleet::bytes::Bytes;
use bellwether_core::fleet::reply::{Event, Outcome};
use bellwether_core::fleet::request::{Action, Command, Run};

use super::support::{Caller, EVERYTHING, Node, argv, run, shell};
use crate::support::wait_until;

fn action(change: impl FnOnce(&mut Run), command: Command) -> Action {
    let mut run = run(command);
    change(&mut run);
    Action::Run(Box::new(run))
}

fn script(text: &str, args: &[&str]) -> Command {
    Command::Script { text: text.to_owned(), args: args.iter().map(|&arg| arg.to_owned()).collect() }
}

#[test]
fn a_command_is_accepted_started_and_ends_with_its_output_and_status() {
    let node = Node::new(EVERYTHING);
    let (caller, agent) = (Caller::of(&node), node.start());
    let answer = caller.ask(shell("printf 'a\\377b'; echo wrong >&2; exit 3"));
    assert_eq!((&answer.out[..], &answer.err[..]), (&b"a\xffb"[..], &b"wrong\n"[..]));
    assert_eq!(answer.outcome(), &Outcome::Exited(3));
    assert!(matches!(answer.replies[0].event, Event::Accepted));
    assert!(matches!(answer.replies[1].event, Event::Started));
    assert_eq!(caller.ask(shell("kill -9 $$")).outcome(), &Outcome::Signaled(9));
    let missing = caller.ask(argv(&["no-such-program"]));
    assert!(matches!(missing.outcome(), Outcome::NotStarted(why) if why.contains("no such program")));
    // Arguments stay what they are.
    assert_eq!(caller.ask(argv(&["printf", "%s|", "a b", "$HOME", "*", ""])).text(), "a b|$HOME|*||");
    node.wait_for_audit(&["\"decision\":\"done\"", "\"exited\":3"]);
    drop(agent);
}

#[test]
fn a_script_gets_its_arguments_and_leaves_no_file() {
    let node = Node::new(EVERYTHING);
    let (caller, agent) = (Caller::of(&node), node.start());
    let shell = caller.ask(action(|_| {}, script("#!/bin/sh\necho \"$#: $1, $2\"\n", &["a b", "$x"])));
    assert_eq!(shell.text(), "2: a b, $x\n");
    let python = "#!/usr/bin/env python3\nimport sys\nprint(sys.argv[1:])\n";
    assert_eq!(caller.ask(action(|_| {}, script(python, &["é"]))).text(), "['é']\n");
    drop(agent);
}

#[test]
fn a_command_has_its_own_input_variables_directory_and_nothing_of_the_agents() {
    let node = Node::new(EVERYTHING);
    node.set("BELLWETHER_AGENT_GRACE", "1s");
    let (caller, agent) = (Caller::of(&node), node.start());
    let input = vec![0, 0xff, b'\n', b'x'];
    let cat = action(|run| run.stdin = Bytes(input.clone()), Command::Argv(vec!["cat".to_owned()]));
    assert_eq!(caller.ask(cat).out, input);
    let there = node.sandbox.path().to_string_lossy().into_owned();
    let change = |run: &mut Run| {
        run.directory = Some(there.clone());
        let set = [("GREETING", "hello = you"), ("BELLWETHER_CALLER", "forged"), ("BELLWETHER_REQUEST", "forged")];
        run.env = set.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    };
    let answer = caller.ask(action(change, Command::Shell("pwd; echo $GREETING; env".to_owned())));
    let text = answer.text();
    assert!(text.starts_with(&format!("{there}\nhello = you\n")), "{text}");
    for part in ["BELLWETHER_CALLER=ops\n", "BELLWETHER_REQUEST=", "PATH=/usr/local/sbin:", "HOME="] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(!text.contains("forged") && !text.contains("AGENT_GRACE") && !text.contains("XDG_STATE_HOME"), "{text}");
    let nowhere =
        caller.ask(action(|run| run.directory = Some("/no/such".to_owned()), Command::Shell("true".to_owned())));
    assert!(matches!(nowhere.outcome(), Outcome::NotStarted(why) if why.contains("cannot enter /no/such")));
    drop(agent);
}

#[test]
fn a_command_runs_as_another_user_with_all_of_their_groups_and_none_of_ours() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let node = Node::new(EVERYTHING);
    let (caller, agent) = (Caller::of(&node), node.start());
    let as_nobody = |command| action(|run| run.user = Some("nobody".to_owned()), command);
    let text = caller.ask(as_nobody(Command::Shell("id -u; id -G; echo $USER $HOME".to_owned()))).text();
    let lines: Vec<&str> = text.lines().collect();
    let nobody = nix::unistd::User::from_name("nobody").unwrap().unwrap();
    assert_eq!(lines[..2], [nobody.uid.to_string(), nobody.gid.to_string()]);
    assert_eq!(lines[2], format!("nobody {}", nobody.dir.display()));
    // Scripts too, though the agent's directory is closed to that user.
    assert_eq!(caller.ask(as_nobody(script("#!/bin/sh\nid -un\n", &[]))).text(), "nobody\n");
    drop(agent);
}

#[test]
fn a_directory_is_entered_as_the_user_who_learns_nothing_of_what_root_sees() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let make = |name: &str, mode: u32| {
        let path = place.path().join(name);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path.to_string_lossy().into_owned()
    };
    std::fs::set_permissions(place.path(), Permissions::from_mode(0o711)).unwrap();
    let (secret, hidden) = (make("secret", 0o700), make("secret/there", 0o755));
    let own = make("own", 0o700);
    let nobody = nix::unistd::User::from_name("nobody").unwrap().unwrap();
    chown(&own, Some(nobody.uid.as_raw()), Some(nobody.gid.as_raw())).unwrap();
    let node = Node::new(EVERYTHING);
    let (caller, agent) = (Caller::of(&node), node.start());
    let there = |path: &str| {
        let change = |run: &mut Run| (run.user, run.directory) = (Some("nobody".to_owned()), Some(path.to_owned()));
        caller.ask(action(change, Command::Argv(vec!["pwd".to_owned()])))
    };
    assert_eq!(there(&own).text(), format!("{own}\n"));
    let refused = |path: &str| match there(path).outcome() {
        Outcome::NotStarted(why) => why.replace(path, "PATH"),
        other => panic!("{path}: {other:?}"),
    };
    let why = refused(&hidden);
    assert!(why.contains("cannot enter PATH: Permission denied"), "{why}");
    assert_eq!(refused(&secret), why);
    assert_eq!(refused(&format!("{secret}/nowhere")), why, "nobody must learn what is in there");
    assert!(refused("/etc/passwd").contains("cannot enter PATH: Not a directory"));
    drop(agent);
}

#[test]
fn a_timeout_ends_grandchildren_too_and_none_holds_the_agent_up() {
    let node = Node::new(EVERYTHING);
    let (caller, agent) = (Caller::of(&node), node.start());
    let pid = node.place("pid");
    let line = format!("sleep 1000 & echo $! > {pid}; wait");
    let answer = caller.ask(action(|run| run.timeout_ms = 500, Command::Shell(line)));
    assert_eq!(answer.outcome(), &Outcome::TimedOut);
    let grandchild = nix::unistd::Pid::from_raw(node.left_at("pid").trim().parse().unwrap());
    wait_until("the grandchild is gone", || nix::sys::signal::kill(grandchild, None).is_err());
    // One that is left in the background keeps the pipe, and nobody waits for it.
    let left = caller.ask(shell(&format!("echo over; sleep 1000 & echo $! > {pid}")));
    assert_eq!((left.outcome(), left.text().as_str()), (&Outcome::Exited(0), "over\n"));
    let background = nix::unistd::Pid::from_raw(node.left_at("pid").trim().parse().unwrap());
    nix::sys::signal::kill(background, nix::sys::signal::Signal::SIGKILL).unwrap();
    drop(agent);
}
