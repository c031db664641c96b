//! A small HTTP/1.1 server on threads of its own, whose answers a closure decides and whose log a test reads.
//!
//! Threads rather than a runtime: they stay in the network namespace of the thread that started the server.

mod exchange;
mod reply;
mod wire;

use std::collections::BTreeMap;
use std::io::{BufReader, Read};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub use exchange::{Exchange, sequential_rounds};
pub use reply::{Answer, Reply};
pub use wire::Request;
pub(crate) use wire::{read_answer, write_request};

/// How long a connection may be silent before the server closes it.
const IDLE: Duration = Duration::from_secs(120);

/// A running server; it ends, and closes its connections, when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    listener: Arc<TcpListener>,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    log: Mutex<Vec<Exchange>>,
    connections: Mutex<Connections>,
}

#[derive(Debug, Default)]
struct Connections {
    next: u64,
    open: BTreeMap<u64, TcpStream>,
}

impl Server {
    /// Listens at `bind`, such as `127.0.0.1:0` for a free port, and answers with what `handler` says.
    pub fn start(bind: &str, handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(bind).unwrap_or_else(|error| panic!("cannot listen at {bind}: {error}"));
        let address = listener.local_addr().unwrap();
        let listener = Arc::new(listener);
        let shared = Arc::new(Shared::default());
        let acceptor = {
            let (listener, shared) = (Arc::clone(&listener), Arc::clone(&shared));
            std::thread::spawn(move || accept(&listener, &shared, &Arc::new(handler)))
        };
        Self { address, listener, shared, acceptor: Some(acceptor) }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.log().into_iter().map(|exchange| exchange.request).collect()
    }

    /// The requests so far and how each ended, in the order of their arrival.
    pub fn log(&self) -> Vec<Exchange> {
        self.shared.log.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Wakes the acceptor wherever it listens; connecting to ourselves would need to be in its network namespace.
        let _ = nix::sys::socket::shutdown(self.listener.as_raw_fd(), nix::sys::socket::Shutdown::Both);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        for connection in self.shared.connections.lock().unwrap().open.values() {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

fn accept<H: Fn(&Request) -> Reply + Send + Sync + 'static>(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    handler: &Arc<H>,
) {
    while let Ok((stream, _)) = listener.accept() {
        let Ok(copy) = stream.try_clone() else { continue };
        let id = {
            let mut connections = shared.connections.lock().unwrap();
            let id = connections.next;
            connections.next += 1;
            connections.open.insert(id, copy);
            id
        };
        let (shared, handler) = (Arc::clone(shared), Arc::clone(handler));
        std::thread::spawn(move || {
            // The connection's end is the client's to judge; a broken one is nothing the server must report.
            let _ = serve(&stream, &shared, handler.as_ref());
            let _ = stream.shutdown(Shutdown::Both);
            shared.connections.lock().unwrap().open.remove(&id);
        });
    }
}

fn serve(stream: &TcpStream, shared: &Shared, handler: &impl Fn(&Request) -> Reply) -> std::io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_write_timeout(Some(IDLE))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = wire::read_request(&mut reader)? {
        let place = shared.record(&request);
        match handler(&request) {
            Reply::Drop => break,
            Reply::Hang => return wait_for_the_end(&mut reader),
            Reply::Answer(answer) => {
                std::thread::sleep(answer.delay);
                // Before the bytes leave, so that what the client does next is never logged as earlier.
                shared.finish(place, answer.status);
                wire::write_answer(&mut &*stream, &answer)?;
                if request.wants_close() {
                    break;
                }
            }
        }
    }
    Ok(())
}

fn wait_for_the_end(reader: &mut impl Read) -> std::io::Result<()> {
    let mut ignored = [0; 1024];
    while reader.read(&mut ignored)? > 0 {}
    Ok(())
}

impl Shared {
    fn record(&self, request: &Request) -> usize {
        let mut log = self.log.lock().unwrap();
        log.push(Exchange { request: request.clone(), started: Instant::now(), ended: None, status: None });
        log.len() - 1
    }

    fn finish(&self, place: usize, status: u16) {
        let mut log = self.log.lock().unwrap();
        log[place].ended = Some(Instant::now());
        log[place].status = Some(status);
    }
}

#[cfg(test)]
mod tests;
