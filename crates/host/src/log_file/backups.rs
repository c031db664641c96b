//! The files that were put aside.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::rotation::Rotation;

/// Deletes the oldest of the files that were put aside beside a log, up to as many as are kept.
pub(super) fn delete_oldest(log: &Path, rotation: &Rotation) -> io::Result<()> {
    let (Some(name), Some(kept)) = (log.file_name(), rotation.kept()) else { return Ok(()) };
    let dir = log.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut backups: Vec<OsString> = Vec::new();
    for entry in fs::read_dir(dir)? {
        let found = entry?.file_name();
        if is_backup(&found, name, rotation) {
            backups.push(found);
        }
    }
    // By their names, which are dates: the oldest first.
    backups.sort_unstable();
    let excess = backups.len().saturating_sub(kept);
    backups.iter().take(excess).try_for_each(|backup| fs::remove_file(dir.join(backup)))
}

/// Whether a file is named as the log, and with a date of this rotation's: `x.log.2030-01-31`, also when somebody has
/// added to the name, as with `x.log.2030-01-31.gz`.
fn is_backup(found: &OsStr, log: &OsStr, rotation: &Rotation) -> bool {
    let rest = found.as_bytes().strip_prefix(log.as_bytes()).and_then(|rest| rest.strip_prefix(b"."));
    rest.is_some_and(|rest| rest.split(|&byte| byte == b'.').any(|part| rotation.is_date(part)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log_file::Unit;

    #[test]
    fn only_dates_of_the_same_kind_are_backups() {
        let daily = Rotation::new(Unit::Days, 1, 3).unwrap();
        let hourly = Rotation::new(Unit::Hours, 1, 3).unwrap();
        let is_backup = |name: &str, rotation| is_backup(OsStr::new(name), OsStr::new("x.log"), rotation);
        assert!(is_backup("x.log.2030-01-31", &daily));
        assert!(is_backup("x.log.2030-01-31.gz", &daily));
        assert!(is_backup("x.log.2030-01-31_05", &hourly));
        for name in ["x.log", "x.log.", "x.log.1", "x.log.2030-01-31_05", "x.log2.2030-01-31", "y.log.2030-01-31"] {
            assert!(!is_backup(name, &daily), "{name}");
        }
        assert!(!is_backup("x.log.2030-01-31", &hourly));
        assert!(!is_backup("x.log.203a-01-31", &daily));
    }
}
