//! A service manager that hears what services tell it, by the protocol of `sd_notify(3)`.

use std::cell::RefCell;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::Sandbox;

/// How long a message is waited for.
const A_MOMENT: Duration = Duration::from_millis(50);
/// Longer than any message that a service may send.
const LONGEST: usize = 4_096;

/// A socket for services to notify. Nothing is read unless somebody asks.
#[derive(Debug)]
pub struct NotifySocket {
    socket: UnixDatagram,
    path: PathBuf,
    messages: RefCell<Vec<String>>,
}

impl NotifySocket {
    /// A new one in this sandbox.
    ///
    /// # Panics
    /// When there is one already.
    pub fn within(sandbox: &Sandbox) -> Self {
        let path = sandbox.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(A_MOMENT)).unwrap();
        Self { socket, path, messages: RefCell::default() }
    }

    /// What `NOTIFY_SOCKET` must be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All messages so far, in their order, once none has come for a moment.
    pub fn messages(&self) -> Vec<String> {
        let mut messages = self.messages.borrow_mut();
        let mut buffer = [0; LONGEST];
        while let Ok(length) = self.socket.recv(&mut buffer) {
            messages.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        }
        messages.clone()
    }

    /// How often a message came so far.
    pub fn count(&self, message: &str) -> usize {
        self.messages().iter().filter(|told| *told == message).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_kept_in_their_order() {
        let sandbox = Sandbox::new();
        let manager = NotifySocket::within(&sandbox);
        let service = UnixDatagram::unbound().unwrap();
        for message in ["STATUS=up", "READY=1", "READY=1"] {
            service.send_to(message.as_bytes(), manager.path()).unwrap();
        }
        assert_eq!(manager.messages(), ["STATUS=up", "READY=1", "READY=1"]);
        assert_eq!(manager.count("READY=1"), 2, "what was told is told again");
    }
}
