//! Patterns for directories.

use super::names::Name;

/// Whether a path says without detours where it leads: absolute, and no part of it is empty, `.` or `..`. A text like
/// `/srv/../etc` would match a pattern and lead elsewhere.
pub(in crate::fleet) fn is_plain(path: &str) -> bool {
    path == "/"
        || path.strip_prefix('/').is_some_and(|parts| parts.split('/').all(|part| !["", ".", ".."].contains(&part)))
}

/// A pattern for each part of a path: `*` is never more than one directory.
#[derive(Debug, Clone)]
pub(super) struct Directory(Vec<Name>);

impl Directory {
    /// Reads a pattern.
    pub(super) fn new(pattern: &str) -> Result<Self, String> {
        if is_plain(pattern) {
            Ok(Self(pattern.split('/').map(Name::new).collect()))
        } else {
            Err(format!("'{pattern}' in 'directories' is no absolute path without '.', '..' and empty parts"))
        }
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        let mut parts = path.split('/');
        is_plain(path)
            && self.0.iter().all(|name| parts.next().is_some_and(|part| name.matches(part)))
            && parts.next().is_none()
    }
}
