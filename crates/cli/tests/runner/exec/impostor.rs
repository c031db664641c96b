//! Somebody with access to the NATS server, but without a believed key, or with one that misbehaves.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::reply::{Event, Reply, ReplyKind};
use bellwether_core::fleet::request::Request;
use bellwether_core::names::NodeId;
use bellwether_testkit::nats::NatsServer;

/// Answers every request to everybody in a node's name, signed with a key, with these events. Ends with the test process.
pub(super) fn answer(env: &str, node: &str, seed: u8, events: Vec<Event>) {
    let node = NodeId::new(node).unwrap();
    let key = SigningKey::from_seed([seed; 32]).unwrap();
    speak(env, move |request| {
        let reply = |(seq, event): (u64, Event)| Reply {
            kind: ReplyKind::Reply,
            id: request.id,
            call: request.call,
            env: request.env.clone(),
            node: node.clone(),
            seq,
            at: request.issued,
            event,
        };
        let sealed = |reply: Reply| Envelope::seal(&key, reply.encode().unwrap()).unwrap();
        (0..).zip(events.clone()).map(reply).map(sealed).collect()
    });
}

/// Answers every ping to everybody as so many nodes that do not exist, `ghost-0` and so on, each with a key of its own.
pub(super) fn haunt(env: &str, ghosts: u8) {
    for ghost in 0..ghosts {
        answer(env, &format!("ghost-{ghost}"), ghost, vec![Event::Pong]);
    }
}

/// Puts a record into the inventory, in a node's place.
pub(super) fn put_record(env: &str, node: &str, record: &[u8]) {
    let mut stream = TcpStream::connect(NatsServer::shared().address()).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    write!(
        stream,
        "CONNECT {{\"verbose\":false}}\r\nSUB put 1\r\nPUB $KV.bw_{env}_nodes.node.{node} put {}\r\n",
        record.len()
    )
    .unwrap();
    stream.write_all(record).unwrap();
    stream.write_all(b"\r\n").unwrap();
    let stored = next(&mut lines, &mut stream).unwrap();
    assert!(stored.windows(5).any(|part| part == b"\"seq\""), "{}", String::from_utf8_lossy(&stored));
}

/// Sends these bytes to whoever asks something.
pub(super) fn babble(env: &str, messages: Vec<Vec<u8>>) {
    speak(env, move |_| messages.clone());
}

/// Listens to the requests to everybody; when this returns, the server knows that it does.
fn speak(env: &str, answers: impl Fn(&Request) -> Vec<Vec<u8>> + Send + 'static) {
    let mut stream = TcpStream::connect(NatsServer::shared().address()).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    write!(stream, "CONNECT {{\"verbose\":false}}\r\nSUB bw.{env}.all 1\r\nPING\r\n").unwrap();
    let mut line = String::new();
    while line != "PONG\r\n" {
        line.clear();
        lines.read_line(&mut line).unwrap();
    }
    std::thread::spawn(move || {
        while let Some(message) = next(&mut lines, &mut stream) {
            let request = Request::decode(&Envelope::decode(&message).unwrap().verify().unwrap().body).unwrap();
            for answer in answers(&request) {
                write!(stream, "PUB {} {}\r\n", request.reply.0, answer.len()).unwrap();
                stream.write_all(&answer).unwrap();
                stream.write_all(b"\r\n").unwrap();
            }
        }
    });
}

/// The next message; none at the end of the connection.
fn next(lines: &mut impl BufRead, stream: &mut TcpStream) -> Option<Vec<u8>> {
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.starts_with("PING") {
            stream.write_all(b"PONG\r\n").ok()?;
        } else if line.starts_with("MSG ") {
            let size: usize = line.trim().rsplit(' ').next()?.parse().ok()?;
            let mut message = vec![0; size + 2];
            lines.read_exact(&mut message).ok()?;
            message.truncate(size);
            return Some(message);
        }
    }
}
