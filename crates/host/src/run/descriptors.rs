//! Descriptors that we were started with.

use std::io;

use nix::errno::Errno;
use nix::libc;

/// Keeps the descriptors from 3 on that are open now from every command that is started later. Those that we open are
/// kept anyway; this is for what whoever started us left open. They stay open for us.
///
/// # Errors
/// When the kernel cannot do that (before Linux 5.11).
pub fn keep_descriptors() -> io::Result<()> {
    const FIRST: libc::c_uint = 3;
    #[expect(unsafe_code, reason = "no safe call marks descriptors that nobody here owns")]
    // SAFETY: it takes three numbers, and closes nothing now.
    let done = unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    Ok(Errno::result(done).map(drop)?)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsRawFd;
    use std::process::Command;

    use nix::fcntl::{FcntlArg, FdFlag, fcntl};

    use super::*;

    #[test]
    fn commands_do_not_get_what_we_were_started_with() {
        let file = File::open("/dev/null").unwrap();
        fcntl(&file, FcntlArg::F_SETFD(FdFlag::empty())).unwrap();
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        let gets_it = || Command::new("readlink").arg(&path).output().unwrap().stdout == b"/dev/null\n";
        assert!(gets_it());
        keep_descriptors().unwrap();
        assert!(!gets_it());
    }
}
