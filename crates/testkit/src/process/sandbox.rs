//! A home of its own for each test.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Run;

/// A temporary directory with a home, a state directory and links to programs; it goes away when dropped.
#[derive(Debug)]
pub struct Sandbox {
    root: TempDir,
}

impl Sandbox {
    /// An empty one.
    ///
    /// # Panics
    /// When there is no room for it.
    #[expect(clippy::new_without_default, reason = "making directories is no default value")]
    pub fn new() -> Self {
        let root = tempfile::Builder::new().prefix("bellwether-test-").tempdir().expect("a temporary directory");
        for directory in ["home", "state", "bin"] {
            std::fs::create_dir(root.path().join(directory)).expect("a directory in the sandbox");
        }
        Self { root }
    }

    /// The directory around all.
    pub fn path(&self) -> &Path {
        self.root.path()
    }

    /// What `HOME` is.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// What `XDG_STATE_HOME` is.
    pub fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// Writes a file below the sandbox, making its directories, and returns its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file in the sandbox")).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// A link by which `binary` is called as `name`, such as `clustercron`.
    pub fn called(&self, name: &str, binary: &Path) -> PathBuf {
        let link = self.root.path().join("bin").join(name);
        if !link.is_symlink() {
            std::os::unix::fs::symlink(binary, &link).unwrap();
        }
        link
    }

    /// A program with `PATH`, `HOME` and `XDG_STATE_HOME` in its environment and nothing else.
    pub fn run(&self, program: impl Into<PathBuf>) -> Run {
        Run::new(program).env("HOME", self.home()).env("XDG_STATE_HOME", self.state()).directory(self.home())
    }
}
