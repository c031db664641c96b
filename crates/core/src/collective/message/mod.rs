//! What travels: commands from a master, replies and facts from agents. Each body is base64 of JSON; keys that are not
//! known are ignored.
//!
//! - [`Command`], [`Reply`], [`FactsMessage`]: the three kinds. `mode`: what a command asks for.
//! - `wire`: base64 and JSON, within bounds. `error`: what can be wrong with a body.

mod command;
mod error;
mod facts;
mod mode;
mod reply;
mod wire;

pub use command::{Action, Command};
pub use error::{MessageError, TooLarge};
pub use facts::FactsMessage;
pub use mode::Mode;
pub use reply::{Reply, ReturnCode};
pub use wire::LONGEST_BODY;

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
