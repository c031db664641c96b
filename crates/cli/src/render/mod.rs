//! What people and programs get to read.

pub(crate) mod call;
pub(crate) mod confirm;
pub(crate) mod console;
pub(crate) mod fields;
pub(crate) mod level;
pub(crate) mod metrics;
pub(crate) mod progress;
pub(crate) mod table;
pub(crate) mod warnings;
