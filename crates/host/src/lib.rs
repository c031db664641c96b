//! This machine: its clocks, names, files, locks, signals, child processes, hooks, firewall and service manager.
//!
//! For Linux. What waits expects a tokio runtime with its drivers enabled. A `tied` child dies with the *thread*
//! that spawned it, so spawn from a thread that lives as long as the program does: the main one.

pub mod alarm;
pub mod child;
pub mod clock;
pub mod durable;
pub mod facts;
pub mod files;
pub mod firewall;
pub mod hooks;
pub mod lock;
pub mod log_file;
pub mod memory;
pub mod names;
pub mod notify;
pub mod own_program;
pub mod paths;
pub mod published;
pub mod random;
pub mod run;
pub mod signals;
pub mod syslog;
pub mod users;
