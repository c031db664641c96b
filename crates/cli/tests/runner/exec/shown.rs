//! How a call is shown.

use bellwether_core::fleet::bytes::Bytes;
use bellwether_core::fleet::reply::{Done, Event, Outcome, Output, Stream};
use serde_json::json;

use super::impostor;
use super::support::{Site, events, holds, sorted};

#[test]
fn lines_bear_the_nodes_names_and_both_streams_stay_apart() {
    let site = Site::new();
    let _agents = site.agents(&["db-1", "web-10"]);
    let done = site.end(0, &["exec", "--all", "--shell", "echo out; echo err >&2; printf unfinished"]);
    let expected = ["db-1  : out", "db-1  : unfinished", "web-10: out", "web-10: unfinished"];
    assert_eq!(sorted(&done.stdout_text()), expected);
    holds(&done.stderr_text(), &["2 nodes are expected", "db-1  : err\n", "web-10: err\n", "2 succeeded\n"]);
    let quiet = site.end(0, &["--quiet", "exec", "role=db", "--", "true"]);
    assert_eq!(quiet.stderr_text(), "");
}

#[test]
fn equal_outputs_are_shown_once() {
    let site = Site::new();
    let _agents = site.agents(&["db-1", "web-1", "web-2"]);
    // All run in one directory, so one of them is the first.
    let home = site.sandbox.home();
    let shell = "mkdir first 2>/dev/null && { echo odd; exit 3; }; echo same; echo too >&2";
    let done = site.end(1, &["exec", "--all", "--fold", "--directory", home.to_str().unwrap(), "--shell", shell]);
    let text = done.stdout_text();
    assert!(text.starts_with("2 nodes (") && text.contains("): succeeded\n  same\n  too\n1 node ("), "{text}");
    assert!(text.ends_with("): failed with status 3\n  odd\n"), "{text}");
}

#[test]
fn json_tells_everything_that_happens_and_bytes_that_are_no_text() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let done = site.end(1, &["exec", "--all", "--json", "--shell", "printf '\\377x'; echo text >&2; exit 3"]);
    let events = events(&done);
    let of = |kind: &str| events.iter().filter(|event| event["event"] == kind).collect::<Vec<_>>();
    for kind in ["expected", "asked", "accepted", "started", "done", "summary"] {
        assert_eq!(of(kind).len(), 1, "{kind}: {events:?}");
    }
    let streams: Vec<_> = of("output").iter().map(|it| (it["stream"].clone(), it["base64"].clone())).collect();
    assert!(streams.contains(&(json!("out"), json!("/3g="))), "{streams:?}");
    assert!(of("output").iter().any(|it| it["text"] == "text\n"), "{events:?}");
    assert_eq!(of("done")[0]["status"], 3);
    assert_eq!(of("summary")[0]["failed"], 1);
}

#[test]
fn what_is_left_out_of_a_long_output_is_said() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let shell = "echo first; head -c 300000 /dev/zero | tr '\\0' x; echo; echo last";
    let done = site.end(0, &["exec", "--all", "--output-limit", "1000", "--shell", shell]);
    let text = done.stdout_text();
    holds(&text, &["web-1: first\n", " bytes left out]\n", "web-1: last\n"]);
    assert!(text.len() < 4_000, "{}", text.len());
    holds(&done.stderr_text(), &["bytes of output left out"]);
}

#[test]
fn on_a_terminal_no_output_steers_the_terminal_and_elsewhere_no_byte_is_changed() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let hostile = "printf '\\033]0;owned\\007\\033[2Jmine\\r\\377\\n'";
    let screen = site.run(&["exec", "--all", "--shell", hostile]).on_terminal();
    assert_eq!(screen.code, Some(0), "{}", screen.text);
    assert!(!screen.text.contains("\x1b]0;") && !screen.text.contains("\x1b[2J"), "{:?}", screen.text);
    holds(&screen.text, &["\\u{1b}[2Jmine\\r\\xff"]);
    let folded = site.run(&["exec", "--all", "--fold", "--shell", hostile]).on_terminal();
    assert!(!folded.text.contains("\x1b]0;"), "{:?}", folded.text);
    let piped = site.end(0, &["exec", "--all", "--shell", hostile]);
    assert_eq!(piped.stdout, b"web-1: \x1b]0;owned\x07\x1b[2Jmine\r\xff\n");
}

#[test]
fn what_nodes_say_beside_their_output_does_not_steer_the_terminal_either() {
    let site = Site::new();
    let why = Outcome::NotStarted("\x1b]0;owned\x07".to_owned());
    let done = Done { outcome: why, duration_ms: 1, dropped_out: 0, dropped_err: 0 };
    impostor::answer(&site.env, "odd-1", 1, vec![Event::Done(done)]);
    let screen = site.run(&["exec", "--all", "--wait", "5s", "--", "true"]).on_terminal();
    holds(&screen.text, &["odd-1: could not be started: "]);
    assert!(!screen.text.contains("\x1b]0;"), "{:?}", screen.text);
}

#[test]
fn a_gap_in_what_a_node_says_is_named() {
    let site = Site::new();
    let output =
        |bytes: &[u8], offset| Event::Output(Output { stream: Stream::Out, offset, bytes: Bytes(bytes.to_vec()) });
    let done = Done { outcome: Outcome::Exited(0), duration_ms: 1, dropped_out: 0, dropped_err: 0 };
    let events = vec![Event::Accepted, output(b"one\n", 0), output(b"three\n", 8), Event::Done(done)];
    impostor::answer(&site.env, "odd-1", 1, events);
    let text = site.end(0, &["exec", "--all", "--wait", "5s", "--", "true"]).stdout_text();
    assert_eq!(text, "odd-1: one\nodd-1: [4 bytes left out]\nodd-1: three\n");
}

#[test]
fn a_long_call_says_on_a_terminal_how_far_it_is() {
    let site = Site::new();
    let _agents = site.agents(&["web-1", "web-2"]);
    let shell = "mkdir first 2>/dev/null || sleep 4; echo done";
    let home = site.sandbox.home();
    let screen = site.run(&["exec", "--all", "--directory", home.to_str().unwrap(), "--shell", shell]).on_terminal();
    assert_eq!(screen.code, Some(0), "{}", screen.text);
    holds(&screen.text, &["\r\x1b[K1 of 2 have ended\r\x1b[K"]);
    let piped = site.end(0, &["exec", "--all", "--shell", "sleep 2"]);
    assert!(!piped.stderr_text().contains("have ended"));
}
