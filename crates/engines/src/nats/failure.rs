//! Errors in words: what failed, on what, why, and what to do.

use bellwether_core::store::StoreError;
use bellwether_core::text::shown;

use super::api::{Refusal, code};

/// What to do when only the moment was wrong.
pub(super) const RUN_AGAIN: &str = "run again";
/// What to do when the servers cannot be reached.
pub(super) const REACH: &str = "check that nats-server runs there, and that this node can reach it";
/// What to do when nobody takes a request to JetStream.
pub(super) const ENABLE: &str =
    "enable JetStream on the server (-js, or a jetstream block), and for the account of this user";
/// What to do when the server does not want us.
pub(super) const CREDENTIALS: &str = "check the user and password, or the token, in the URL";
/// What to do about content that makes no sense.
pub(super) const DAMAGED: &str = "another program may have written it; use another bucket, or remove the message";

/// Why a request did not bring what was asked for.
#[derive(Debug)]
pub(super) enum Failure {
    /// It was not sent.
    NotSent { why: String, remedy: &'static str },
    /// It was sent, and nobody was there to take it: the server says so.
    NobodyThere,
    /// It may have been sent, and no answer came.
    NoAnswer(String),
    /// The server refused it.
    Refused(Refusal),
    /// The answer makes no sense.
    Nonsense(String),
}

impl Failure {
    /// Whether the server refused it for this reason.
    pub(super) fn is_refusal(&self, code: u64) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.err_code == code)
    }

    pub(super) fn why(&self) -> String {
        match self {
            Self::NotSent { why, .. } => why.clone(),
            Self::NobodyThere => "no server with JetStream takes the request".to_owned(),
            Self::NoAnswer(why) => why.clone(),
            Self::Refused(refusal) => {
                format!("the server refuses: {} (code {})", shown(&refusal.description), refusal.err_code)
            }
            Self::Nonsense(why) => format!("the server's answer makes no sense: {why}"),
        }
    }

    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Self::NotSent { remedy, .. } => remedy,
            Self::NobodyThere => ENABLE,
            Self::NoAnswer(_) => {
                "check that most of the bucket's servers run and that this user may use $JS.API.>, the bucket's \
                 subjects and its history's; 'nats stream info' shows what they do"
            }
            Self::Refused(refusal) => refusal_remedy(refusal.err_code),
            Self::Nonsense(_) => "check that the URL names a nats-server of release 2.9 or later",
        }
    }

    /// Whether a change that failed so was certainly not made.
    ///
    /// Of the refusals only those count that a server makes before it hands the change to the other servers. A
    /// server whose own disk fails, for one, refuses what others have stored already.
    fn is_certain(&self) -> bool {
        match self {
            Self::NotSent { .. } | Self::NobodyThere => true,
            Self::NoAnswer(_) | Self::Nonsense(_) => false,
            Self::Refused(refusal) => matches!(
                refusal.err_code,
                code::ACCOUNT_RESOURCES_EXCEEDED
                    | code::NOT_ENABLED
                    | code::NOT_ENABLED_FOR_ACCOUNT
                    | code::INSUFFICIENT_RESOURCES
                    | code::MESSAGE_TOO_LARGE
                    | code::STREAM_NOT_FOUND
                    | code::STREAM_NOT_MATCH
                    | code::STREAM_SEALED
                    | code::WRONG_LAST_SEQUENCE
            ),
        }
    }
}

fn refusal_remedy(err_code: u64) -> &'static str {
    match err_code {
        code::NOT_ENABLED | code::NOT_ENABLED_FOR_ACCOUNT => ENABLE,
        code::STREAM_NOT_FOUND => "the bucket or its history was removed; open the store again to make it anew",
        code::ACCOUNT_RESOURCES_EXCEEDED | code::INSUFFICIENT_RESOURCES | code::STORAGE_RESOURCES_EXCEEDED => {
            "give JetStream more storage, or remove old history with 'bellwether history --prune'"
        }
        code::NOT_AVAILABLE | code::NOT_LEADER => "check that most of the cluster's servers run; then run again",
        _ => "look into the server's log; 'nats stream info' shows the bucket's stream",
    }
}

/// What a call that changes nothing ran into.
pub(super) fn reading(what: &str, failure: &Failure) -> StoreError {
    StoreError::unavailable(what, failure.why(), failure.remedy())
}

/// What a call that may have changed something ran into.
pub(super) fn changing(what: &str, failure: &Failure) -> StoreError {
    if failure.is_certain() {
        return reading(what, failure);
    }
    StoreError::answer_lost(what, failure.why(), failure.remedy())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(err_code: u64) -> Failure {
        Failure::Refused(Refusal { err_code, description: "d".into() })
    }

    #[test]
    fn only_what_was_certainly_not_made_is_told_as_such() {
        let unavailable = |failure: &Failure| matches!(changing("x", failure), StoreError::Unavailable { .. });
        assert!(unavailable(&Failure::NobodyThere));
        assert!(unavailable(&Failure::NotSent { why: String::new(), remedy: RUN_AGAIN }));
        assert!(unavailable(&refused(code::INSUFFICIENT_RESOURCES)));
        assert!(!unavailable(&refused(code::STORE_FAILED)));
        assert!(!unavailable(&refused(1)));
        assert!(!unavailable(&Failure::NoAnswer(String::new())));
        assert!(!unavailable(&Failure::Nonsense(String::new())));
        assert!(matches!(reading("x", &Failure::NoAnswer(String::new())), StoreError::Unavailable { .. }));
    }
}
