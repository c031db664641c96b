//! Scripts without a file: in memory, with no name that another process could open, replace or find after a crash.
//!
//! The kernel gives the interpreter the path of the descriptor, which it opens whoever the file belongs to and wherever it
//! lies. So it need not be put where the user that runs it can reach it, as a file would have to be.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;

use crate::child::input;

/// Reading and executing, so that not even its own user changes it while it runs.
const MODE: u32 = 0o555;

/// A script, ready to be run by whoever inherits its descriptor.
pub(super) struct Script(File);

impl Script {
    /// # Errors
    /// When there is no memory for it.
    pub(super) fn new(text: &str) -> io::Result<Self> {
        let file = input::of_bytes(text.as_bytes())?;
        file.set_permissions(Permissions::from_mode(MODE))?;
        Ok(Self(file))
    }

    /// What is to be executed, in a process that has inherited the descriptor.
    pub(super) fn path(&self) -> OsString {
        format!("/proc/self/fd/{}", self.0.as_raw_fd()).into()
    }

    pub(super) fn into_descriptor(self) -> OwnedFd {
        self.0.into()
    }
}
