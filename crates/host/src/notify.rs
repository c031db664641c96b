//! Tells the service manager how the service is, by the protocol of `sd_notify(3)`: assignments in a datagram.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use bellwether_core::environment::Environment;

use crate::clock;

/// How long a message may wait for a busy service manager.
const SEND_LIMIT: Duration = Duration::from_millis(500);
/// The longest status, in bytes: what a person reads in a line.
const LONGEST_STATUS: usize = 1_000;

/// The service manager, as far as there is one that wants to be told.
#[derive(Debug)]
pub struct ServiceManager {
    listener: Option<Listener>,
    watchdog: Option<Duration>,
}

#[derive(Debug)]
struct Listener {
    socket: UnixDatagram,
    name: String,
    address: SocketAddr,
}

/// Why the service manager cannot be told anything.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot notify the service manager at NOTIFY_SOCKET={address}: {source}; is the service's unit of Type=notify?"
)]
pub struct NotifyError {
    address: String,
    source: io::Error,
}

impl ServiceManager {
    /// The one that `NOTIFY_SOCKET` names, a path or, after `@`, an abstract name; with the watchdog that
    /// `WATCHDOG_USEC` and `WATCHDOG_PID` ask for. Without them every message is sent to nobody.
    ///
    /// # Errors
    /// When `NOTIFY_SOCKET` is of another kind, or the process has no descriptor left.
    pub fn from_environment(environment: &Environment) -> Result<Self, NotifyError> {
        let listener = environment.get("NOTIFY_SOCKET").map(Listener::at).transpose()?;
        let watchdog = if listener.is_some() { watchdog_of(environment, std::process::id()) } else { None };
        Ok(Self { listener, watchdog })
    }

    /// How often the watchdog wants to be fed at the latest. To be fed in half that time is the custom.
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// The service is up, or has read its configuration again.
    ///
    /// # Errors
    /// When the service manager does not take the message within half a second, as for the others.
    pub fn ready(&self) -> Result<(), NotifyError> {
        self.send("READY=1")
    }

    /// The service reads its configuration again; [`ServiceManager::ready`] must follow.
    ///
    /// # Errors
    /// As [`ServiceManager::ready`].
    pub fn reloading(&self) -> Result<(), NotifyError> {
        self.send(&format!("RELOADING=1\nMONOTONIC_USEC={}", clock::awake().as_micros()))
    }

    /// The service is about to end.
    ///
    /// # Errors
    /// As [`ServiceManager::ready`].
    pub fn stopping(&self) -> Result<(), NotifyError> {
        self.send("STOPPING=1")
    }

    /// What the service does, in a line for people. A longer text is cut.
    ///
    /// # Errors
    /// As [`ServiceManager::ready`].
    pub fn status(&self, text: &str) -> Result<(), NotifyError> {
        // A second line would be a message of its own.
        let line = text[..text.floor_char_boundary(LONGEST_STATUS)].replace(char::is_control, " ");
        self.send(&format!("STATUS={line}"))
    }

    /// The service is alive.
    ///
    /// # Errors
    /// As [`ServiceManager::ready`].
    pub fn feed_watchdog(&self) -> Result<(), NotifyError> {
        self.send("WATCHDOG=1")
    }

    fn send(&self, message: &str) -> Result<(), NotifyError> {
        self.listener.as_ref().map_or(Ok(()), |listener| listener.send(message))
    }
}

impl Listener {
    fn at(name: &str) -> Result<Self, NotifyError> {
        let made = socket_address(name).and_then(|address| {
            let socket = UnixDatagram::unbound()?;
            socket.set_write_timeout(Some(SEND_LIMIT))?;
            Ok(Self { socket, name: name.to_owned(), address })
        });
        made.map_err(|source| NotifyError { address: name.to_owned(), source })
    }

    /// The address is looked up for every message: a service manager that was started again is found.
    fn send(&self, message: &str) -> Result<(), NotifyError> {
        let sent = self.socket.send_to_addr(message.as_bytes(), &self.address);
        sent.map(drop).map_err(|source| NotifyError { address: self.name.clone(), source })
    }
}

fn socket_address(address: &str) -> io::Result<SocketAddr> {
    match (address.strip_prefix('@'), address.starts_with('/')) {
        (Some(name), _) => SocketAddr::from_abstract_name(name),
        (None, true) => SocketAddr::from_pathname(address),
        (None, false) => Err(io::Error::new(io::ErrorKind::Unsupported, "it is neither a path nor an abstract name")),
    }
}

/// The watchdog's time, where it is meant for us and not for a parent of ours: `sd_watchdog_enabled(3)`.
fn watchdog_of(environment: &Environment, our_id: u32) -> Option<Duration> {
    let micros = environment.get("WATCHDOG_USEC")?.parse().ok().filter(|&micros| micros > 0)?;
    let is_ours = environment.get("WATCHDOG_PID").is_none_or(|id| id.parse() == Ok(our_id));
    is_ours.then_some(Duration::from_micros(micros))
}

#[cfg(test)]
#[path = "notify_tests.rs"]
mod tests;
