//! Which files of a directory are scripts.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::trust::{self, Suspicion};
use crate::files::is_executable;

/// The most files that a directory may have: nobody has put so many there by hand.
const MOST_FILES: usize = 1_000;
/// What editors, configuration managers and revision control leave behind.
const LEFT_BEHIND: [&[u8]; 5] = [b"~", b",", b",v", b".swp", b".cfsaved"];
/// How the last part of a name begins that a package manager left behind: `x.dpkg-old`, `x.rpmnew`.
const OF_PACKAGES: [&[u8]; 2] = [b"dpkg-", b"rpm"];

/// Why no script of a state was run.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The state cannot be the name of a directory.
    #[error("the state '{state}' cannot name a directory of scripts; nothing was run")]
    StrangeState {
        /// The state.
        state: String,
    },
    /// The directory is there and cannot be read.
    #[error("cannot read the directory of scripts {}: {source}; nothing was run", path.display())]
    Unreadable {
        /// The directory.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Another user could put scripts there, and we are root.
    #[error("no script of {} was run: {why}", path.display())]
    Suspect {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        why: Suspicion,
    },
    /// It is no directory of scripts.
    #[error("{} has more than {MOST_FILES} files; is it the right directory? nothing was run", path.display())]
    TooMany {
        /// The directory.
        path: PathBuf,
    },
}

/// A script that was found.
#[derive(Debug)]
pub(crate) enum Script {
    /// It is to be run.
    Runnable(PathBuf),
    /// It is not to be run.
    Suspect(PathBuf, Suspicion),
}

/// The directory of a state's scripts. The state may come from the network: it must not lead elsewhere.
pub(super) fn directory_of(dir: &Path, state: &str) -> Result<PathBuf, HookError> {
    let mut components = Path::new(state).components();
    let is_plain = matches!(components.next(), Some(Component::Normal(name)) if name == OsStr::new(state))
        && components.next().is_none()
        && !state.starts_with('.')
        && !state.contains(char::is_control);
    if is_plain {
        Ok(dir.join(state))
    } else {
        Err(HookError::StrangeState { state: state.escape_debug().to_string() })
    }
}

/// The scripts in a directory, in the order of their names' bytes. Who is `careful` runs none that another user could
/// have written.
pub(crate) fn find(dir: &Path, careful: bool) -> Result<Vec<Script>, HookError> {
    let mut names = match names(dir) {
        Err(HookError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        names => names?,
    };
    names.retain(|name| !is_left_out(name.as_bytes()));
    names.sort_unstable();
    let suspicion = |path: &Path| if careful { trust::suspicion(path) } else { None };
    if let Some(why) = suspicion(dir) {
        return Err(HookError::Suspect { path: dir.to_owned(), why });
    }
    let paths = names.iter().map(|name| dir.join(name)).filter(|path| is_executable(path));
    let judged = |path: PathBuf| match suspicion(&path) {
        Some(why) => Script::Suspect(path, why),
        None => Script::Runnable(path),
    };
    Ok(paths.map(judged).collect())
}

fn names(dir: &Path) -> Result<Vec<std::ffi::OsString>, HookError> {
    let unreadable = |source| HookError::Unreadable { path: dir.to_owned(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.file_name());
        if names.len() > MOST_FILES {
            return Err(HookError::TooMany { path: dir.to_owned() });
        }
    }
    Ok(names)
}

fn is_left_out(name: &[u8]) -> bool {
    let last_part = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    let is_of_package = last_part.len() < name.len() && OF_PACKAGES.iter().any(|start| last_part.starts_with(start));
    name.starts_with(b".") || is_of_package || LEFT_BEHIND.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_scripts_and_of_what_is_no_script() {
        for name in ["10-drain", "drain.sh", "rpm", "rpm-clean", "a.b.c", "UPPER", "dpkg-old", "x.old", "é"] {
            assert!(!is_left_out(name.as_bytes()), "{name}");
        }
        for name in
            [".hidden", "x~", "x.sh~", "x,", "x,v", ".x.swp", "x.swp", "x.dpkg-old", "x.sh.dpkg-dist", "x.rpmsave"]
        {
            assert!(is_left_out(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn a_state_leads_nowhere_else() {
        let dir = Path::new("/etc/hooks");
        assert_eq!(directory_of(dir, "draining").unwrap(), Path::new("/etc/hooks/draining"));
        for state in ["", ".", "..", "../x", "a/b", "/etc", "a/", ".hidden", "a\nb", "a\0b", "./a"] {
            assert!(directory_of(dir, state).is_err(), "{state:?}");
        }
        assert!(directory_of(dir, "a\nb").unwrap_err().to_string().contains(r"'a\nb'"));
    }
}
