//! What a command reads, where that is given to it.

use std::fs::File;
use std::io::{self, Seek, Write};

use nix::sys::memfd::{MFdFlags, memfd_create};

/// A file in memory, without a name, that holds these bytes and is read from its start. Unlike a pipe it needs nobody
/// to feed it, and a command that does not read is no error.
pub(crate) fn of_bytes(bytes: &[u8]) -> io::Result<File> {
    let mut file = File::from(memfd_create("input", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}
