//! The section `[fleet]`: what callers and agents have in common, and what callers keep.

use std::path::PathBuf;

use bellwether_core::fleet::request::EnvironmentName;

use crate::wiring::transport::TransportRef;

/// What `[fleet]` says; what it leaves open is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct FleetSettings {
    /// The environment whose agents are meant, and in which an agent listens.
    pub(crate) environment: Option<EnvironmentName>,
    /// What carries requests and replies.
    pub(crate) transport: Option<TransportRef>,
    /// The certificates, as PEM, by which servers are known with `tls://`.
    pub(crate) ca_file: Option<PathBuf>,
    /// The caller's secret key.
    pub(crate) key: Option<PathBuf>,
    /// The directory in which a caller remembers the agents' keys, in a file for each environment.
    pub(crate) known_nodes: Option<PathBuf>,
    /// Whether a caller believes only nodes whose keys it knows already.
    pub(crate) strict: Option<bool>,
}
