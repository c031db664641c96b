//! Running a job's command: under a claim, or by health alone.

pub(crate) mod claimed;
pub(crate) mod launch;
pub(crate) mod unclaimed;
