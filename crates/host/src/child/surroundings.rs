//! Where, as whom and with which variables a command runs, where that is not as we do.

use std::ffi::{CString, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::Command;

use nix::errno::Errno;
use nix::unistd::{Gid, Uid, chdir, setgid, setgroups, setuid};

/// What a command does not share with us. By default it shares all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Whether it gets none of our variables, and those of its specification alone.
    pub clean_environment: bool,
    /// Whether it gets ours without what is for us alone: credentials, settings, and the service manager's sockets.
    pub without_secrets: bool,
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

/// What is changed between fork and exec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// As whom it runs.
    User,
    /// Where it runs.
    Directory,
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
        } else if self.without_secrets {
            for name in ours().filter(is_for_us_alone) {
                command.env_remove(name);
            }
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

#[expect(clippy::disallowed_methods, reason = "only names are read, of what a child would get without being asked")]
fn ours() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name)
}

/// Whether a variable is one that holds credentials or settings of ours, or by which the service manager knows us.
fn is_for_us_alone(name: &OsString) -> bool {
    let name = name.as_bytes();
    name == b"NOTIFY_SOCKET" || [&b"AWS_"[..], b"BELLWETHER_", b"LISTEN_"].iter().any(|start| name.starts_with(start))
}

impl Change {
    /// Makes them. Between fork and exec: nothing here allocates or takes locks. The directory comes last, so that it is
    /// entered with the user's own rights.
    pub(super) fn make(&self) -> Result<(), (Step, Errno)> {
        self.take_identity().map_err(|error| (Step::User, error))?;
        let enter = |directory| chdir(directory).map_err(|error| (Step::Directory, error));
        self.directory.as_deref().map_or(Ok(()), enter)
    }

    fn take_identity(&self) -> Result<(), Errno> {
        let Some((user, group, groups)) = &self.identity else { return Ok(()) };
        setgroups(groups)?;
        setgid(*group)?;
        setuid(*user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_settings_and_the_service_managers_sockets_are_for_us_alone() {
        for name in ["AWS_SECRET_ACCESS_KEY", "BELLWETHER_STORE", "NOTIFY_SOCKET", "LISTEN_FDS"] {
            assert!(is_for_us_alone(&name.into()), "{name}");
        }
        for name in ["PATH", "HOME", "LANG", "MY_AWS_REGION", "NOTIFY_SOCKETS", "aws_x", ""] {
            assert!(!is_for_us_alone(&name.into()), "{name}");
        }
    }

    #[test]
    fn what_is_for_us_alone_is_taken_from_a_command_and_the_rest_is_not() {
        let mut command = Command::new("true");
        Surroundings { without_secrets: true, ..Surroundings::default() }.prepare(&mut command);
        let removed: Vec<_> = command.get_envs().map(|(name, value)| (name.to_owned(), value)).collect();
        let expected: Vec<_> = ours().filter(is_for_us_alone).collect();
        assert_eq!(removed.len(), expected.len());
        assert!(removed.iter().all(|(name, value)| value.is_none() && expected.contains(name)));
    }
}
