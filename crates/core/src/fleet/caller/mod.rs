//! What a caller decides: whom it expects, whom it believes, whom it asks next, and when a call is over.
//!
//! - [`believe`]: whose words count. [`pins`]: which key belongs to which node. [`expected`]: who should answer.
//! - [`share`]: numbers that may be percentages. [`order`]: replies that come out of order.
//! - [`call`]: the state of a call. [`fold`]: equal outputs together.

pub mod believe;
pub mod call;
pub mod expected;
pub mod fold;
pub mod order;
pub mod pins;
pub mod share;
