//! The EC2 instance metadata service: version 2, and version 1 only where version 2 is absent.
//!
//! The client of the SDK knows version 2 alone.

mod client;
mod credentials;
mod endpoint;
mod error;
mod exchange;
mod identity;
mod token;

pub use client::Imds;
pub(crate) use credentials::ImdsCredentials;
pub use error::ImdsError;
pub use identity::InstanceIdentity;
