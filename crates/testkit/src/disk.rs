//! Small file systems in memory, to be filled up or made read-only. Mounting needs root.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

/// A file system in memory, unmounted at the end.
#[derive(Debug)]
pub struct SmallDisk {
    dir: TempDir,
}

impl SmallDisk {
    /// Mounts one; its size as tmpfs takes it, such as `2m`.
    pub fn mount(size: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        run("mount", &["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs", dir.path().to_str().unwrap()]);
        Self { dir }
    }

    /// The directory it is mounted at.
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// A file on it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Allows no more writing.
    pub fn make_read_only(&self) {
        run("mount", &["-o", "remount,ro", self.dir.path().to_str().unwrap()]);
    }

    /// Writes a file until nothing more fits.
    pub fn fill(&self) {
        let mut file = File::create(self.path("filler")).unwrap();
        while file.write_all(&[0; 1_024]).is_ok() {}
    }

    /// Removes what fills the disk. A process that another test is starting at this moment may have inherited the
    /// descriptor, and keeps the space until its program runs.
    pub fn free(&self) {
        fs::remove_file(self.path("filler")).unwrap();
        let blocks_free = || nix::sys::statvfs::statvfs(self.dir.path()).unwrap().blocks_available();
        let is_free = (0..500).any(|_| {
            let enough = blocks_free() > 50;
            if !enough {
                std::thread::sleep(Duration::from_millis(10));
            }
            enough
        });
        assert!(is_free, "the space is still in use");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        run("umount", &["--lazy", self.dir.path().to_str().unwrap()]);
    }
}

fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status();
    assert!(
        status.as_ref().is_ok_and(std::process::ExitStatus::success),
        "'{program} {}' failed: {status:?}; this test needs root and the right to mount",
        arguments.join(" ")
    );
}
