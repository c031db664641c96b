//! How far a node is, and how it ended.

use crate::fleet::reply::{Done, Refusal};
use crate::time::Mono;

/// How far a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It was not asked yet.
    Waiting,
    /// It was asked, and has not answered; since when.
    Asked(Mono),
    /// It has the request; when it was last heard of.
    Working(Mono),
    /// Nothing more is expected of it.
    Ended(Ending),
}

/// How a node ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It answered a ping or a question for facts.
    Answered,
    /// Its command ended, in whatever way.
    Done(Done),
    /// It refused.
    Refused(Refusal),
    /// It never answered.
    Silent,
    /// It had the request, and was not heard of again.
    Lost,
}

impl Ending {
    /// Whether what was wanted was done.
    pub const fn is_success(&self) -> bool {
        match self {
            Self::Answered => true,
            Self::Done(done) => done.outcome.is_success(),
            Self::Refused(_) | Self::Silent | Self::Lost => false,
        }
    }

    /// Whether it is unknown what became of the request.
    pub const fn is_unanswered(&self) -> bool {
        matches!(self, Self::Silent | Self::Lost)
    }
}

/// Whether a node is waited for.
pub(super) const fn is_open(progress: &Progress) -> bool {
    matches!(progress, Progress::Asked(_) | Progress::Working(_))
}

/// Whether a node ended, and what was wanted was not done.
pub(super) const fn is_failure(progress: &Progress) -> bool {
    matches!(progress, Progress::Ended(ending) if !ending.is_success())
}
