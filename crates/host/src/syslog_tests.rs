use std::io::Read;
use std::os::unix::net::UnixListener;

use proptest::prelude::*;

use super::*;

const PATIENCE: Option<Duration> = Some(Duration::from_secs(10));

fn receive(daemon: &UnixDatagram) -> String {
    let mut buffer = [0; 4_096];
    let length = daemon.recv(&mut buffer).unwrap();
    String::from_utf8(buffer[..length].to_vec()).unwrap()
}

fn listen(path: &Path) -> UnixDatagram {
    let daemon = UnixDatagram::bind(path).unwrap();
    daemon.set_read_timeout(PATIENCE).unwrap();
    daemon
}

#[test]
fn lines_become_messages_with_a_priority() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let daemon = listen(&path);
    let log = Syslog::connect(&path).unwrap();
    log.send(Severity::Error, "clustercron [7]: first\n\nsecond\0<8>forged").unwrap();
    log.send(Severity::Debug, "third").unwrap();
    assert_eq!(receive(&daemon), "<11>clustercron [7]: first");
    assert_eq!(receive(&daemon), "<11>second <8>forged");
    assert_eq!(receive(&daemon), "<15>third");
}

#[test]
fn a_restarted_daemon_is_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let daemon = listen(&path);
    let log = Syslog::connect(&path).unwrap();
    drop(daemon);
    std::fs::remove_file(&path).unwrap();
    assert!(log.send(Severity::Info, "lost").is_err());
    let daemon = listen(&path);
    log.send(Severity::Info, "found").unwrap();
    assert_eq!(receive(&daemon), "<14>found");
}

#[test]
fn a_stream_is_spoken_to_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let daemon = UnixListener::bind(&path).unwrap();
    let log = Syslog::connect(&path).unwrap();
    let (mut connection, _) = daemon.accept().unwrap();
    log.send(Severity::Warning, "a\nb").unwrap();
    drop(log);
    let mut all = String::new();
    connection.set_read_timeout(PATIENCE).unwrap();
    connection.read_to_string(&mut all).unwrap();
    assert_eq!(all, "<12>a\0<12>b\0");
}

#[test]
fn a_daemon_that_does_not_read_holds_nobody_for_long() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let _deaf = listen(&path);
    let log = Syslog::connect(&path).unwrap();
    let long = "x".repeat(2_000);
    let started = crate::clock::mono();
    assert!((0..10_000).any(|_| log.send(Severity::Info, &long).is_err()));
    assert!(crate::clock::mono().since(started) < Duration::from_secs(30));
}

#[test]
fn nobody_there_is_an_error() {
    assert!(Syslog::connect(Path::new("/nonexistent/log")).is_err());
}

proptest! {
    #[test]
    fn pieces_are_short_and_lose_nothing(text in ".*", most in 4_usize..20) {
        let all: Vec<&str> = pieces(&text, most).collect();
        prop_assert!(all.iter().all(|piece| !piece.is_empty() && piece.len() <= most));
        prop_assert_eq!(all.concat(), text);
    }
}
