//! Where, as whom and with which variables a command runs, where that is not as we do.

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::Command;

use nix::unistd::{Gid, Uid, chdir, setgid, setgroups, setuid};

/// What a command does not share with us. By default it shares all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Whether it gets none of our variables, and those of its specification alone.
    pub clean_environment: bool,
    /// The directory that it starts in.
    pub directory: Option<PathBuf>,
    /// As whom it runs. Only root can run commands as others.
    pub identity: Option<Identity>,
}

/// A user, as the kernel knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user's number.
    pub user: u32,
    /// That of the user's first group.
    pub group: u32,
    /// Those of all their groups.
    pub groups: Vec<u32>,
}

/// The changes that are made between fork and exec, in a form that needs no memory there.
pub(super) struct Change {
    directory: Option<CString>,
    identity: Option<(Uid, Gid, Vec<Gid>)>,
}

impl Surroundings {
    /// Whether something is to be done between fork and exec.
    pub(super) fn are_our_own(&self) -> bool {
        self.directory.is_none() && self.identity.is_none()
    }

    pub(super) fn prepare(&self, command: &mut Command) {
        if self.clean_environment {
            command.env_clear();
        }
    }

    /// # Errors
    /// When the directory's name has the character NUL in it.
    pub(super) fn change(&self) -> io::Result<Change> {
        let directory = self.directory.as_ref().map(|path| CString::new(path.as_os_str().as_bytes())).transpose()?;
        let identity = self.identity.as_ref().map(|identity| {
            let groups = identity.groups.iter().map(|&group| Gid::from_raw(group)).collect();
            (Uid::from_raw(identity.user), Gid::from_raw(identity.group), groups)
        });
        Ok(Change { directory, identity })
    }
}

impl Change {
    /// Makes them. Between fork and exec: nothing here allocates or takes locks. The directory comes last, so that it is
    /// entered with the user's own rights.
    pub(super) fn make(&self) -> io::Result<()> {
        if let Some((user, group, groups)) = &self.identity {
            setgroups(groups)?;
            setgid(*group)?;
            setuid(*user)?;
        }
        self.directory.as_deref().map_or(Ok(()), |directory| Ok(chdir(directory)?))
    }
}
