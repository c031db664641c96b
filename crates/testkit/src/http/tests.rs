use super::*;
use std::io::{BufRead, Write};

fn hello(_: &Request) -> Reply {
    Reply::text(200, "hello")
}

/// Sends raw text on an open connection and reads one answer of a known length.
fn talk(stream: &TcpStream, text: &str, body_length: usize) -> (String, String) {
    (&*stream).write_all(text.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    let mut status = String::new();
    reader.read_line(&mut status).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; body_length];
    reader.read_exact(&mut body).unwrap();
    (status, String::from_utf8(body).unwrap())
}

#[test]
fn answers_twice_on_one_connection_and_logs_both() {
    let server = Server::start("127.0.0.1:0", hello);
    let stream = TcpStream::connect(server.address()).unwrap();
    assert_eq!(talk(&stream, "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n", 5).1, "hello");
    let (status, _) = talk(&stream, "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nxyz", 5);
    assert_eq!(status, "HTTP/1.1 200 -\r\n");
    let requests = server.requests();
    assert_eq!((requests[0].path.as_str(), requests[0].header("host")), ("/a?b=c", Some("x")));
    assert_eq!((requests[1].method.as_str(), requests[1].text()), ("POST", "xyz".to_owned()));
    assert!(server.log().iter().all(|exchange| exchange.ended.is_some() && exchange.status == Some(200)));
}

#[test]
fn hangs_and_drops_when_told_to() {
    let server =
        Server::start("127.0.0.1:0", |request| if request.path == "/hang" { Reply::Hang } else { Reply::Drop });
    let mut dropped = TcpStream::connect(server.address()).unwrap();
    dropped.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert_eq!(dropped.read(&mut [0; 8]).unwrap(), 0);
    let mut hung = TcpStream::connect(server.address()).unwrap();
    hung.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    hung.write_all(b"GET /hang HTTP/1.1\r\n\r\n").unwrap();
    assert_eq!(hung.read(&mut [0; 8]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    drop(server);
    assert!(!matches!(hung.read(&mut [0; 8]), Ok(1..)), "the connection outlived its server");
}

#[test]
fn a_dropped_server_frees_its_port() {
    let server = Server::start("127.0.0.1:0", hello);
    let address = server.address();
    drop(server);
    assert!(TcpStream::connect(address).is_err());
}

fn exchange(base: Instant, started: u64, ended: Option<u64>) -> Exchange {
    let at = |millis| base + Duration::from_millis(millis);
    let request = Request { method: "GET".into(), path: "/".into(), headers: Vec::new(), body: Vec::new() };
    Exchange { request, started: at(started), ended: ended.map(at), status: None }
}

#[test]
fn counts_the_longest_chain_of_requests() {
    let base = Instant::now();
    let log = |spans: &[(u64, Option<u64>)]| -> Vec<Exchange> {
        spans.iter().map(|(started, ended)| exchange(base, *started, *ended)).collect()
    };
    assert_eq!(sequential_rounds(&[]), 0);
    assert_eq!(sequential_rounds(&log(&[(0, Some(10)), (1, Some(11)), (2, Some(12))])), 1);
    assert_eq!(sequential_rounds(&log(&[(0, Some(10)), (10, Some(20)), (21, Some(30))])), 3);
    assert_eq!(sequential_rounds(&log(&[(0, Some(30)), (1, Some(5)), (6, Some(12)), (31, Some(40))])), 3);
    assert_eq!(sequential_rounds(&log(&[(0, Some(10)), (11, None), (12, None)])), 2);
    assert_eq!(sequential_rounds(&log(&[(0, None), (1, None)])), 1);
}
