//! This machine: its clocks, names, files, locks, signals and child processes.
//!
//! For Linux. What waits expects a tokio runtime with its drivers enabled. A `tied` child dies with the *thread*
//! that spawned it, so spawn from a thread that lives as long as the program does: the main one.

pub mod alarm;
pub mod child;
pub mod clock;
pub mod files;
pub mod lock;
pub mod names;
pub mod paths;
pub mod random;
pub mod signals;
pub mod syslog;
