//! The guard's own process: what it does between its fork and its end.
//!
//! It is forked from a process with threads and never executes another program, so it may only make system calls:
//! no memory, no locks, no output, no panics.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use bellwether_core::time::Mono;
use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::sys::timerfd::TimerFd;
use nix::time::{ClockId, clock_gettime};
use nix::unistd::{Pid, chdir, read, setsid};

use super::guard::{MESSAGE_BYTES, Message};
use crate::alarm::arm;

/// What the guard knows.
#[derive(Default)]
struct Watch {
    group: Option<Pid>,
    term_at: Option<Mono>,
    kill_at: Option<Mono>,
}

/// What the pipe told.
enum Inbox {
    Open,
    Ended,
}

/// Lives as the guard, up to the end of the process.
pub(super) fn run(inbox: &OwnedFd, timer: &TimerFd, highest_descriptor: libc::c_int) -> ! {
    detach(inbox, timer, highest_descriptor);
    let mut watch = Watch::default();
    loop {
        arm(timer, watch.next());
        wait(inbox, timer);
        // Read before looking at the clock: a renewal that is already there counts.
        if let Inbox::Ended = watch.read(inbox) {
            watch.signal(Signal::SIGKILL);
            end();
        }
        if watch.act_at(now()) {
            end();
        }
    }
}

impl Watch {
    /// Takes in all messages that are there.
    fn read(&mut self, inbox: &OwnedFd) -> Inbox {
        let mut message = [0; MESSAGE_BYTES];
        loop {
            match read(inbox, &mut message) {
                Ok(0) => return Inbox::Ended,
                Ok(_) => self.take(Message::decode(&message)),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return Inbox::Open,
                // A pipe that cannot be read will never tell of a renewal again.
                Err(_) => return Inbox::Ended,
            }
        }
    }

    fn take(&mut self, message: Option<Message>) {
        let instant =
            |nanoseconds: u64| (nanoseconds != 0).then(|| Mono::since_boot(Duration::from_nanos(nanoseconds)));
        match message {
            Some(Message::Watch(leader)) => self.group = Some(Pid::from_raw(leader)),
            Some(Message::Deadline { term_at, kill_at }) => {
                self.term_at = instant(term_at);
                self.kill_at = instant(kill_at);
            }
            None => {}
        }
    }

    fn next(&self) -> Option<Mono> {
        match (self.term_at, self.kill_at) {
            (Some(term_at), Some(kill_at)) => Some(term_at.min(kill_at)),
            (term_at, kill_at) => term_at.or(kill_at),
        }
    }

    /// Does what is due; tells whether nothing is left to do.
    fn act_at(&mut self, now: Mono) -> bool {
        if self.kill_at.is_some_and(|at| at <= now) {
            self.signal(Signal::SIGKILL);
            return true;
        }
        if self.term_at.is_some_and(|at| at <= now) {
            self.term_at = None;
            self.signal(Signal::SIGTERM);
            // A stopped member does not see the TERM before it goes on.
            self.signal(Signal::SIGCONT);
        }
        false
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            let _ = killpg(group, signal);
        }
    }
}

/// Lets go of everything of ours: terminal, directory, descriptors, and with them our locks and outputs.
fn detach(inbox: &OwnedFd, timer: &TimerFd, highest_descriptor: libc::c_int) {
    let _ = setsid();
    let _ = chdir(c"/");
    let _ = nix::sys::prctl::set_name(c"bellwether-grd");
    let (one, other) = (inbox.as_raw_fd(), timer.as_fd().as_raw_fd());
    let (low, high) = (one.min(other), one.max(other));
    close_from_to(0, low - 1, highest_descriptor);
    close_from_to(low + 1, high - 1, highest_descriptor);
    close_from_to(high + 1, libc::c_int::MAX, highest_descriptor);
}

#[expect(unsafe_code, reason = "no safe call closes descriptors by number, or ranges of them")]
fn close_from_to(first: libc::c_int, last: libc::c_int, highest: libc::c_int) {
    if first > last {
        return;
    }
    // SAFETY: this process uses no descriptor but its two own, which the caller leaves out.
    if unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) } == 0 {
        return;
    }
    // Linux before 5.9.
    for descriptor in first..=last.min(highest) {
        // SAFETY: as above.
        unsafe { libc::close(descriptor) };
    }
}

fn wait(inbox: &OwnedFd, timer: &TimerFd) {
    let mut sources = [PollFd::new(inbox.as_fd(), PollFlags::POLLIN), PollFd::new(timer.as_fd(), PollFlags::POLLIN)];
    let _ = poll(&mut sources, PollTimeout::NONE);
}

/// A clock that cannot be read is taken to be past every deadline: the command is ended rather than left unguarded.
fn now() -> Mono {
    clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(Mono::since_boot(Duration::MAX), |at| Mono::since_boot(at.into()))
}

#[expect(unsafe_code, reason = "exit handlers and buffers belong to the process we were forked from")]
fn end() -> ! {
    // SAFETY: ends the process, without running anything.
    unsafe { libc::_exit(0) }
}
