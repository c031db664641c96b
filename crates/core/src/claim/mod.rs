//! The claim of a job: which node runs which tick.
//!
//! - [`record`]: what a store keeps of it.
//! - [`entry`]: what history keeps of a run.
//! - `format`: the one encoding of both.
//! - [`decide`]: what a contender may do, given the record it sees.
//! - [`run`]: a wrapper's whole life as a pure state machine, from the first look to the end of the run.
//! - [`hold`]: the part of that life in which the claim is its own.

pub mod decide;
pub mod entry;
mod format;
pub mod hold;
pub mod record;
pub mod run;

pub use decide::{Contender, Decision, Evidence, Liveness, OnLost, Overlap, Skip, decide};
pub use entry::{Entry, KeptOutput, Outcome, fold};
pub use format::{DecodeError, FORMAT};
pub use record::{Displaced, Record, State, Was};
pub use run::{Action, Event, Exit, Run, RunEnd, Verdict};
