//! A started command: its leader, its group and its guard, up to the moment it is reaped.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::Child;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::group::Group;
use super::guard::Guard;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By itself, with this status.
    Exited(i32),
    /// Killed by the signal of this number.
    Signaled(i32),
}

/// What is taken for the status of a command whose own got lost.
const STATUS_LOST: i32 = 255;

/// The leader stays unreaped to the end, so that its id, which is the group's, cannot be given to others meanwhile.
pub(super) struct Process {
    leader: Option<Child>,
    id: Pid,
    guard: Option<Guard>,
    tied: bool,
}

impl Process {
    /// Takes over a leader that was just started; it is tied to us when it has a guard.
    pub(super) fn new(leader: Child, guard: Option<Guard>) -> Self {
        // Process ids of Linux are below 2^22.
        let id = Pid::from_raw(i32::try_from(leader.id()).unwrap_or(i32::MAX));
        let tied = guard.is_some();
        Self { leader: Some(leader), id, guard, tied }
    }

    pub(super) fn id(&self) -> Pid {
        self.id
    }

    /// The group, while it can safely be told apart from others.
    pub(super) fn group(&self) -> Option<Group> {
        self.leader.is_some().then(|| Group::led_by(self.id))
    }

    pub(super) fn guard(&self) -> Option<&Guard> {
        self.guard.as_ref()
    }

    /// Whether the leader has ended. It stays to be reaped.
    pub(super) fn leader_has_ended(&self) -> bool {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        // Any error tells of an end too: of one by a signal that nix has no name for, or reaped by somebody else.
        !matches!(waitid(Id::Pid(self.id), flags), Ok(WaitStatus::StillAlive) | Err(Errno::EINTR))
    }

    /// Lets the guard go and reaps the leader, which has ended.
    pub(super) fn reap(&mut self) -> How {
        // The guard goes first: it must not hold on to an id that is free again.
        self.guard = None;
        match self.leader.take().map_or_else(|| Err(io::ErrorKind::NotFound.into()), |mut leader| leader.wait()) {
            Ok(status) => match (status.code(), status.signal()) {
                (Some(code), _) => How::Exited(code),
                (None, Some(signal)) => How::Signaled(signal),
                (None, None) => How::Exited(STATUS_LOST),
            },
            Err(error) => {
                tracing::error!(%error, pid = self.id.as_raw(), "the command has ended but its status is lost");
                How::Exited(STATUS_LOST)
            }
        }
    }
}

impl Drop for Process {
    /// A command that nobody waits for any more: a tied one is killed, any is reaped in the background.
    fn drop(&mut self) {
        let Some(mut leader) = self.leader.take() else { return };
        if self.tied {
            let _ = Group::led_by(self.id).signal(Signal::SIGKILL);
        }
        self.guard = None;
        let reaper = std::thread::Builder::new().name("reaper".to_owned());
        if let Err(error) = reaper.spawn(move || leader.wait()) {
            tracing::debug!(%error, "an abandoned command stays unreaped until we end");
        }
    }
}
