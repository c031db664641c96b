//! The one error a command ends with: what failed and why, what to do, and the exit status that follows.

use bellwether_aws::ApiError;
use bellwether_core::balancer::Invalid;
use bellwether_core::fleet::transport::TransportError;
use bellwether_core::roster::RosterError;
use bellwether_core::store::StoreError;

use crate::exit_status;

/// A failed command.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) status: u8,
    pub(crate) message: String,
    pub(crate) remedy: Option<String>,
}

impl Failure {
    /// The command line or the configuration is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { status: exit_status::USAGE, message: message.into(), remedy: None }
    }

    /// Something the command needs cannot be had; nothing was run.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self { status: exit_status::UNAVAILABLE, message: message.into(), remedy: None }
    }

    /// Adds what to do about it.
    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        let remedy = remedy.into();
        self.remedy = (!remedy.is_empty()).then_some(remedy);
        self
    }

    /// What failed, why, and what to do, where there is one line for all: in logs, and within other messages.
    pub(crate) fn in_one_line(self) -> String {
        match self.remedy {
            Some(remedy) => format!("{}; {remedy}", self.message),
            None => self.message,
        }
    }
}

impl From<RosterError> for Failure {
    fn from(error: RosterError) -> Self {
        Self::unavailable(error.message).remedy(error.remedy)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::unavailable(error.to_string()).remedy(error.remedy())
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::unavailable(error.message).remedy(error.remedy)
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        Self::unavailable(error.to_string()).remedy(error.remedy)
    }
}

impl From<Invalid> for Failure {
    /// Found before anything was sent.
    fn from(invalid: Invalid) -> Self {
        Self::usage(invalid.message).remedy(invalid.remedy)
    }
}
