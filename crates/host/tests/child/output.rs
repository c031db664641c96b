//! What becomes of a command's output.

use std::time::Duration;

use bellwether_host::child::{Child, OutputMode, Stream, Tail};
use bellwether_host::clock;
use tokio::time::timeout;

use crate::support::*;

#[tokio::test]
async fn both_outputs_are_told_apart_and_any_bytes_are_kept() {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let spec = script(r"printf 'a\377\0b'; printf '\303' >&2");
    let mut child = Child::spawn(&spec, |stream, bytes: &[u8]| match stream {
        Stream::Out => out.extend_from_slice(bytes),
        Stream::Err => err.extend_from_slice(bytes),
    })
    .unwrap();
    assert_eq!(end_of(&mut child).await, exited(0));
    drop(child);
    assert_eq!((out.as_slice(), err.as_slice()), (&b"a\xff\0b"[..], &b"\xc3"[..]));
}

#[tokio::test]
async fn merged_outputs_are_in_the_order_of_their_writing() {
    let mut spec = script("for n in 1 2 3 4 5 6 7 8 9; do echo out $n; echo err $n >&2; done");
    spec.output = OutputMode::CaptureMerged;
    let (ended, output) = run(&spec).await;
    let expected: String = (1..10).map(|n| format!("out {n}\nerr {n}\n")).collect();
    assert_eq!((ended, String::from_utf8(output).unwrap()), (exited(0), expected));
}

#[tokio::test]
async fn a_hundred_megabytes_leave_a_short_tail() {
    let mut child = Child::spawn(&command("head", &["-c", "100000000", "/dev/zero"]), Tail::new(65_536)).unwrap();
    assert_eq!(end_of(&mut child).await, exited(0));
    let kept = child.into_observer().into_kept();
    assert_eq!(kept.total, 100_000_000);
    assert_eq!(kept.tail, vec![0; 65_536]);
}

#[tokio::test]
async fn output_comes_while_the_command_runs() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let spec = script("echo early; sleep 1000");
    let mut child = Child::spawn(&spec, move |_, bytes: &[u8]| sender.send(bytes.to_vec()).unwrap()).unwrap();
    assert!(timeout(Duration::from_secs(1), child.ended()).await.is_err());
    assert_eq!(receiver.try_recv().unwrap(), b"early\n");
    child.terminate(clock::mono());
    end_of(&mut child).await;
}

#[tokio::test]
async fn a_wait_that_is_given_up_again_and_again_loses_nothing() {
    let mut child = Child::spawn(&command("seq", &["200000"]), Tail::new(10_000_000)).unwrap();
    let ended = loop {
        if let Ok(ended) = timeout(Duration::from_micros(300), child.ended()).await {
            break ended;
        }
    };
    assert_eq!(ended, exited(0));
    assert_eq!(child.ended().await, ended, "the end is told again");
    let expected: String = (1..=200_000).map(|n| format!("{n}\n")).collect();
    assert!(child.into_observer().into_kept().tail == expected.as_bytes());
}

#[tokio::test]
async fn a_grandchild_that_holds_the_pipe_holds_nobody_and_lives_on() {
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let (ended, output) = run(&script(&format!("sleep 1000 & echo $! > {}; echo last words", pids.display()))).await;
    assert_eq!((ended, output.as_slice()), (exited(0), &b"last words\n"[..]));
    let grandchild = pids_in(&pids, 1).await[0];
    assert!(is_alive(grandchild));
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(grandchild), nix::sys::signal::Signal::SIGKILL).unwrap();
}

#[tokio::test]
async fn a_grandchild_that_writes_for_ever_holds_nobody() {
    let (ended, output) = run(&script("yes & sleep 0.2; exit 3")).await;
    assert_eq!(ended, exited(3));
    assert!(!output.is_empty());
}
