//! Opens what a caller of the fleet needs: its transport, its key, and the keys it remembers.

use std::path::PathBuf;
use std::sync::Arc;

use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::CallerTransport;
use bellwether_engines::nats::fleet::{CallerLink, Connection};
use bellwether_host::paths;

use super::context::Context;
use super::transport::{FleetPlace, TransportRef};
use crate::args::{AwsArgs, FleetArgs};
use crate::failure::Failure;
use crate::fleet::caller::Caller;
use crate::fleet::caller::open::Beliefs;
use crate::fleet::key_file;
use crate::fleet::known_nodes::KnownEnvironments;

/// What the caller keeps within the state directory: a file, and a directory.
const KEY: &str = "caller.key";
const KNOWN_NODES: &str = "known_nodes";

impl Context {
    /// Everything for one call.
    ///
    /// # Errors
    /// When something is not configured, the key is missing, or the transport cannot be reached.
    pub(crate) async fn caller(&self, fleet: &FleetArgs, aws: &AwsArgs) -> Result<Caller, Failure> {
        let place = self.fleet(fleet)?;
        let key = self.caller_key()?;
        let known = self.known_nodes()?.nodes_of(&place.environment);
        let pins = known.read()?;
        let strict = self.settings.fleet.strict.unwrap_or(false);
        if !strict {
            // Found out afterwards, it would be too late: what was asked for is done by then.
            known.check()?;
        }
        let transport = self.caller_transport(&place, aws).await?;
        Ok(Caller::new(
            place.environment,
            transport,
            key,
            self.caller_name(),
            Beliefs { known, pins, strict },
            self.console,
        ))
    }

    /// The file of the caller's secret key.
    ///
    /// # Errors
    /// When none is configured, and this user has no state directory.
    pub(crate) fn caller_key_path(&self) -> Result<PathBuf, Failure> {
        self.settings.fleet.key.clone().map_or_else(|| self.in_state_dir(KEY), Ok)
    }

    /// The agents' keys that the caller remembers.
    ///
    /// # Errors
    /// When no directory is configured, and this user has no state directory.
    pub(crate) fn known_nodes(&self) -> Result<KnownEnvironments, Failure> {
        let dir = self.settings.fleet.known_nodes.clone();
        dir.map_or_else(|| self.in_state_dir(KNOWN_NODES), Ok).map(KnownEnvironments::at)
    }

    pub(crate) fn caller_key(&self) -> Result<SigningKey, Failure> {
        let path = self.caller_key_path()?;
        key_file::read(&path)?.ok_or_else(|| {
            Failure::usage(format!("there is no key to sign with at {}", path.display())).remedy(
                "make one with 'bellwether keys generate', and have the agents trust it: 'bellwether keys trust'",
            )
        })
    }

    /// A caller's side of a fleet.
    ///
    /// # Errors
    /// When the servers cannot be reached or refuse.
    pub(crate) async fn caller_transport(
        &self,
        place: &FleetPlace,
        aws: &AwsArgs,
    ) -> Result<Arc<dyn CallerTransport>, Failure> {
        match &place.transport {
            TransportRef::Nats(url) => Ok(Arc::new(self.nats_caller(url, &place.environment).await?)),
            TransportRef::Sqs => Ok(Arc::new(self.aws_fleet(place, aws).caller())),
        }
    }

    /// A caller's side on NATS servers.
    ///
    /// # Errors
    /// When the servers cannot be reached or refuse.
    pub(crate) async fn nats_caller(&self, url: &str, environment: &EnvironmentName) -> Result<CallerLink, Failure> {
        let connection = Connection::of_caller(url, self.nats_options(), environment).await?;
        Ok(CallerLink::on(&connection, environment.clone()))
    }

    /// What the caller calls itself, for people who read the agents' accounts.
    fn caller_name(&self) -> String {
        let user = self.environment.get("SUDO_USER").or_else(|| self.environment.get("USER")).unwrap_or("unknown");
        let host = bellwether_host::names::hostname().unwrap_or_else(|_| "unknown".to_owned());
        format!("{user}@{host}").chars().filter(|c| !c.is_control()).take(128).collect()
    }

    fn in_state_dir(&self, name: &str) -> Result<PathBuf, Failure> {
        let dir = paths::state_dir(&self.environment, paths::is_root()).ok_or_else(|| {
            Failure::usage("there is no place for keys: this user has no home directory")
                .remedy("set XDG_STATE_HOME, or 'key' and 'known_nodes' in the section [fleet]")
        })?;
        Ok(dir.join(name))
    }
}
