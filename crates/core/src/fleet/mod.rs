//! Commands for the fleet: what callers and agents say to each other, and what each may do.
//!
//! - [`keys`]: who signs. [`envelope`]: what is signed, and how it is checked.
//! - [`request`], [`reply`]: what is said. [`id`]: how a request is named.
//! - [`inventory`]: what is known of the nodes.
//! - [`transport`]: what carries it. [`caller`]: what a caller decides.
//!
//! Specification: `specs/fleet-commands.md`, the protocol of this program alone.

pub mod bytes;
pub mod caller;
pub mod envelope;
pub mod id;
pub mod inventory;
pub mod keys;
pub mod reply;
pub mod request;
pub mod transport;
