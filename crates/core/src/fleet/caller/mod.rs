//! What a caller decides: whom it expects, whom it believes, whom it asks next, and when a call is over.
//!
//! - [`believe`]: whose words count. [`pins`]: which key belongs to which node. [`expected`]: who should answer.
//! - [`share`]: numbers that may be percentages. [`order`]: replies that come out of order.
//! - [`call`]: the state of a call. `progress`: how far a node is. `bounds`: for how long nodes may work.
//! - [`fold`]: equal outputs together.
//! - [`ranges`]: many names in few words. [`misnamed`]: nodes' ids in the place of a filter.

pub mod believe;
mod bounds;
pub mod call;
pub mod expected;
pub mod fold;
pub mod misnamed;
pub mod order;
pub mod pins;
mod progress;
pub mod ranges;
pub mod share;
