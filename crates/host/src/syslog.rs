//! Messages to the system's log, as RFC 3164 frames them: `<priority>text`.

use std::io::{self, Write};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where syslog listens, also where journald takes its place.
pub const DEV_LOG: &str = "/dev/log";

/// The facility `user`, RFC 3164 section 4.1.1.
const FACILITY_USER: u8 = 1;
/// The largest message, its priority included. RFC 3164 guarantees 1 KiB; today's daemons take 2 KiB and more.
const LARGEST: usize = 2_048;
/// `<` + at most three digits + `>`.
const LONGEST_PRIORITY: usize = 5;
/// How long a message may wait for a busy daemon.
const SEND_LIMIT: Duration = Duration::from_millis(500);

/// How grave a message is, RFC 3164 section 4.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Action must be taken.
    Critical = 2,
    /// Something failed.
    Error = 3,
    /// Something is not as it should be.
    Warning = 4,
    /// Normal but significant.
    Notice = 5,
    /// What goes on.
    Info = 6,
    /// What goes on inside.
    Debug = 7,
}

/// A connection to the system's log. A daemon that was restarted is connected to anew.
pub struct Syslog {
    path: PathBuf,
    socket: Mutex<Socket>,
}

enum Socket {
    Datagram(UnixDatagram),
    Stream(UnixStream),
}

impl Syslog {
    /// Connects to the daemon's socket, of datagrams or, as some daemons have it, a stream.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn connect(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), socket: Mutex::new(Socket::connect(path)?) })
    }

    /// Sends a text with the facility `user`: one message a line, long lines in pieces. Waits half a second a message
    /// at most.
    ///
    /// # Errors
    /// When the daemon does not take a message; the lines after it are not sent.
    pub fn send(&self, severity: Severity, message: &str) -> io::Result<()> {
        let priority = FACILITY_USER * 8 + severity as u8;
        for line in message.lines().filter(|line| !line.is_empty()) {
            for piece in pieces(line, LARGEST - LONGEST_PRIORITY) {
                // A NUL would end the message early, for a stream and for most daemons.
                self.send_frame(format!("<{priority}>{}", piece.replace('\0', " ")).as_bytes())?;
            }
        }
        Ok(())
    }

    fn send_frame(&self, frame: &[u8]) -> io::Result<()> {
        let mut socket = self.socket();
        match socket.send(frame) {
            Err(error) if is_disconnected(&error) => {
                *socket = Socket::connect(&self.path)?;
                socket.send(frame)
            }
            sent => sent,
        }
    }

    fn socket(&self) -> MutexGuard<'_, Socket> {
        self.socket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Socket {
    fn connect(path: &Path) -> io::Result<Self> {
        let datagram = UnixDatagram::unbound()?;
        match datagram.connect(path) {
            Ok(()) => {
                datagram.set_write_timeout(Some(SEND_LIMIT))?;
                Ok(Self::Datagram(datagram))
            }
            Err(error) if error.raw_os_error() == Some(nix::libc::EPROTOTYPE) => {
                let stream = UnixStream::connect(path)?;
                stream.set_write_timeout(Some(SEND_LIMIT))?;
                Ok(Self::Stream(stream))
            }
            Err(error) => Err(error),
        }
    }

    fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        match self {
            Self::Datagram(datagram) => datagram.send(frame).map(drop),
            // On a stream a NUL ends the message, as glibc's syslog(3) has it.
            Self::Stream(stream) => stream.write_all(&[frame, b"\0"].concat()),
        }
    }
}

fn is_disconnected(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, NotConnected};
    matches!(error.kind(), ConnectionRefused | ConnectionReset | NotConnected | BrokenPipe)
}

/// Cuts a text into pieces of at most `most` bytes, between characters. `most` must hold any character.
fn pieces(text: &str, most: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = rest.split_at(rest.floor_char_boundary(most));
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
#[path = "syslog_tests.rs"]
mod tests;
