//! The Python environment with the peers, which `tests/setup.sh` makes.

use std::path::{Path, PathBuf};

/// The environment.
#[derive(Debug, Clone)]
pub struct Venv {
    root: PathBuf,
}

/// The environment at `$BELLWETHER_TEST_VENV`, else at `target/test-venv` of the workspace.
///
/// # Panics
/// When it is not there.
pub fn venv() -> Venv {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root =
        std::env::var_os("BELLWETHER_TEST_VENV").map_or_else(|| workspace.join("target/test-venv"), PathBuf::from);
    let venv = Venv { root };
    assert!(venv.python().exists(), "no Python environment at {}: run tests/setup.sh", venv.root.display());
    venv
}

impl Venv {
    /// Its interpreter.
    pub fn python(&self) -> PathBuf {
        self.program("python")
    }

    /// A program installed in it, such as `clustercron`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.root.join("bin").join(name)
    }
}
