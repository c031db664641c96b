//! The exit statuses, in one place. `docs/exit-status.md` is the table for users.

/// All went well; for `once` also: another node runs the tick.
pub(crate) const OK: u8 = 0;
/// `leader`: another node is first. `doctor`: a check failed. `lb delete`, `env delete`: the answer was no. `env show`: a
/// queue is missing or set otherwise. `watch --once`: a reaction failed.
/// `agent --check-policy`: not allowed. `agent --clean`: something could not be removed.
pub(crate) const NO: u8 = 1;
/// `exec`, `ping`, `facts`: some nodes did not answer, or none is known that should.
pub(crate) const UNANSWERED: u8 = 2;
/// The command line or the configuration is wrong (`EX_USAGE` of sysexits.h).
pub(crate) const USAGE: u8 = 64;
/// Store, roster or identity unavailable, the command was not run; `lb`: AWS refuses, does not answer, or has no such
/// load balancer (`EX_UNAVAILABLE` of sysexits.h).
pub(crate) const UNAVAILABLE: u8 = 69;
/// The command was stopped by `--timeout`, as timeout(1) has it.
pub(crate) const TIMED_OUT: u8 = 124;
/// The command cannot be executed, as the shell has it.
pub(crate) const CANNOT_EXECUTE: u8 = 126;
/// The command was not found, as the shell has it.
pub(crate) const NOT_FOUND: u8 = 127;

/// The status of a command that a signal ended: 128+N.
pub(crate) fn signaled(signal: i32) -> i32 {
    128_i32.saturating_add(signal)
}

/// A status as the operating system passes it on: its lowest eight bits.
pub(crate) fn from_command(status: i32) -> u8 {
    u8::try_from(status & 0xff).unwrap_or(u8::MAX)
}
