//! Errors in words: what failed, on what, why, and what to do.

use bellwether_core::fleet::envelope::LARGEST;
use bellwether_core::fleet::transport::TransportError;

use crate::nats::failure::{ENABLE, Failure};

/// What to do when the server does not say whether it has taken something.
const UNKNOWN: &str = "check that the servers run and that this user may use its subjects of bw.ENVIRONMENT.> and _INBOX.bw.ENVIRONMENT.>";

pub(super) fn failed(what: &str, why: impl Into<String>, remedy: impl Into<String>) -> TransportError {
    TransportError { what: what.to_owned(), why: why.into(), remedy: remedy.into(), unreached: Vec::new() }
}

/// What a request ran into.
pub(super) fn of(what: &str, failure: &Failure) -> TransportError {
    let remedy = match failure {
        Failure::NoAnswer(_) => UNKNOWN,
        failure => failure.remedy(),
    };
    failed(what, failure.why(), remedy)
}

/// What a request to JetStream ran into, which the inventory and durable calls need.
pub(super) fn of_jetstream(what: &str, failure: &Failure) -> TransportError {
    match failure {
        Failure::NobodyThere => {
            let remedy = format!(
                "{ENABLE}; ping and exec work without it, but nobody can tell who is missing, and the inventory, --batch, --limit and --durable need it"
            );
            failed(what, "the server has no JetStream, or does not let this user have it", remedy)
        }
        failure => of(what, failure),
    }
}

/// Refuses what no transport carries.
pub(super) fn refuse_large(what: &str, message: &[u8]) -> Result<(), TransportError> {
    if message.len() <= LARGEST {
        return Ok(());
    }
    let why = format!("the message has {} bytes; at most {LARGEST} are allowed", message.len());
    Err(failed(what, why, "send less: a shorter script, fewer facts, or fewer nodes at once"))
}
