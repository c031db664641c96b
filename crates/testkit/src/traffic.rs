//! Servers that echo on ports of this network, and connections to them: what a firewall lets in and what it refuses.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// How long anything may take before a test fails: much longer than it should.
const PATIENCE: Duration = Duration::from_secs(20);
/// How soon a connection must be refused: dropped packets would take a second to be told from refused ones.
const AT_ONCE: Duration = Duration::from_millis(900);

/// The addresses of this machine.
pub fn addresses(port: u16) -> [SocketAddr; 2] {
    [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]
}

/// Echoes on these ports of both addresses, as long as the network is there.
pub fn echo_on(ports: impl IntoIterator<Item = u16>) {
    for address in ports.into_iter().flat_map(addresses) {
        let listener = TcpListener::bind(address).unwrap();
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                std::thread::spawn(move || echo(stream));
            }
        });
    }
}

fn echo(mut stream: TcpStream) {
    let mut buffer = [0; 1_024];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        if stream.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
}

/// An open connection.
#[derive(Debug)]
pub struct Connection(TcpStream);

impl Connection {
    /// Opens one.
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// Sends something and sees it come back.
    pub fn echoes(&mut self) {
        self.0.write_all(b"still there?").unwrap();
        let mut answer = [0; 12];
        self.0.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"still there?");
    }
}

/// Connections to both addresses, which have carried something.
pub fn open_both(port: u16) -> Vec<Connection> {
    let mut connections: Vec<Connection> = addresses(port).into_iter().map(Connection::open).collect();
    connections.iter_mut().for_each(Connection::echoes);
    connections
}

/// New connections to a port are refused on both addresses; tells how long the slower took to be.
pub fn refused(port: u16) -> Duration {
    let times = addresses(port).map(|address| {
        let started = Instant::now();
        let error = TcpStream::connect_timeout(&address, PATIENCE).expect_err("a refusal");
        let took = started.elapsed();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{address}: {error}");
        assert!(took < AT_ONCE, "{address} was refused after {took:?}");
        took
    });
    times.into_iter().max().unwrap()
}
