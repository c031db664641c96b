//! Writes to an output of ours that may block, on a thread of its own.
//!
//! Whoever reads our output may be slow or asleep. Making the descriptor non-blocking would do so for every process
//! that shares it, a terminal's shell for example; a thread leaves it as it is.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::write;
use tokio::sync::mpsc;

/// A buffer, and how much of it is to be written.
struct Job {
    buffer: Vec<u8>,
    length: usize,
}

/// One output of ours. Takes one buffer at a time, so that a slow reader slows the command.
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    written: mpsc::Receiver<io::Result<Vec<u8>>>,
    busy: bool,
}

impl Writer {
    /// Starts the thread, which ends after the writer is dropped, and never holds the program's own end.
    ///
    /// # Errors
    /// When there can be no more threads.
    pub(super) fn start(target: OwnedFd, name: &str) -> io::Result<Self> {
        let (jobs, mut queue) = mpsc::channel::<Job>(1);
        let (results, written) = mpsc::channel(1);
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            while let Some(Job { buffer, length }) = queue.blocking_recv() {
                let result = write_all(&target, &buffer[..length]).map(|()| buffer);
                if results.blocking_send(result).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { jobs, written, busy: false })
    }

    /// Whether a buffer is being written.
    pub(super) fn is_busy(&self) -> bool {
        self.busy
    }

    /// Begins to write the first `length` bytes of a buffer. Only while not busy.
    pub(super) fn begin(&mut self, buffer: Vec<u8>, length: usize) {
        debug_assert!(!self.busy, "one buffer at a time");
        // The queue has room, since nothing is being written; a thread that is gone is told by the next answer.
        let _ = self.jobs.try_send(Job { buffer, length });
        self.busy = true;
    }

    /// Waits for the buffer to be written and gives it back. Cancel-safe. Only while busy.
    pub(super) async fn done(&mut self) -> io::Result<Vec<u8>> {
        let result = self.written.recv().await;
        self.busy = false;
        result.unwrap_or_else(|| Err(io::Error::other("the writing thread is gone")))
    }
}

/// Writes everything, waiting where the descriptor is non-blocking and full.
fn write_all(target: &OwnedFd, bytes: &[u8]) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match write(target, rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(length) => rest = &rest[length..],
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => wait_for_room(target)?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn wait_for_room(target: &OwnedFd) -> io::Result<()> {
    match poll(&mut [PollFd::new(target.as_fd(), PollFlags::POLLOUT)], PollTimeout::NONE) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use nix::fcntl::OFlag;
    use nix::unistd::pipe2;

    use super::*;

    #[tokio::test]
    async fn a_non_blocking_output_gets_every_byte() {
        let (reader, target) = pipe2(OFlag::O_NONBLOCK).unwrap();
        let mut writer = Writer::start(target, "out").unwrap();
        let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
        writer.begin(bytes.clone(), bytes.len());
        let reading = std::thread::spawn(move || read_patiently(&reader, 1_000_000));
        assert_eq!(writer.done().await.unwrap().len(), bytes.len());
        assert_eq!(reading.join().unwrap(), bytes);
        assert!(!writer.is_busy());
    }

    fn read_patiently(reader: &OwnedFd, length: usize) -> Vec<u8> {
        let mut file = std::fs::File::from(reader.try_clone().unwrap());
        let (mut all, mut buffer) = (Vec::new(), [0; 10_000]);
        while all.len() < length {
            std::thread::sleep(std::time::Duration::from_millis(1));
            match file.read(&mut buffer) {
                Ok(count) => all.extend(&buffer[..count]),
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        }
        all
    }

    #[tokio::test]
    async fn a_reader_that_is_gone_is_an_error() {
        let (reader, target) = pipe2(OFlag::O_CLOEXEC).unwrap();
        drop(reader);
        let mut writer = Writer::start(target, "out").unwrap();
        writer.begin(vec![1], 1);
        assert_eq!(writer.done().await.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
