//! A small web site: two servers, each in a network of its own, behind a load balancer that asks after their health and
//! tries the other one where a connection is refused; and visitors. All are real programs: HAProxy and wrk.

mod programs;
mod visitors;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::bridge::{Bridge, HUB, NodeNetwork};
use crate::process::{Running, Sandbox};
pub use visitors::{Tally, Visitors};

/// The port of the servers, and of the load balancer.
pub const PORT: u16 = 8_080;
/// How long a server takes to answer, so that requests are always under way.
pub const ANSWER: Duration = Duration::from_millis(50);
/// How long anything of this site is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// What visitors have before and after something happens.
const A_WHILE: Duration = Duration::from_millis(500);
/// How many servers there are.
const SERVERS: usize = 2;

/// The site. It ends when dropped.
#[derive(Debug)]
pub struct Site {
    servers: Vec<Server>,
    balancer: Running,
    directory: Sandbox,
    _bridge: Bridge,
}

#[derive(Debug)]
struct Server {
    network: NodeNetwork,
    program: Option<Running>,
}

impl Site {
    /// Starts it in this thread's network, and waits until the load balancer finds both servers well.
    ///
    /// # Panics
    /// When a program is missing or does not start.
    pub fn start() -> Self {
        let directory = Sandbox::new();
        let bridge = Bridge::here();
        let servers = (0..SERVERS).map(|number| server(&bridge, &directory, number)).collect();
        let balancer = programs::balancer(&directory, SERVERS);
        let site = Self { servers, balancer, directory, _bridge: bridge };
        for number in 0..SERVERS {
            site.wait(&format!("server {number} is up"), || site.is_up(number));
        }
        site
    }

    /// The network of a server.
    pub fn network(&self, number: usize) -> &NodeNetwork {
        &self.servers[number].network
    }

    /// Lets visitors in, until they are told to go.
    pub fn visit(&self) -> Visitors {
        Visitors::start(&format!("http://{HUB}:{PORT}/"))
    }

    /// Has the first server leave while visitors are there: they come, `drain` tells it to leave and waits, it is switched
    /// off, the load balancer knows, they go. What they met with.
    ///
    /// # Panics
    /// As [`Site::wait_until_left`].
    pub fn leaving(&mut self, drain: impl FnOnce(&Self)) -> Tally {
        let visitors = self.visit();
        std::thread::sleep(A_WHILE);
        drain(self);
        self.switch_off(0);
        self.wait_until_left(0);
        std::thread::sleep(A_WHILE);
        visitors.leave()
    }

    /// Ends a server at once, as a machine that is switched off.
    pub fn switch_off(&mut self, number: usize) {
        let program = self.servers[number].program.take().expect("a server that is on");
        program.signal(Signal::SIGKILL);
        program.finish();
    }

    /// Whether the load balancer takes a server for well.
    pub fn is_up(&self, number: usize) -> bool {
        self.row(number).is_some_and(|row| row[STATUS].starts_with("UP"))
    }

    /// Waits until the load balancer has turned away from a server, and no request to it is under way.
    ///
    /// # Panics
    /// When it does not for long.
    pub fn wait_until_left(&self, number: usize) {
        self.wait(&format!("nobody is at server {number}"), || {
            self.row(number).is_some_and(|row| row[STATUS].starts_with("DOWN") && row[UNDER_WAY] == "0")
        });
    }

    fn wait(&self, what: &str, holds: impl Fn() -> bool) {
        let since = Instant::now();
        while !holds() {
            let said = String::from_utf8_lossy(&self.balancer.stderr_so_far()).into_owned();
            assert!(since.elapsed() < PATIENCE, "still waiting until {what}:\n{said}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the load balancer tells of a server; nothing while it does not answer.
    fn row(&self, number: usize) -> Option<Vec<String>> {
        let table = ask(&programs::socket(&self.directory), "show stat\n").ok()?;
        let prefix = format!("servers,server{number},");
        let row = table.lines().find(|line| line.starts_with(&prefix))?;
        Some(row.split(',').map(str::to_owned).collect()).filter(|row: &Vec<_>| row.len() > STATUS)
    }
}

/// The columns of HAProxy's statistics that are looked at: the management guide, 9.1.
const UNDER_WAY: usize = 4;
const STATUS: usize = 17;

fn server(bridge: &Bridge, directory: &Sandbox, number: usize) -> Server {
    let network = bridge.connect(number);
    let program = network.enter(|| programs::server(directory, number));
    Server { network, program: Some(program) }
}

fn ask(socket: &Path, question: &str) -> std::io::Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(question.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netns::private_network;

    #[test]
    fn visitors_notice_a_server_that_is_switched_off_and_not_one_that_nobody_is_at() {
        private_network(|| {
            let mut site = Site::start();
            let tally = site.leaving(|_| {});
            assert!(tally.failed > 0 && tally.requests > tally.failed, "{tally:?}");
            let since = Instant::now();
            let undisturbed = site.visit();
            std::thread::sleep(A_WHILE);
            let tally = undisturbed.leave();
            assert!(tally.failed == 0 && tally.requests > 0, "{tally:?}");
            let most = (since.elapsed().as_millis() / ANSWER.as_millis() + 1) * u128::from(visitors::VISITORS);
            assert!(u128::from(tally.requests) <= most, "an answer takes a while: {tally:?}, not more than {most}");
        });
    }
}
