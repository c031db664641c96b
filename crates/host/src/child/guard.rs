//! Our end of the guard: a tiny process that kills a command's group when we no longer can.
//!
//! We may be killed, or stopped, while the command runs. The guard sleeps on a pipe whose other end only we hold, and
//! on a timer: when the pipe ends it kills the group, when the deadline we last wrote passes it does so as well.
//! [`super::guard_process`] is its end.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use bellwether_core::time::Mono;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill};
use nix::sys::timerfd::{ClockId, TimerFd, TimerFlags};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, SysconfVar, fork, pipe2, sysconf, write};

use super::guard_process;

/// A message's bytes: few enough that the kernel never splits one (PIPE_BUF).
pub(super) const MESSAGE_BYTES: usize = 24;
/// The descriptors closed one by one on a kernel without `close_range(2)`, at most: some limits are in the billions.
const MOST_CLOSED: i32 = 65_536;

/// What the guard is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    /// Whose group to kill. Written by the command's process itself, before it becomes the command, so that there is
    /// no moment in which the command runs and the guard does not know it.
    Watch(i32),
    /// When to send TERM and when KILL, in nanoseconds of `CLOCK_BOOTTIME`; 0 for never.
    Deadline { term_at: u64, kill_at: u64 },
}

impl Message {
    /// The message in the machine's own byte order: both ends are one program. Safe to call after a fork.
    pub(super) fn encode(self) -> [u8; MESSAGE_BYTES] {
        let words = match self {
            Self::Watch(leader) => [1, u64::from(leader.unsigned_abs()), 0],
            Self::Deadline { term_at, kill_at } => [2, term_at, kill_at],
        };
        let mut bytes = [0; MESSAGE_BYTES];
        for (bytes, word) in bytes.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_ne_bytes());
        }
        bytes
    }

    /// Reads what [`Message::encode`] wrote. Safe to call after a fork.
    pub(super) fn decode(bytes: &[u8; MESSAGE_BYTES]) -> Option<Self> {
        let mut words = [0_u64; 3];
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_ne_bytes(bytes.try_into().ok()?);
        }
        match words {
            [1, leader, _] => i32::try_from(leader).ok().map(Self::Watch),
            [2, term_at, kill_at] => Some(Self::Deadline { term_at, kill_at }),
            _ => None,
        }
    }
}

/// A running guard. Dropping it ends and reaps it without harm to the group.
pub(super) struct Guard {
    process: Pid,
    pipe: OwnedFd,
}

impl Guard {
    /// Starts a guard, before the command it is to watch.
    ///
    /// # Errors
    /// When there can be no more processes or descriptors.
    pub(super) fn start() -> io::Result<Self> {
        let (inbox, pipe) = pipe2(OFlag::O_CLOEXEC)?;
        fcntl(&inbox, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        fcntl(&pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        let timer = TimerFd::new(ClockId::CLOCK_BOOTTIME, TimerFlags::TFD_CLOEXEC | TimerFlags::TFD_NONBLOCK)?;
        Ok(Self { process: fork_guard(&inbox, &timer)?, pipe })
    }

    /// The descriptor on which the command announces itself with [`Message::Watch`].
    pub(super) fn announce_on(&self) -> RawFd {
        self.pipe.as_raw_fd()
    }

    /// Tells the guard when to send TERM and KILL.
    ///
    /// # Errors
    /// When the guard is gone, or so long stopped that its pipe is full.
    pub(super) fn set_deadline(&self, term_at: Option<Mono>, kill_at: Option<Mono>) -> io::Result<()> {
        let message = Message::Deadline { term_at: nanoseconds(term_at), kill_at: nanoseconds(kill_at) };
        write(&self.pipe, &message.encode())?;
        Ok(())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // KILL rather than a message: the guard ends at once even when somebody has stopped it. It is dead before
        // our end of the pipe closes, which it would take for our death.
        let _ = kill(self.process, Signal::SIGKILL);
        while waitpid(self.process, None) == Err(Errno::EINTR) {}
    }
}

#[expect(unsafe_code, reason = "the guard has to be a process of its own, without the time an exec takes")]
fn fork_guard(inbox: &OwnedFd, timer: &TimerFd) -> io::Result<Pid> {
    let highest = highest_descriptor();
    // The guard keeps every signal blocked: only KILL ends it, and none of our handlers ever runs in it.
    let ours = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    // SAFETY: the new process calls only `run`, which makes system calls and never allocates, locks or returns.
    let forked = match unsafe { fork() } {
        Ok(ForkResult::Child) => guard_process::run(inbox, timer, highest),
        Ok(ForkResult::Parent { child }) => Ok(child),
        Err(error) => Err(error.into()),
    };
    ours.thread_set_mask()?;
    forked
}

fn nanoseconds(at: Option<Mono>) -> u64 {
    let since_boot = |at: Mono| u64::try_from(at.elapsed_since_boot().as_nanos()).unwrap_or(u64::MAX);
    // 0 stands for never; an instant at boot is as long past a nanosecond later.
    at.map_or(0, |at| since_boot(at).max(1))
}

fn highest_descriptor() -> libc::c_int {
    let limit = sysconf(SysconfVar::OPEN_MAX).ok().flatten();
    limit.and_then(|limit| libc::c_int::try_from(limit).ok()).unwrap_or(MOST_CLOSED).min(MOST_CLOSED)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn messages_read_back() {
        for message in [
            Message::Watch(4_194_304),
            Message::Deadline { term_at: 0, kill_at: u64::MAX },
            Message::Deadline { term_at: 7, kill_at: 0 },
        ] {
            assert_eq!(Message::decode(&message.encode()), Some(message));
        }
        assert_eq!(Message::decode(&[0xff; MESSAGE_BYTES]), None);
    }

    #[test]
    fn no_deadline_is_zero_and_no_instant_is() {
        assert_eq!(nanoseconds(None), 0);
        assert_eq!(nanoseconds(Some(Mono::default())), 1);
        assert_eq!(nanoseconds(Some(Mono::since_boot(Duration::MAX))), u64::MAX);
    }

    #[test]
    fn a_guard_holds_no_descriptors_but_its_own_and_leaves_no_zombie() {
        let guard = Guard::start().unwrap();
        let process = guard.process;
        let fds = || std::fs::read_dir(format!("/proc/{process}/fd")).unwrap().count();
        assert!((0..1_000).any(|_| {
            std::thread::sleep(Duration::from_millis(5));
            fds() == 2
        }));
        drop(guard);
        assert_eq!(waitpid(process, None), Err(Errno::ECHILD));
    }
}
