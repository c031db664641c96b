//! Nouns and decisions of Bellwether.
//!
//! Everything here is pure: the time (`now`), the bytes and the answers of others are arguments, so that the
//! program, the tests and a model checker call the very same functions. Effects live in the other crates.

pub mod balancer;
pub mod claim;
pub mod collective;
pub mod drain;
pub mod duration;
pub mod environment;
pub mod facts;
pub mod filter;
pub mod fleet;
pub mod format;
pub mod glob;
pub mod line_pattern;
pub mod names;
pub mod notice;
pub mod report;
pub mod roster;
pub mod schedule;
pub mod store;
pub mod tally;
pub mod text;
pub mod time;
pub mod watch;
