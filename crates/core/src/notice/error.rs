//! Why a source of notices told nothing.

use crate::roster::{RosterError, RosterErrorKind};

/// Why a source of notices told nothing. It never means that there is no notice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NoticeError {
    /// What kind of failure it is.
    pub kind: NoticeErrorKind,
    /// What failed, on what, and why.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// The kinds of failure of a source. None of them is a reason to give the source up: networks, roles and services
/// come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeErrorKind {
    /// Nobody is where the source should be: perhaps a host outside EC2, perhaps a network that is not up yet.
    Absent,
    /// What is named does not exist.
    NotFound,
    /// There are no credentials, or they do not allow the question.
    Denied,
    /// The source asks to slow down.
    Throttled,
    /// The source gave no answer, or not in time, or answered with an error.
    Unavailable,
    /// The answer is not what it should be.
    Malformed,
}

impl From<RosterError> for NoticeError {
    fn from(error: RosterError) -> Self {
        let kind = match error.kind {
            RosterErrorKind::NotFound => NoticeErrorKind::NotFound,
            RosterErrorKind::Denied => NoticeErrorKind::Denied,
            RosterErrorKind::Throttled => NoticeErrorKind::Throttled,
            RosterErrorKind::Unavailable => NoticeErrorKind::Unavailable,
            RosterErrorKind::Invalid => NoticeErrorKind::Malformed,
        };
        Self { kind, message: error.message, remedy: error.remedy }
    }
}
