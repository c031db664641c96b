//! Commands for the fleet: what callers and agents say to each other, and what each may do.
//!
//! - [`keys`]: who signs. [`envelope`]: what is signed, and how it is checked.
//! - [`request`], [`reply`]: what is said. [`id`]: how a request is named.
//! - [`inventory`]: what is known of the nodes. [`fit`]: facts within an envelope. [`announcing`]: when a node tells them.
//! - [`trust`], [`policy`], [`admit`]: whom an agent believes, what it allows, what it makes of a message. [`problems`]:
//!   all that is wrong with a file.
//! - [`journal`], [`audit`], [`output`]: what an agent remembers, accounts for and passes on. [`floods`]: how much of it.
//! - [`transport`]: what carries it. [`caller`]: what a caller decides.
//!
//! Specification: `specs/fleet-commands.md`, the protocol of this program alone.

pub mod admit;
pub mod announcing;
pub mod audit;
pub mod bytes;
pub mod caller;
pub mod envelope;
pub mod fit;
pub mod floods;
pub mod id;
mod ignored;
pub mod inventory;
pub mod journal;
pub mod keys;
pub mod output;
pub mod policy;
pub mod problems;
pub mod reply;
pub mod request;
pub mod transport;
pub mod trust;
