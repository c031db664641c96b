//! The one place that picks a store, a transport, a roster and an identity from what the user named.

pub(crate) mod caller;
pub(crate) mod context;
pub(crate) mod identity;
pub(crate) mod lists;
pub(crate) mod roster;
pub(crate) mod store;
pub(crate) mod transport;
