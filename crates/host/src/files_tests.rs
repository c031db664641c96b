use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};

use nix::sys::stat::Mode;

use super::*;

fn why(error: FileError) -> Distrust {
    match error {
        FileError::Refused { why, .. } => why,
        other => panic!("not refused but: {other}"),
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn creates_for_the_owner_alone_and_keeps_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cache");
    assert_eq!(open_private(&path, false).unwrap_err().kind(), io::ErrorKind::NotFound);
    open_private(&path, true).unwrap().write_all(b"kept").unwrap();
    assert_eq!(mode(&path), 0o600);
    open_private(&path, true).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"kept");
}

#[test]
fn refuses_links_pipes_and_directories() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::write(path("target"), "").unwrap();
    symlink(path("target"), path("symlink")).unwrap();
    symlink(path("nowhere"), path("dangling")).unwrap();
    nix::unistd::mkfifo(&path("pipe"), Mode::from_bits_truncate(0o600)).unwrap();
    assert_eq!(why(open_private(&path("symlink"), true).unwrap_err()), Distrust::Symlink);
    assert_eq!(why(open_private(&path("dangling"), true).unwrap_err()), Distrust::Symlink);
    assert!(!path("nowhere").exists());
    assert_eq!(why(open_private(&path("pipe"), true).unwrap_err()), Distrust::NotRegular);
    assert_eq!(why(open_private(dir.path(), false).unwrap_err()), Distrust::NotRegular);
    fs::hard_link(path("target"), path("hard")).unwrap();
    assert_eq!(why(open_private(&path("hard"), true).unwrap_err()), Distrust::Linked);
}

#[test]
fn refuses_what_belongs_to_another_user() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("theirs");
    fs::write(&path, "").unwrap();
    std::os::unix::fs::chown(&path, Some(12_345), None).unwrap();
    let error = open_private(&path, true).unwrap_err();
    assert!(error.to_string().contains("belongs to user 12345"), "{error}");
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::PermissionDenied);
    let directory = dir.path().join("directory");
    fs::create_dir(&directory).unwrap();
    std::os::unix::fs::chown(&directory, Some(12_345), None).unwrap();
    assert_eq!(why(private_dir(&directory).unwrap_err()), Distrust::Foreign(12_345));
}

#[test]
fn a_directory_is_made_with_its_parents_and_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b/state");
    private_dir(&path).unwrap();
    assert_eq!(mode(&path), 0o700);
    private_dir(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o777)).unwrap();
    assert_eq!(why(private_dir(&path).unwrap_err()), Distrust::Writable);
}

#[test]
fn a_directory_is_not_a_link_or_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let (real, link, file) = (dir.path().join("real"), dir.path().join("link"), dir.path().join("file"));
    private_dir(&real).unwrap();
    symlink(&real, &link).unwrap();
    fs::write(&file, "").unwrap();
    assert_eq!(why(private_dir(&link).unwrap_err()), Distrust::Symlink);
    assert_eq!(why(private_dir(&file).unwrap_err()), Distrust::NotDirectory);
    let below = private_dir(&file.join("below")).unwrap_err();
    assert!(below.to_string().contains("below"), "{below}");
}

#[test]
fn a_read_has_a_bound() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roster");
    fs::write(&path, "1234").unwrap();
    assert_eq!(read_bounded(&path, 4).unwrap(), b"1234");
    assert!(matches!(read_bounded(&path, 3).unwrap_err(), FileError::TooLarge { limit: 3, .. }));
    assert!(matches!(read_bounded(Path::new("/dev/zero"), 1_000).unwrap_err(), FileError::TooLarge { .. }));
    assert_eq!(read_bounded(&dir.path().join("none"), 3).unwrap_err().kind(), io::ErrorKind::NotFound);
}
