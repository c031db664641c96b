//! What carries commands: the in-memory transport, and the suite every transport must pass.
//!
//! - [`MemoryFleet`]: one for all environments; [`MemoryAgent`] and [`MemoryCaller`] are its two sides.
//! - [`Weather`]: what it does to messages by chance.
//! - [`conformance`]: the suite.

pub mod conformance;
mod mailbox;
mod memory;
mod memory_agent;
mod memory_caller;
mod weather;

pub use memory::MemoryFleet;
pub use memory_agent::MemoryAgent;
pub use memory_caller::MemoryCaller;
pub use weather::Weather;
