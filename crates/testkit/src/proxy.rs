//! A proxy in front of another server, such as moto, that logs all requests and delays or changes the answers.

use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::http::{Answer, Exchange, Reply, Request, Server, read_answer, sequential_rounds, write_request};

/// How long the server behind may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running proxy; it ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    server: Server,
}

impl Proxy {
    /// Listens on a free port of 127.0.0.1 and passes everything on to `upstream`, such as `http://127.0.0.1:5000`.
    /// Each answer is held back for `delay` beyond what the server behind takes. It answers 502 when that one fails.
    pub fn start(upstream: &str, delay: Duration) -> Self {
        Self::altering(upstream, move |_, pass_on| pass_on().delayed(delay))
    }

    /// The same, but `alter` decides on each reply: it may pass the request on, and do with the reply what it likes.
    pub fn altering(
        upstream: &str,
        alter: impl Fn(&Request, &dyn Fn() -> Reply) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let upstream = address_in(upstream);
        let server = Server::start("127.0.0.1:0", move |request| alter(request, &|| answer_of(upstream, request)));
        Self { server }
    }

    /// Its URL, without a slash at the end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The requests so far and how each ended.
    pub fn log(&self) -> Vec<Exchange> {
        self.server.log()
    }

    /// How many round trips the client made one after the other.
    pub fn rounds(&self) -> usize {
        sequential_rounds(&self.log())
    }
}

/// What another server than the one behind, at this URL, answers to a request; 502 when it fails.
pub fn answered_by(url: &str, request: &Request) -> Reply {
    answer_of(address_in(url), request)
}

fn address_in(url: &str) -> SocketAddr {
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    address.parse().unwrap_or_else(|error| panic!("proxy to '{url}': {error}"))
}

fn answer_of(upstream: SocketAddr, request: &Request) -> Reply {
    match forward(upstream, request) {
        Ok(answer) => Reply::Answer(answer),
        Err(error) => Reply::text(502, format!("no answer from {upstream}: {error}")),
    }
}

/// The `Host` header is left as it is: it is part of what the client has signed.
fn forward(upstream: SocketAddr, request: &Request) -> io::Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&upstream, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write_request(&mut stream, request)?;
    read_answer(&mut BufReader::new(stream))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(url: &str) -> Answer {
        let request = Request {
            method: "GET".into(),
            path: "/x?y=z".into(),
            headers: vec![("host".into(), "a".into())],
            body: vec![],
        };
        forward(url.trim_start_matches("http://").parse().unwrap(), &request).unwrap()
    }

    #[test]
    fn passes_on_and_counts_round_trips() {
        let behind =
            Server::start("127.0.0.1:0", |request| Reply::text(203, request.path.clone()).with_header("x-a", "b"));
        let proxy = Proxy::start(&behind.url(), Duration::from_millis(60));
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..3).map(|_| scope.spawn(|| get(&proxy.url()))).collect();
            for client in clients {
                let answer = client.join().unwrap();
                assert_eq!((answer.status, answer.body.as_slice()), (203, b"/x?y=z".as_slice()));
                assert!(answer.headers.contains(&("x-a".into(), "b".into())));
            }
        });
        assert_eq!(proxy.rounds(), 1, "three at the same time are one round");
        get(&proxy.url());
        assert_eq!((proxy.rounds(), proxy.log().len()), (2, 4));
        assert_eq!(behind.requests()[0].header("host"), Some("a"));
    }

    #[test]
    fn answers_can_be_lost_after_the_request_was_passed_on() {
        let behind = Server::start("127.0.0.1:0", |_| Reply::text(200, "done"));
        let proxy = Proxy::altering(&behind.url(), |_, pass_on| {
            pass_on();
            Reply::text(500, "lost")
        });
        assert_eq!((get(&proxy.url()).status, behind.requests().len()), (500, 1));
    }

    #[test]
    fn answers_502_when_nobody_is_behind_it() {
        let gone = Server::start("127.0.0.1:0", |_| Reply::Drop);
        let proxy = Proxy::start(&gone.url(), Duration::ZERO);
        assert_eq!(get(&proxy.url()).status, 502);
    }
}
