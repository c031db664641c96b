//! Why the kernel does not find a program that is there: what its first line names is missing.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use bellwether_core::text::shown;
use nix::libc::O_NONBLOCK;

/// How much of a file the kernel looks at: `BINPRM_BUF_SIZE`.
const LOOKED_AT: u64 = 256;

/// Tells what is missing.
pub(super) fn missing(program: &Path) -> String {
    match named(program) {
        Some(name) if name.ends_with('\r') => format!(
            "the interpreter '{}' is looked for with a carriage return behind its name, as its first line has it; write \
             the file with the line ends of Unix (dos2unix)",
            shown(&name)
        ),
        Some(name) => format!("the interpreter '{}', which its first line names, is missing", shown(&name)),
        None => "the interpreter or loader that it needs is missing; was it built for this system?".to_owned(),
    }
}

/// What stands behind `#!`, up to the first blank.
fn named(program: &Path) -> Option<String> {
    let mut beginning = Vec::new();
    // What was put in its place meanwhile must not hold us up.
    let file = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(program).ok()?;
    file.take(LOOKED_AT).read_to_end(&mut beginning).ok()?;
    let line = beginning.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    line.split([' ', '\t']).find(|word| !word.is_empty()).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let dir = tempfile::tempdir().unwrap();
        for (text, told) in [
            ("#!/no/such/interpreter -x\n", "the interpreter '/no/such/interpreter', which"),
            ("#! \t/no/such\n", "the interpreter '/no/such', which"),
            ("#!/no/such", "the interpreter '/no/such', which"),
            ("#!/bin/sh\r\necho\r\n", "carriage return"),
            ("\u{7f}ELF", "loader"),
            ("", "loader"),
        ] {
            let program = dir.path().join("program");
            std::fs::write(&program, text).unwrap();
            assert!(missing(&program).contains(told), "{text:?}: {}", missing(&program));
        }
        assert!(missing(&dir.path().join("gone")).contains("loader"));
    }
}
