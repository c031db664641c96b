//! What is done when this node is about to leave: decisions, without any effect.
//!
//! - [`source`]: who tells of it, as text. [`shutdown`]: what systemd tells of a shutdown of this host.
//! - [`reaction`]: what can be done, and in which order, for each state. [`webhook`]: what others are told.
//! - [`policy`]: all of that together. [`journal`]: what is being done, and what has to be undone.
//! - [`memory`]: journal and notices as they are saved. `turn`: what follows from what the sources say.

pub mod journal;
pub mod memory;
pub mod policy;
pub mod reaction;
pub mod shutdown;
pub mod source;
mod turn;
pub mod webhook;

pub use journal::{Journal, Occasion, Step, Task};
pub use memory::{Memory, MemoryError};
pub use policy::Policy;
pub use reaction::{Chain, Completion, Reaction, ReactionError};
pub use source::SourceRef;
pub use turn::Turn;
pub use webhook::{Template, WebhookUrl};
