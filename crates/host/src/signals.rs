//! The signals that a wrapper passes on to its command.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::task::Poll;

pub use nix::sys::signal::Signal;
use nix::{errno::Errno, libc};
use tokio::signal::unix::{self, SignalKind};

/// What is passed on: the ways to stop a program, and the two that programs give a meaning of their own.
const PASSED_ON: [Signal; 6] =
    [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGUSR1, Signal::SIGUSR2];

/// Catches signals instead of dying of them.
pub struct Signals {
    caught: Vec<(Signal, unix::Signal)>,
}

impl Signals {
    /// Catches TERM, INT, HUP, QUIT, USR1 and USR2 from now on, for the life of the process. What was ignored at the
    /// start, as HUP is under `nohup`, stays ignored, by us and by our commands. Must be called within a runtime.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub fn install() -> io::Result<Self> {
        let mut caught = Vec::with_capacity(PASSED_ON.len());
        for signal in PASSED_ON {
            if !is_ignored(signal)? {
                caught.push((signal, unix::signal(SignalKind::from_raw(signal as i32))?));
            }
        }
        Ok(Self { caught })
    }

    /// Waits for the next signal. Several of the same kind may come as one. Cancel-safe.
    pub async fn next(&mut self) -> Signal {
        poll_fn(|context| {
            for (signal, stream) in &mut self.caught {
                if let Poll::Ready(Some(())) = stream.poll_recv(context) {
                    return Poll::Ready(*signal);
                }
            }
            Poll::Pending
        })
        .await
    }
}

#[expect(unsafe_code, reason = "no safe call tells how a signal is handled without changing it")]
fn is_ignored(signal: Signal) -> io::Result<bool> {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: with no new action given, the call only fills in the old one.
    Errno::result(unsafe { libc::sigaction(signal as i32, std::ptr::null(), action.as_mut_ptr()) })?;
    // SAFETY: the call succeeded; all zeroes would be a valid value as well.
    Ok(unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn signals_are_told_apart() {
        let mut signals = Signals::install().unwrap();
        for signal in [Signal::SIGUSR1, Signal::SIGHUP, Signal::SIGTERM] {
            nix::sys::signal::raise(signal).unwrap();
            let told = tokio::time::timeout(Duration::from_secs(10), signals.next()).await.unwrap();
            assert_eq!(told, signal);
        }
        assert!(tokio::time::timeout(Duration::from_millis(50), signals.next()).await.is_err());
    }

    #[test]
    fn what_is_ignored_is_known() {
        // Rust ignores SIGPIPE at the start of every program.
        assert!(is_ignored(Signal::SIGPIPE).unwrap());
        assert!(!is_ignored(Signal::SIGXCPU).unwrap());
    }
}
