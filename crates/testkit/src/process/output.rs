//! The pipes of a child process, served by threads so that neither side waits for the other.

use std::io::{Read, Write};
use std::process::ChildStdin;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long output is waited for once the process has ended.
const GRACE: Duration = Duration::from_millis(500);
/// The most output that is kept; the rest is read and forgotten.
const MAX_KEPT: usize = 64 * 1024 * 1024;

/// What a process has written to one of its pipes.
#[derive(Debug)]
pub(super) struct Output {
    kept: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Output {
    pub(super) fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&kept);
        let reader = std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(length @ 1..) = pipe.read(&mut buffer) {
                let mut kept = shared.lock().unwrap();
                let room = MAX_KEPT.saturating_sub(kept.len());
                kept.extend_from_slice(&buffer[..length.min(room)]);
            }
        });
        Self { kept, reader }
    }

    pub(super) fn so_far(&self) -> Vec<u8> {
        self.kept.lock().unwrap().clone()
    }

    /// All of it, or what there is when a descendant holds the pipe open.
    pub(super) fn after_the_end(&self) -> Vec<u8> {
        let since = Instant::now();
        while !self.reader.is_finished() && since.elapsed() < GRACE {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.so_far()
    }
}

/// Writes what the process is to read, and closes the pipe.
pub(super) fn feed(mut pipe: ChildStdin, input: Vec<u8>) {
    if input.is_empty() {
        return;
    }
    std::thread::spawn(move || {
        // A process need not read what it is given.
        let _ = pipe.write_all(&input);
    });
}
