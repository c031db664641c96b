//! Users of this machine, by name.

use std::ffi::CString;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::unistd::{User, geteuid, getgrouplist};

use crate::child::surroundings::Identity;

/// A user, and what a command of theirs needs to know of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunAs {
    /// The user's name.
    pub name: String,
    /// Where the user is at home.
    pub home: PathBuf,
    /// The user's shell.
    pub shell: PathBuf,
    /// As whom to run; none for the user that we are.
    pub identity: Option<Identity>,
}

/// Why no command can run as a user.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// There is no such user.
    #[error("there is no user '{0}' on this node")]
    Unknown(String),
    /// Only root can become another user.
    #[error("commands cannot run as '{0}' here: the agent is not root; run it as root, or as that user")]
    NotRoot(String),
    /// The system does not tell.
    #[error("cannot look up the user '{name}': {source}")]
    System {
        /// The user.
        name: String,
        /// The system's reason.
        source: Errno,
    },
}

impl RunAs {
    /// The user that we are. One without an entry among the users is called by their number, and at home in `/`.
    pub fn ourselves() -> Self {
        let id = geteuid();
        match User::from_uid(id) {
            Ok(Some(user)) => Self { name: user.name, home: user.dir, shell: user.shell, identity: None },
            _ => Self { name: id.to_string(), home: "/".into(), shell: "/bin/sh".into(), identity: None },
        }
    }

    /// The user of a name. Blocks while the system looks it up, perhaps on another machine.
    ///
    /// # Errors
    /// When there is none, or we cannot run commands as them.
    pub fn named(name: &str) -> Result<Self, UserError> {
        let failed = |source| UserError::System { name: name.to_owned(), source };
        let user = User::from_name(name).map_err(failed)?.ok_or_else(|| UserError::Unknown(name.to_owned()))?;
        let identity = match (user.uid == geteuid(), geteuid().is_root()) {
            (true, _) => None,
            (false, false) => return Err(UserError::NotRoot(name.to_owned())),
            (false, true) => {
                let in_c = CString::new(name).map_err(|_| UserError::Unknown(name.to_owned()))?;
                let groups = getgrouplist(&in_c, user.gid).map_err(failed)?;
                let groups = groups.into_iter().map(nix::unistd::Gid::as_raw).collect();
                Some(Identity { user: user.uid.as_raw(), group: user.gid.as_raw(), groups })
            }
        };
        Ok(Self { name: user.name, home: user.dir, shell: user.shell, identity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_name_and_we_need_not_change_to_be_ourselves() {
        let we = RunAs::ourselves();
        assert_eq!(RunAs::named(&we.name).unwrap(), we);
        assert!(matches!(RunAs::named("no such user"), Err(UserError::Unknown(_))));
        assert!(matches!(RunAs::named("a\0b"), Err(UserError::Unknown(_)) | Err(UserError::System { .. })));
        match (RunAs::named("nobody"), geteuid().is_root()) {
            (Ok(nobody), true) => assert!(nobody.identity.is_some_and(|identity| identity.user != 0)),
            (Err(UserError::NotRoot(_)), false) => {}
            (other, _) => panic!("{other:?}"),
        }
    }
}
