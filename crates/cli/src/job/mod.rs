//! Running a job's command: under a claim, or by health alone.

mod account;
pub(crate) mod claimed;
pub(crate) mod launch;
mod losses;
pub(crate) mod unclaimed;
