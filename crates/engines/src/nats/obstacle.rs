//! What stands between us and the servers, and what to do about it.

use std::error::Error;
use std::io;

use async_nats::{ConnectError, ConnectErrorKind};
use bellwether_core::text::shown;

use super::failure::{CREDENTIALS, Failure, REACH};

/// What to do about a certificate that is not believed.
const TRUST: &str = "use the host name that the certificate is for; when no authority of the system vouches for it, \
    name its authority's file (fleet.ca_file; for stores SSL_CERT_FILE)";
/// What to do about a server that answers an encrypted greeting with something else.
const SPEAK_TLS: &str = "the server does not seem to speak TLS: give it a tls block, or write nats:// in the URL";
/// What to do about the certificates by which servers are to be known.
const CA_FILE: &str = "check that the file of fleet.ca_file can be read and has certificates as PEM";

/// Why there is no connection at this moment; it is tried again.
#[derive(Debug)]
pub(super) struct Obstacle {
    why: String,
    remedy: &'static str,
}

impl Obstacle {
    /// # Errors
    /// When trying again would change nothing: the servers do not want us.
    pub(super) fn of(error: &ConnectError) -> Result<Self, Failure> {
        let remedy = match (error.kind(), tls_error(error)) {
            (ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation, _) => {
                let why = "the server does not accept the credentials".to_owned();
                return Err(Failure::NotSent { why, remedy: CREDENTIALS });
            }
            (_, Some(rustls::Error::InvalidCertificate(_))) => TRUST,
            (_, Some(rustls::Error::InvalidMessage(_))) => SPEAK_TLS,
            (ConnectErrorKind::Tls, _) => CA_FILE,
            _ => REACH,
        };
        Ok(Self { why: shown(&error.to_string()), remedy })
    }

    /// What is told when the time is over; a server may also have said nothing at all.
    pub(super) fn in_words(obstacle: Option<Self>) -> (String, &'static str) {
        obstacle.map_or_else(|| (String::new(), REACH), |Self { why, remedy }| (format!(": {why}"), remedy))
    }
}

/// An error of I/O hides what it was made from: its own source is that of the hidden one.
fn tls_error(error: &ConnectError) -> Option<&rustls::Error> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(hidden) => Some(hidden),
            None => error.source(),
        };
    }
    None
}
