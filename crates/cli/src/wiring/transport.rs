//! Transports of the fleet's commands, by the text that names them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bellwether_aws::AwsFleet;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::{AgentTransport, TransportError};
use bellwether_core::names::NodeId;
use bellwether_engines::nats::NatsOptions;
use bellwether_engines::nats::fleet::{AgentLink, Connection};

use super::context::Context;
use super::store::without_password;
use crate::args::{AwsArgs, FleetArgs};
use crate::failure::Failure;

/// What `--transport` takes, for messages.
const KINDS: &str = "nats://HOST:PORT, tls://HOST:PORT (several servers with commas) or sqs:";

/// What carries requests and replies, as `--transport` takes it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum TransportRef {
    /// NATS servers, by their URL.
    Nats(String),
    /// Queues and topics of AWS, in the region of the AWS chain.
    Sqs,
}

impl FromStr for TransportRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("nats" | "tls", rest)) if rest.len() > 2 && rest.starts_with("//") => Ok(Self::Nats(text.to_owned())),
            Some(("sqs", "")) => Ok(Self::Sqs),
            _ => Err(format!("'{}' is not a transport; use {KINDS}", without_password(text))),
        }
    }
}

impl fmt::Display for TransportRef {
    /// As it was named, without a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nats(url) => f.write_str(&without_password(url)),
            Self::Sqs => f.write_str("sqs:"),
        }
    }
}

impl fmt::Debug for TransportRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Which fleet, and what reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FleetPlace {
    /// The environment.
    pub(crate) environment: EnvironmentName,
    /// The transport.
    pub(crate) transport: TransportRef,
}

impl Context {
    /// The fleet named by flags, else by the configuration.
    ///
    /// # Errors
    /// When environment or transport are named nowhere.
    pub(crate) fn fleet(&self, args: &FleetArgs) -> Result<FleetPlace, Failure> {
        let environment = self.fleet_environment(args.environment.as_ref())?;
        let transport = args.transport.clone().or_else(|| self.settings.fleet.transport.clone()).ok_or_else(|| {
            Failure::usage("no transport is named").remedy(format!(
                "add --transport, or set 'transport' in the section [fleet] of /etc/bellwether.toml: {KINDS}"
            ))
        })?;
        Ok(FleetPlace { environment, transport })
    }

    /// The environment named by flag, else by the configuration.
    ///
    /// # Errors
    /// When it is named nowhere.
    pub(crate) fn fleet_environment(&self, flag: Option<&EnvironmentName>) -> Result<EnvironmentName, Failure> {
        flag.or(self.settings.fleet.environment.as_ref()).cloned().ok_or_else(|| {
            Failure::usage("no environment is named")
                .remedy("add --environment NAME, or set 'environment' in the section [fleet] of /etc/bellwether.toml")
        })
    }

    /// An agent's side of a fleet.
    ///
    /// # Errors
    /// When the servers, or AWS, cannot be reached or refuse; to be tried again later.
    pub(crate) async fn agent_transport(
        &self,
        place: &FleetPlace,
        node: &NodeId,
        aws: &AwsArgs,
    ) -> Result<Arc<dyn AgentTransport>, TransportError> {
        Ok(match &place.transport {
            TransportRef::Nats(url) => {
                let connection = Connection::of_agent(url, self.nats_options(), &place.environment, node).await?;
                Arc::new(AgentLink::on(&connection, place.environment.clone(), node.clone()).await?)
            }
            TransportRef::Sqs => Arc::new(self.aws_fleet(place, aws).agent(node).await?),
        })
    }

    /// The fleet's queues, topics and tables in AWS.
    pub(crate) fn aws_fleet(&self, place: &FleetPlace, aws: &AwsArgs) -> AwsFleet {
        AwsFleet::new(&self.aws_for_changes(aws), &place.environment)
    }

    pub(super) fn nats_options(&self) -> NatsOptions {
        NatsOptions { ca_file: self.settings.fleet.ca_file.clone(), ..NatsOptions::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transports_are_told_apart() {
        for url in ["nats://a:4222", "tls://a,b:4222"] {
            assert_eq!(url.parse(), Ok(TransportRef::Nats(url.to_owned())));
        }
        assert_eq!("sqs:".parse(), Ok(TransportRef::Sqs));
        for text in ["", "nats", "nats:", "nats://", "sqs", "sqs:queue", "redis://x"] {
            assert!(text.parse::<TransportRef>().is_err(), "{text}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        let transport: TransportRef = "nats://me:secret@h:4222".parse().unwrap();
        assert_eq!((transport.to_string(), format!("{transport:?}")), ("nats://h:4222".into(), "nats://h:4222".into()));
        assert!(!"amqp://me:secret@h".parse::<TransportRef>().unwrap_err().contains("secret"));
    }
}
