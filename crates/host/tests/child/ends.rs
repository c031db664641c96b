//! How commands end, by themselves and otherwise.

use std::time::Duration;

use bellwether_host::child::{Child, Ended, How, Tail};
use bellwether_host::clock;
use bellwether_host::signals::Signal;

use crate::support::*;

#[tokio::test]
async fn statuses_and_signals_are_told() {
    assert_eq!(run(&script("exit 0")).await.0, exited(0));
    assert_eq!(run(&script("exit 255")).await.0, exited(255));
    assert_eq!(run(&script("kill -9 $$")).await.0, signaled(9));
    // A real-time signal has no name in most libraries.
    assert_eq!(run(&script("kill -40 $$")).await.0, signaled(40));
    let mut tied = script("exit 7");
    tied.tied = true;
    assert_eq!(run(&tied).await.0, exited(7));
}

#[tokio::test]
async fn a_signal_is_passed_on() {
    for tied in [false, true] {
        let mut spec = script("trap 'echo told; exit 9' USR1; echo ready; while :; do sleep 0.05; done");
        spec.tied = tied;
        let (sender, receiver) = std::sync::mpsc::channel();
        let mut child = Child::spawn(&spec, move |_, bytes: &[u8]| sender.send(bytes.to_vec()).unwrap()).unwrap();
        while tokio::time::timeout(Duration::from_millis(20), child.ended()).await.is_err() {
            if receiver.try_recv().is_ok() {
                child.signal(Signal::SIGUSR1).unwrap();
            }
        }
        assert_eq!(child.ended().await, exited(9));
        child.signal(Signal::SIGUSR1).unwrap();
    }
}

#[tokio::test]
async fn a_timeout_ends_a_command_that_obeys() {
    let mut spec = command("sleep", &["1000"]);
    spec.timeout = Some(Duration::from_millis(100));
    spec.kill_after = Duration::from_secs(1_000);
    assert_eq!(run(&spec).await.0, Ended { how: How::Signaled(15), timed_out: true });
    let mut spec = script("trap 'exit 4' TERM; sleep 1000 & wait");
    spec.timeout = Some(Duration::from_millis(300));
    spec.kill_after = Duration::from_secs(1_000);
    assert_eq!(run(&spec).await.0, Ended { how: How::Exited(4), timed_out: true });
}

#[tokio::test]
async fn a_timeout_leaves_nobody_of_the_group() {
    let dir = tempfile::tempdir().unwrap();
    for (number, leader) in ["trap '' TERM; wait", "wait"].into_iter().enumerate() {
        let pids = dir.path().join(number.to_string());
        let deaf = format!("(trap '' TERM; exec sleep 1000) & echo $! > {0}; echo $$ >> {0}; {leader}", pids.display());
        let mut spec = script(&deaf);
        spec.timeout = Some(Duration::from_millis(500));
        let started = clock::mono();
        let (ended, _) = run(&spec).await;
        assert!(ended.timed_out);
        assert!(clock::mono().since(started) >= Duration::from_millis(800), "KILL waits for its time");
        assert!(pids_in(&pids, 2).await.into_iter().all(|pid| !is_alive(pid)));
    }
}

#[tokio::test]
async fn a_stopped_command_is_ended_all_the_same() {
    let mut spec = script("kill -STOP $$; exit 5");
    spec.timeout = Some(Duration::from_millis(300));
    spec.kill_after = Duration::from_secs(1_000);
    let (ended, _) = run(&spec).await;
    assert_eq!(ended, Ended { how: How::Signaled(15), timed_out: true });
}

#[tokio::test]
async fn a_termination_kills_at_its_instant_and_is_no_timeout() {
    let mut child = Child::spawn(&script("trap '' TERM; echo; while :; do sleep 0.05; done"), Tail::new(9)).unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(300), child.ended()).await.is_err());
    child.terminate(in_millis(200));
    assert_eq!(end_of(&mut child).await, signaled(9));
}

#[tokio::test]
async fn a_lease_ends_the_command_unless_it_is_renewed() {
    tokio::join!(renew_and_stop_renewing(false), renew_and_stop_renewing(true));
}

async fn renew_and_stop_renewing(tied: bool) {
    let mut spec = command("sleep", &["1000"]);
    spec.tied = tied;
    let mut child = Child::spawn(&spec, Tail::new(0)).unwrap();
    for _ in 0..10 {
        child.set_deadline(in_millis(2_000), in_millis(2_500)).unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(250), child.ended()).await.is_err());
    }
    assert_eq!(end_of(&mut child).await, signaled(15));
}

#[tokio::test]
async fn dropping_ends_what_is_tied_and_nothing_else() {
    for tied in [false, true] {
        let mut spec = command("sleep", &["1000"]);
        spec.tied = tied;
        let child = Child::spawn(&spec, Tail::new(0)).unwrap();
        let pid = child.id();
        drop(child);
        if tied {
            assert!(eventually(|| !is_alive(pid)).await);
        } else {
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert!(is_alive(pid));
            nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), Signal::SIGKILL).unwrap();
        }
        let reaped = || !std::path::Path::new(&format!("/proc/{pid}")).exists();
        assert!(eventually(reaped).await, "no zombie stays");
    }
}
