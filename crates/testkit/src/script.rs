//! Programs of a test's own, written to be run.
//!
//! A process that another test starts at this moment inherits, for an instant, the descriptors that are open here; were
//! one of them open for writing the program, running it would fail as 'Text file busy'. So another process writes.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes a script, with its `#!` line, that all may run. One that is there is replaced.
///
/// # Panics
/// When it cannot be written.
pub fn install_program(path: &Path, text: &str) {
    install(Path::new("/dev/stdin"), path, text);
}

/// Copies a program so that all may run it.
///
/// # Panics
/// When it cannot be read or written.
pub fn copy_program(program: &Path, to: &Path) {
    install(program, to, "");
}

fn install(from: &Path, to: &Path, input: &str) {
    let mut command = Command::new("install");
    let mut child = command.args(["-m", "755"]).args([from, to]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "cannot install {}", to.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_can_be_run_as_soon_as_it_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("script");
        for status in [3, 4] {
            install_program(&path, &format!("#!/bin/sh\nexit {status}\n"));
            assert_eq!(Command::new(&path).status().unwrap().code(), Some(status));
        }
    }
}
