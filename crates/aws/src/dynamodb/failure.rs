//! Errors in words: what failed, on what, why, and what to do.

use std::fmt::Display;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bellwether_core::roster::RosterError;
use bellwether_core::store::StoreError;

use super::items::Unusable;
use super::session::Session;
use crate::api_error::{ApiError, ApiErrorKind};
use crate::errors::{Asked, Failure, Refusal, from_sdk};
use crate::permissions::store_creation_permissions;

/// Why a question to the table has no answer to go on with.
#[derive(Debug)]
pub(super) enum Trouble {
    /// DynamoDB did not answer, or refused.
    Failed {
        /// The IAM action.
        action: &'static str,
        /// What happened.
        failure: Failure,
    },
    /// The table holds what this release cannot use.
    Unusable(Unusable),
    /// It cannot be done now; nothing was changed.
    NotNow {
        /// The cause.
        why: String,
        /// What to do about it.
        remedy: &'static str,
    },
}

impl From<Unusable> for Trouble {
    fn from(unusable: Unusable) -> Self {
        Self::Unusable(unusable)
    }
}

/// Turns the error of an SDK's operation into trouble with an action.
pub(super) fn failed<E>(action: &'static str) -> impl Fn(SdkError<E, HttpResponse>) -> Trouble
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    move |error| Trouble::Failed { action, failure: from_sdk(&error) }
}

/// What was to be sent cannot be written down.
pub(super) fn unwritable(error: impl Display) -> Trouble {
    Trouble::NotNow { why: format!("the request cannot be written: {error}"), remedy: "report this as a bug" }
}

/// What was answered cannot be true.
pub(super) fn nonsense(action: &'static str, why: &str) -> Trouble {
    Trouble::Failed { action, failure: Failure::Unreadable(why.to_owned()) }
}

/// DynamoDB keeps leaving parts of a batch undone, which is how it throttles batches.
pub(super) fn unprocessed(action: &'static str) -> Trouble {
    let message = "parts of the batch are left undone again and again".to_owned();
    let code = "ThrottlingException".to_owned();
    Trouble::Failed { action, failure: Failure::Refused { status: 400, code, message, clocks: None } }
}

impl Session {
    /// The error of something that changes nothing.
    pub(super) fn reading(&self, what: &str, trouble: Trouble) -> StoreError {
        let what = what.to_owned();
        match trouble {
            Trouble::Failed { action, failure } => {
                let (why, remedy) = self.in_words(action, &failure);
                StoreError::Unavailable { what, why, remedy }
            }
            Trouble::Unusable(Unusable { why, remedy }) => {
                StoreError::Unreadable { what, why, remedy: remedy.to_owned() }
            }
            Trouble::NotNow { why, remedy } => StoreError::Unavailable { what, why, remedy: remedy.to_owned() },
        }
    }

    /// The error of something that changes the table: whether it did is unknown unless it certainly did not.
    pub(super) fn writing(&self, what: &str, trouble: Trouble) -> StoreError {
        match trouble {
            Trouble::Failed { action, failure } if !failure.certainly_not_done() => {
                let (why, remedy) = self.in_words(action, &failure);
                StoreError::AnswerLost { what: what.to_owned(), why, remedy }
            }
            trouble => self.reading(what, trouble),
        }
    }

    /// The error of making a table that holds neither claims nor history.
    pub(super) fn api_error(&self, action: &'static str, trouble: Trouble) -> ApiError {
        let conflict = |why: String, remedy: &str| ApiError {
            kind: ApiErrorKind::Conflict,
            message: format!("{action} on {}: {why}", self.name()),
            remedy: remedy.to_owned(),
        };
        match trouble {
            Trouble::Failed { action, failure } => self.asked(action).api_error(&failure),
            Trouble::Unusable(Unusable { why, remedy }) | Trouble::NotNow { why, remedy } => conflict(why, remedy),
        }
    }

    fn in_words(&self, action: &'static str, failure: &Failure) -> (String, String) {
        let asked = self.asked(action);
        let why = format!("{action} in {} ({}): {}", asked.region, asked.host, asked.why(failure));
        (why, remedy(&asked, failure))
    }
}

fn remedy(asked: &Asked, failure: &Failure) -> String {
    let Asked { action, subject, region, .. } = asked;
    let creating = store_creation_permissions().contains(action);
    match failure.refusal() {
        Some(Refusal::NotFound) => format!(
            "create the table with 'bellwether store create {subject}', or check that its name, the region {region} \
             and the account are right"
        ),
        Some(Refusal::NotAllowed) if creating => {
            format!("allow {} to these credentials", store_creation_permissions().join(", "))
        }
        Some(Refusal::NotAllowed) => {
            format!("allow {action} to these credentials; 'bellwether iam once --store {subject}' prints the policy")
        }
        Some(Refusal::Throttled) if !creating => {
            format!("give the table of {subject} more capacity, or let it be billed by request")
        }
        Some(Refusal::Invalid) if !creating => {
            format!("check the table with 'bellwether store create {subject}', which leaves one of another shape alone")
        }
        _ => asked.remedy(failure),
    }
}

/// Region, credentials or endpoint could not be had, so nothing was asked.
pub(super) fn not_ready(what: &str, error: RosterError) -> StoreError {
    StoreError::Unavailable { what: what.to_owned(), why: error.message, remedy: error.remedy }
}
