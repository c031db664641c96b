use std::fs::{Permissions, create_dir, set_permissions, write};
use std::os::unix::fs::{PermissionsExt, chown, symlink};

use super::*;

fn with_mode(path: &Path, mode: u32) {
    set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A directory with a script, both root's; none where the tests are not root's.
fn ours() -> Option<(tempfile::TempDir, PathBuf)> {
    if !crate::paths::is_root() {
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().canonicalize().unwrap().join("script");
    write(&script, "").unwrap();
    with_mode(&script, 0o755);
    Some((dir, script))
}

#[test]
fn what_is_roots_alone_is_trusted() {
    let Some((_dir, script)) = ours() else { return };
    assert_eq!(suspicion(&script), None);
}

#[test]
fn what_others_may_write_is_not() {
    let Some((_dir, script)) = ours() else { return };
    for mode in [0o775, 0o757, 0o777] {
        with_mode(&script, mode);
        assert_eq!(suspicion(&script), Some(Suspicion::Writable { path: script.clone() }));
    }
    with_mode(&script, 0o755);
    chown(&script, Some(12_345), None).unwrap();
    assert_eq!(suspicion(&script), Some(Suspicion::Foreign { path: script, owner: 12_345 }));
}

#[test]
fn what_lies_where_others_may_write_is_not() {
    let Some((_dir, script)) = ours() else { return };
    let above = script.parent().unwrap().to_owned();
    with_mode(&above, 0o777);
    assert_eq!(suspicion(&script), Some(Suspicion::Writable { path: above.clone() }));
    with_mode(&above, 0o1777);
    assert_eq!(suspicion(&script), None, "nobody but root can replace it in such a directory");
    assert_eq!(suspicion(&above), Some(Suspicion::Writable { path: above.clone() }), "but anybody can add to it");
    with_mode(&above, 0o755);
    chown(&above, Some(12_345), None).unwrap();
    assert_eq!(suspicion(&script), Some(Suspicion::Foreign { path: above, owner: 12_345 }));
}

#[test]
fn a_link_is_as_good_as_what_it_leads_to() {
    let Some((dir, script)) = ours() else { return };
    let open = dir.path().canonicalize().unwrap().join("open");
    create_dir(&open).unwrap();
    let (link, target) = (dir.path().join("link"), open.join("target"));
    symlink(&script, &link).unwrap();
    assert_eq!(suspicion(&link), None);
    std::fs::remove_file(&link).unwrap();
    symlink(&target, &link).unwrap();
    assert!(matches!(suspicion(&link), Some(Suspicion::Unknown { .. })));
    write(&target, "").unwrap();
    with_mode(&open, 0o777);
    assert_eq!(suspicion(&link), Some(Suspicion::Writable { path: open.clone() }));
    let replaceable = open.join("replaceable");
    symlink(&script, &replaceable).unwrap();
    assert_eq!(suspicion(&replaceable), Some(Suspicion::Writable { path: open }), "the link can be replaced");
}
