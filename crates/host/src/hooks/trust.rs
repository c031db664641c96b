//! Whether a file may be run: whether nobody but root and us can have written it, or put it there.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::files::{WRITABLE_BY_OTHERS, our_uid};

/// The bit of a directory where users may only remove what is theirs, as in /tmp.
const STICKY: u32 = 0o1000;

/// Why a file is not run: another user has, or could have, a hand in it, or in a directory on the way to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Suspicion {
    /// It belongs to somebody else.
    #[error("{} belongs to user {owner}, who is neither root nor us; take it over (chown root)", path.display())]
    Foreign {
        /// The file or directory.
        path: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// Its group or all users may write to it.
    #[error("{} may be written by other users; take that right away (chmod go-w)", path.display())]
    Writable {
        /// The file or directory.
        path: PathBuf,
    },
    /// It cannot be told.
    #[error("cannot find out to whom {} belongs: {why}", path.display())]
    Unknown {
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        why: String,
    },
}

/// What is wrong with a script or a directory of scripts, with what a link in its place leads to, or with a directory on
/// the way to either.
pub fn suspicion(path: &Path) -> Option<Suspicion> {
    let place = path.parent().unwrap_or(path);
    match (path.canonicalize(), place.canonicalize()) {
        (Ok(real), Ok(place)) => {
            let mut above = real.ancestors().skip(1).chain(place.ancestors());
            of(&real, 0).or_else(|| above.find_map(|directory| of(directory, STICKY)))
        }
        (Err(error), _) | (_, Err(error)) => Some(unknown(path, &error)),
    }
}

/// What is wrong with one file or directory. One that has a bit of `excused` may be written by others.
fn of(path: &Path, excused: u32) -> Option<Suspicion> {
    let found = match path.symlink_metadata() {
        Ok(found) => found,
        Err(error) => return Some(unknown(path, &error)),
    };
    if ![0, our_uid()].contains(&found.uid()) {
        return Some(Suspicion::Foreign { path: path.to_owned(), owner: found.uid() });
    }
    let is_writable = found.mode() & WRITABLE_BY_OTHERS != 0 && found.mode() & excused == 0;
    is_writable.then(|| Suspicion::Writable { path: path.to_owned() })
}

fn unknown(path: &Path, error: &io::Error) -> Suspicion {
    Suspicion::Unknown { path: path.to_owned(), why: error.to_string() }
}

#[cfg(test)]
#[path = "trust_tests.rs"]
mod tests;
