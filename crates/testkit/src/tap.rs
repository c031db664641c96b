//! A wire between a program and a server of this host that keeps what both say, to count what a call costs.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What is kept of one connection at most; more is passed on all the same.
const MAX_KEPT: usize = 16 * 1024 * 1024;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who connected.
    Client,
    /// Whom the wire leads to.
    Server,
}

/// What was said on one connection, piece by piece.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    pieces: Vec<(Side, Vec<u8>)>,
    kept: usize,
}

impl Conversation {
    /// How often the client said something and was answered. Pieces of one side that follow each other count once.
    pub fn round_trips(&self) -> usize {
        self.pieces.windows(2).filter(|pair| (pair[0].0, pair[1].0) == (Side::Client, Side::Server)).count()
    }

    /// All that one side said.
    pub fn said_by(&self, side: Side) -> Vec<u8> {
        self.pieces.iter().filter(|(speaker, _)| *speaker == side).flat_map(|(_, piece)| piece.clone()).collect()
    }

    fn keep(&mut self, side: Side, piece: &[u8]) {
        if self.kept + piece.len() <= MAX_KEPT {
            self.kept += piece.len();
            self.pieces.push((side, piece.to_vec()));
        }
    }
}

/// A wire to a port of 127.0.0.1. Its threads last as long as the process.
#[derive(Debug)]
pub struct Tap {
    port: u16,
    conversations: Arc<Mutex<Vec<Arc<Mutex<Conversation>>>>>,
}

impl Tap {
    /// Listens on a free port of 127.0.0.1 and passes everything on to `port`. What the server says is held back for
    /// `delay`: questions asked side by side are told by it from those that wait for each other.
    pub fn to(port: u16, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let tap = Self { port: listener.local_addr().unwrap().port(), conversations: Arc::default() };
        let conversations = Arc::clone(&tap.conversations);
        std::thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                // A client that finds its connection closed is told what it would be told without the wire.
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let conversation = Arc::new(Mutex::new(Conversation::default()));
                conversations.lock().unwrap().push(Arc::clone(&conversation));
                carry(&client, &server, (Side::Client, Duration::ZERO), &conversation);
                carry(&server, &client, (Side::Server, delay), &conversation);
            }
        });
        tap
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What was said on connections made since this was last asked.
    pub fn take(&self) -> Vec<Conversation> {
        let taken = std::mem::take(&mut *self.conversations.lock().unwrap());
        taken.iter().map(|conversation| conversation.lock().unwrap().clone()).collect()
    }
}

/// Passes on what one side says, on a thread of its own. It is kept before it is passed on, so that no answer is kept
/// before its question.
fn carry(from: &TcpStream, to: &TcpStream, (side, delay): (Side, Duration), conversation: &Arc<Mutex<Conversation>>) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    to.set_nodelay(true).unwrap();
    let conversation = Arc::clone(conversation);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            std::thread::sleep(delay);
            conversation.lock().unwrap().keep(side, &buffer[..length]);
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Reply, Server as HttpServer};

    #[test]
    fn what_is_said_is_passed_on_and_counted() {
        let server = HttpServer::start("127.0.0.1:0", |_| Reply::text(200, "hello"));
        let tap = Tap::to(server.address().port(), Duration::from_millis(20));
        let mut stream = TcpStream::connect(("127.0.0.1", tap.port())).unwrap();
        for _ in 0..3 {
            stream.write_all(b"GET / HTTP/1.1\r\n").unwrap();
            stream.write_all(b"\r\n").unwrap();
            let mut answer = Vec::new();
            while !answer.ends_with(b"hello") {
                let mut buffer = [0; 1024];
                let length = stream.read(&mut buffer).unwrap();
                assert!(length > 0, "the connection ended");
                answer.extend_from_slice(&buffer[..length]);
            }
        }
        let [conversation] = &tap.take()[..] else { panic!("one connection was made") };
        assert_eq!(conversation.round_trips(), 3);
        assert_eq!(conversation.said_by(Side::Client), b"GET / HTTP/1.1\r\n\r\n".repeat(3));
        assert!(tap.take().is_empty(), "what was taken is not given again");
    }
}
