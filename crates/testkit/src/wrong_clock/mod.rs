//! Wall clocks that are wrong, for programs that read them through the C library.
//!
//! A small library of our own, loaded into the program. libfaketime, which does the same and more, also shifts the
//! absolute times that timers on the clock since the boot are set to (`timerfd_settime`, as of 0.9.10).

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::process::Run;

const SOURCE: &str = include_str!("shift.c");

/// A wall clock that is off by a fixed time. All other clocks are right.
#[derive(Debug)]
pub struct WrongClock {
    directory: TempDir,
    milliseconds: i64,
}

impl WrongClock {
    /// One that is ahead by so many milliseconds, or behind.
    ///
    /// # Panics
    /// When there is no C compiler; Rust's linker is one.
    pub fn ahead_by(milliseconds: i64) -> Self {
        let clock = Self { directory: tempfile::tempdir().unwrap(), milliseconds };
        let source = clock.directory.path().join("shift.c");
        std::fs::write(&source, SOURCE).unwrap();
        let compiled =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).args([clock.library(), source]).output();
        let compiled = compiled.unwrap_or_else(|error| panic!("cc cannot be run: {error}"));
        assert!(compiled.status.success(), "cc: {}", String::from_utf8_lossy(&compiled.stderr));
        clock
    }

    fn library(&self) -> PathBuf {
        self.directory.path().join("shift.so")
    }

    /// The program as it sees this time, and all that it starts.
    #[must_use]
    pub fn shown_to(&self, run: Run) -> Run {
        run.env("LD_PRELOAD", self.library()).env("WRONG_CLOCK_MS", self.milliseconds.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;
    use crate::python::venv;

    /// The wall clock, as a program and its child see it, and those that must be left alone.
    const CLOCKS: &str = "import subprocess, time
print(time.time(), subprocess.check_output(['date', '+%s']).decode().strip(),
    time.clock_gettime(time.CLOCK_BOOTTIME), open('/proc/uptime').read().split()[0], time.monotonic())";

    fn read(run: Run) -> Vec<f64> {
        let seen = run.args(["-c", CLOCKS]).finish().expect_code(0).stdout_text();
        seen.split_whitespace().map(|number| number.parse().unwrap()).collect()
    }

    #[test]
    fn the_wall_clock_is_wrong_and_all_others_are_right() {
        for (milliseconds, wrong) in [(-180_400, -180.4), (180_400, 180.4)] {
            let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() + wrong;
            let clock = WrongClock::ahead_by(milliseconds);
            let seen = read(clock.shown_to(Run::new(venv().python())));
            let right = read(Run::new(venv().python()));
            assert!((before..before + 60.0).contains(&seen[0]), "{before} {seen:?}");
            assert!((before - 1.0..before + 60.0).contains(&seen[1]), "its children see it too: {before} {seen:?}");
            assert!((seen[2] - seen[3]).abs() < 30.0, "the time since the boot is that of /proc/uptime: {seen:?}");
            assert!((0.0..60.0).contains(&(right[4] - seen[4])), "the monotonic clock goes on: {seen:?} {right:?}");
        }
    }
}
