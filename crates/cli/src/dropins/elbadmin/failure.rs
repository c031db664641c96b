//! How elbadmin ends when it cannot do what it is to do.

use bellwether_aws::ApiError;

use crate::failure::Failure as Native;

/// Why it was not done, or not all of it.
#[derive(Debug)]
pub(super) enum Failure {
    /// What elbadmin itself says on standard output, and its status.
    Said { text: String, status: u8 },
    /// What it would have ended with a traceback for: cause and remedy, for standard error.
    Told(String),
}

impl Failure {
    /// There is no such load balancer.
    pub(super) fn not_found(name: &str) -> Self {
        Self::Said { text: format!("No load balancer by the name of {name} found"), status: 1 }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Told(Native::from(error).in_one_line())
    }
}

impl From<Native> for Failure {
    fn from(failure: Native) -> Self {
        Self::Told(failure.message)
    }
}
