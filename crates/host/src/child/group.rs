//! A command's process group.

use std::fs;
use std::io;

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// The longest line of /proc/PID/stat that is read: far more than its some fifty numbers and a name take.
const LONGEST_STAT: usize = 4_096;

/// The group that a command leads. Only valid while the leader has not been reaped: its id may be given away then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group(Pid);

impl Group {
    pub(super) fn led_by(leader: Pid) -> Self {
        Self(leader)
    }

    /// Sends a signal to every member; a group without any is no error.
    pub(super) fn signal(self, signal: Signal) -> io::Result<()> {
        match killpg(self.0, signal) {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Asks every member to end, the stopped ones included, which would not see the request before they go on.
    pub(super) fn terminate(self) -> io::Result<()> {
        self.signal(Signal::SIGTERM)?;
        self.signal(Signal::SIGCONT)
    }

    /// Whether no member is alive. The dead but unreaped, as the leader itself, do not count, which is why
    /// `kill(2)` cannot be asked.
    pub(super) fn is_empty(self) -> io::Result<bool> {
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())) else {
                continue;
            };
            // A process that ends while we look cannot be read any more, and is no member any more.
            let Ok(stat) = crate::files::read_bounded(format!("/proc/{pid}/stat").as_ref(), LONGEST_STAT) else {
                continue;
            };
            if live_group(&stat) == Some(self.0.as_raw()) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The process group of a live process, from its /proc/PID/stat (proc(5)): `pid (name) state ppid pgrp ...`, where
/// the name may hold spaces and parentheses.
fn live_group(stat: &[u8]) -> Option<i32> {
    let after_name = stat.iter().rposition(|&byte| byte == b')')? + 1;
    let mut fields = std::str::from_utf8(&stat[after_name..]).ok()?.split_ascii_whitespace();
    let state = fields.next()?;
    let group = fields.nth(1)?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_is_read_past_any_name() {
        assert_eq!(live_group(b"7 (sh) S 1 42 42 0 -1"), Some(42));
        assert_eq!(live_group(b"7 (a) R 9 (x) S 1 43 43 0"), Some(43));
        assert_eq!(live_group(b"7 (\xff\xfe) D 1 44 44 0"), Some(44));
        assert_eq!(live_group(b"7 (sh) Z 1 42 42 0 -1"), None);
        assert_eq!(live_group(b""), None);
        assert_eq!(live_group(b"7 (sh) S"), None);
    }

    #[test]
    fn our_own_group_is_alive() {
        assert!(!Group::led_by(nix::unistd::getpgrp()).is_empty().unwrap());
    }
}
