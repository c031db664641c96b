//! What people and programs get to read.

pub(crate) mod console;
pub(crate) mod table;
pub(crate) mod warnings;
