//! Copies one output of a command, as it comes, with one buffer.

use std::future::pending;
use std::io;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::unistd::read;
use tokio::net::unix::pipe::Receiver;

use super::observer::{Observer, Stream};
use super::writer::Writer;

/// The buffer of one output: what a pipe holds by default (pipe(7)).
const BUFFER: usize = 64 * 1_024;

/// One output on its way: pipe, observer, and our own output where it is passed through.
pub(super) struct Pump {
    stream: Stream,
    source: Option<Receiver>,
    target: Option<Writer>,
    /// Here, except while the target writes it.
    buffer: Vec<u8>,
    /// How much of the buffer was read and not yet handed on.
    filled: usize,
    /// How much may still be read, once the command has ended.
    left: Option<usize>,
}

impl Pump {
    /// A pump from the read end of a pipe. Must be called within a runtime.
    ///
    /// # Errors
    /// When the pipe cannot be waited for.
    pub(super) fn new(stream: Stream, source: OwnedFd, target: Option<Writer>) -> io::Result<Self> {
        // Only our end of the pipe becomes non-blocking by this; the command's end is another open file.
        let source = Some(Receiver::from_owned_fd(source)?);
        Ok(Self { stream, source, target, buffer: vec![0; BUFFER], filled: 0, left: None })
    }

    /// Whether everything that will come has come and is written.
    pub(super) fn is_over(&self) -> bool {
        self.source.is_none() && !self.target_is_busy()
    }

    /// The command has ended: what is in the pipe by now is still copied, but nobody is waited for who may hold the
    /// pipe open, nor for what he adds to it.
    pub(super) fn finish(&mut self) {
        if let Some(source) = &self.source {
            let capacity = fcntl(source, FcntlArg::F_GETPIPE_SZ).unwrap_or_default();
            self.left = Some(usize::try_from(capacity).unwrap_or(0).max(BUFFER));
        }
    }

    /// Waits until there is something to [`Pump::hand_on`], or the pump is over. Cancel-safe.
    pub(super) async fn fill(&mut self) {
        while self.filled == 0 && !self.is_over() {
            if self.target_is_busy() {
                self.take_back_buffer().await;
            } else {
                self.read_on().await;
            }
        }
    }

    /// Shows what was read to the observer and begins to write it.
    pub(super) fn hand_on(&mut self, observer: &mut impl Observer) {
        let length = std::mem::take(&mut self.filled);
        if length == 0 {
            return;
        }
        observer.observe(self.stream, &self.buffer[..length]);
        if let Some(target) = &mut self.target {
            target.begin(std::mem::take(&mut self.buffer), length);
        }
    }

    fn target_is_busy(&self) -> bool {
        self.target.as_ref().is_some_and(Writer::is_busy)
    }

    async fn take_back_buffer(&mut self) {
        let Some(target) = &mut self.target else { return };
        match target.done().await {
            Ok(buffer) => self.buffer = buffer,
            Err(error) => self.reader_is_gone(&error),
        }
    }

    /// Closing the pipe tells the command what our own output told us: it gets SIGPIPE, as it would without us.
    fn reader_is_gone(&mut self, error: &io::Error) {
        match error.kind() {
            io::ErrorKind::BrokenPipe => tracing::debug!(stream = ?self.stream, "nobody reads our output any more"),
            _ => tracing::warn!(stream = ?self.stream, %error, "cannot write to our own output; closing the command's"),
        }
        self.source = None;
    }

    async fn read_on(&mut self) {
        let result = match (&self.source, self.left) {
            (None, _) => return pending().await,
            (Some(source), None) => read_when_ready(source, &mut self.buffer).await,
            // The runtime may not know yet of what the pipe holds, so it is not asked.
            (Some(source), Some(left)) => read_once(source, &mut self.buffer[..left.min(BUFFER)]),
        };
        match result {
            Ok(0) => self.source = None,
            Ok(length) => {
                self.filled = length;
                self.left = self.left.map(|left| left - length);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.source = None,
            Err(error) => {
                tracing::warn!(stream = ?self.stream, %error, "cannot read the command's output");
                self.source = None;
            }
        }
    }
}

async fn read_when_ready(source: &Receiver, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        source.readable().await?;
        match source.try_read(buffer) {
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            result => return result,
        }
    }
}

/// Reads what is there; an empty buffer reads as the end.
fn read_once(source: &Receiver, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match read(source, buffer) {
            Err(Errno::EINTR) => {}
            result => return result.map_err(io::Error::from),
        }
    }
}

#[cfg(test)]
#[path = "pump_tests.rs"]
mod tests;
