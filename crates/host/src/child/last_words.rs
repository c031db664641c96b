//! Which step between fork and exec failed: of a process that ends there, the standard library tells its parent the error's
//! number alone, and the same number from the program itself means something else.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use nix::fcntl::OFlag;
use nix::libc;
use nix::unistd::{pipe2, read};

use super::surroundings::Step;

/// A pipe from the process to its parent, closed when the program starts.
pub(super) struct LastWords {
    from_child: OwnedFd,
    to_parent: OwnedFd,
}

impl LastWords {
    /// # Errors
    /// When there are no descriptors left.
    pub(super) fn new() -> io::Result<Self> {
        let (from_child, to_parent) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
        Ok(Self { from_child, to_parent })
    }

    /// Where the process says it.
    pub(super) fn say_on(&self) -> RawFd {
        self.to_parent.as_raw_fd()
    }

    /// What it said; none when nothing was in its way.
    pub(super) fn heard(&self) -> Option<Step> {
        let mut byte = [0];
        match (read(&self.from_child, &mut byte), byte) {
            (Ok(1), [USER]) => Some(Step::User),
            (Ok(1), [DIRECTORY]) => Some(Step::Directory),
            _ => None,
        }
    }
}

const USER: u8 = 1;
const DIRECTORY: u8 = 2;

/// Says it. Between fork and exec: neither allocates nor takes locks.
#[expect(unsafe_code, reason = "between fork and exec the pipe is known by its number only")]
pub(super) fn say(pipe: RawFd, step: Step) {
    let byte = match step {
        Step::User => [USER],
        Step::Directory => [DIRECTORY],
    };
    // SAFETY: the buffer is as long as told, and the descriptor is open: its owner waits for this process to exec. Nobody
    // can be told of a failure; the parent then takes the error for the program's own.
    let _ = unsafe { libc::write(pipe, byte.as_ptr().cast(), byte.len()) };
}
