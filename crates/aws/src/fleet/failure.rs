//! Errors of the transport.

use bellwether_core::fleet::transport::TransportError;

use crate::api_error::ApiError;

/// An error found here.
pub(super) fn failed(what: impl Into<String>, why: impl Into<String>, remedy: impl Into<String>) -> TransportError {
    TransportError { what: what.into(), why: why.into(), remedy: remedy.into(), unreached: Vec::new() }
}

/// What an error of AWS means for what was tried.
pub(super) fn while_trying(what: impl Into<String>) -> impl FnOnce(ApiError) -> TransportError {
    let what = what.into();
    move |error| TransportError { what, why: error.message, remedy: error.remedy, unreached: Vec::new() }
}

/// What is asked of one that was closed.
pub(super) fn closed(what: &str) -> TransportError {
    failed(what, "the transport is closed", "open it again")
}
