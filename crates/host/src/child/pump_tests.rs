use std::io::{Read, Write};
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::unistd::pipe2;
use tokio::time::timeout;

use super::*;
use crate::child::tail::Tail;

const PATIENCE: Duration = Duration::from_secs(10);

fn pipe() -> (OwnedFd, std::fs::File) {
    let (reader, writer) = pipe2(OFlag::O_CLOEXEC).unwrap();
    (reader, writer.into())
}

async fn run_until_over(pump: &mut Pump, tail: &mut Tail) {
    while !pump.is_over() {
        timeout(PATIENCE, pump.fill()).await.unwrap();
        pump.hand_on(tail);
    }
}

#[tokio::test]
async fn what_is_in_the_pipe_is_copied_though_it_stays_open() {
    let (source, mut command) = pipe();
    let (ours, target) = pipe();
    let mut pump = Pump::new(Stream::Out, source, Some(Writer::start(target.into(), "out").unwrap())).unwrap();
    command.write_all(&[b'x'; 60_000]).unwrap();
    pump.finish();
    let mut tail = Tail::new(10);
    run_until_over(&mut pump, &mut tail).await;
    drop(pump);
    let mut copied = vec![0; 60_000];
    std::fs::File::from(ours).read_exact(&mut copied).unwrap();
    assert_eq!(copied, [b'x'; 60_000]);
    assert_eq!(tail.into_kept().total, 60_000);
    assert!(command.write_all(b"late").is_err(), "the pipe is closed");
}

#[tokio::test]
async fn one_who_keeps_writing_after_the_end_holds_nobody() {
    let (source, mut command) = pipe();
    let writing = std::thread::spawn(move || while command.write_all(&[b'y'; 4_096]).is_ok() {});
    let mut pump = Pump::new(Stream::Err, source, None).unwrap();
    let mut tail = Tail::new(10);
    pump.fill().await;
    pump.hand_on(&mut tail);
    pump.finish();
    run_until_over(&mut pump, &mut tail).await;
    writing.join().unwrap();
}

#[tokio::test]
async fn a_blocked_reader_blocks_nothing_but_the_copy() {
    let (source, mut command) = pipe();
    let (unread, target) = pipe();
    let writing = std::thread::spawn(move || while command.write_all(&[b'z'; 4_096]).is_ok() {});
    let mut pump = Pump::new(Stream::Out, source, Some(Writer::start(target.into(), "out").unwrap())).unwrap();
    let mut tail = Tail::new(10);
    let blocked = async {
        loop {
            pump.fill().await;
            pump.hand_on(&mut tail);
        }
    };
    assert!(timeout(Duration::from_millis(300), blocked).await.is_err());
    assert!(tail.clone().into_kept().total < 1_000_000, "memory stays bounded");
    drop(unread);
    run_until_over(&mut pump, &mut tail).await;
    writing.join().unwrap();
}
