//! `--ping`, `--on-failure` and `--metrics`: who is told how a run went.

mod configuration;
mod failures;
mod losses;
mod metrics;
mod metrics_troubles;
mod ping_troubles;
mod pings;
mod tls;

use bellwether_testkit::http::{Reply, Request, Server};

use super::host::ONE_TICK;

/// A path of a ping URL that nobody else must learn.
const SECRET: &str = "/ping/5ecre7-5ecre7";

/// A server that takes every ping.
fn server() -> Server {
    Server::start("127.0.0.1:0", |_| Reply::text(200, "OK"))
}

/// The ping URL at a server.
fn url(server: &Server) -> String {
    format!("{}{SECRET}", server.url())
}

/// The flags of a job with one tick, and more.
fn with<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    [&ONE_TICK[..], flags].concat()
}

/// What a server was told, each by what follows the path of the ping URL.
fn told(server: &Server) -> Vec<(String, Request)> {
    let signal = |request: &Request| {
        let path = request.path.split('?').next().unwrap();
        path.strip_prefix(SECRET).unwrap_or_else(|| panic!("{path} is not below {SECRET}")).to_owned()
    };
    server.requests().into_iter().map(|request| (signal(&request), request)).collect()
}

fn signals(server: &Server) -> Vec<String> {
    told(server).into_iter().map(|(signal, _)| signal).collect()
}
