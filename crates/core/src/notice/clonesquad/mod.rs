//! What CloneSquad's API says of this node, and what its tags ask for.

mod firewall;
mod metadata;
mod tags;

pub use firewall::{Closed, Firewall, firewall};
pub use metadata::{Metadata, MetadataError};
pub use tags::Tags;

/// How CloneSquad writes that something is so.
fn is_true(text: &str) -> bool {
    matches!(text, "True" | "true")
}
