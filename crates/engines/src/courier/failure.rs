//! What goes wrong with a delivery. Errors name the host alone: the rest of a URL may be all that a stranger needs to
//! send messages of his own.

use std::error::Error;
use std::time::Duration;

use bellwether_core::duration;
use reqwest::{StatusCode, Url};

/// A message was not delivered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {remedy}")]
pub struct DeliveryError {
    /// What failed, and why.
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
    /// Whether another try could help.
    pub can_pass: bool,
}

const CHECK_NETWORK: &str = "check the host's name, the network and its proxy";
const CHECK_URL: &str = "check the URL";

impl DeliveryError {
    /// Nothing can be delivered to anybody.
    pub(super) fn not_prepared(message: String, remedy: &'static str) -> Self {
        Self { message, remedy, can_pass: false }
    }

    /// No answer came within all the time there was.
    pub(super) fn silent(url: &str, limit: Duration) -> Self {
        let message = format!("{} did not answer within {}", shown(url), duration::display(limit));
        Self { message, remedy: CHECK_NETWORK, can_pass: true }
    }

    /// The server answered, but did not take the message.
    pub(super) fn refused(url: &str, status: StatusCode, can_pass: bool) -> Self {
        let remedy = if can_pass { "the server may be out of order; see its own status" } else { CHECK_URL };
        Self { message: format!("{} answered with status {}", shown(url), status.as_u16()), remedy, can_pass }
    }

    /// There was no answer.
    pub(super) fn from_client(url: &str, error: reqwest::Error, limit: Duration) -> Self {
        if error.is_timeout() {
            return Self::silent(url, limit);
        }
        let can_pass = !(error.is_builder() || error.is_redirect());
        let remedy = if can_pass { CHECK_NETWORK } else { CHECK_URL };
        Self { message: format!("{} cannot be reached: {}", shown(url), reason(error)), remedy, can_pass }
    }
}

/// The innermost reason; the outer ones repeat the URL or say nothing.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost: &dyn Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Scheme, host and port.
fn shown(url: &str) -> String {
    let url = Url::parse(url).ok();
    let parts = url.as_ref().and_then(|url| Some((url.scheme(), url.host_str()?, url.port())));
    match parts {
        Some((scheme, host, Some(port))) => format!("{scheme}://{host}:{port}"),
        Some((scheme, host, None)) => format!("{scheme}://{host}"),
        None => "a URL without a host".to_owned(),
    }
}
