//! Clients for one table with one set of credentials.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_smithy_types::retry::RetryConfig;
use aws_types::endpoint_config::AccountIdEndpointMode;
use bellwether_core::roster::RosterError;

use crate::client::{Aws, Ready};
use crate::errors::Asked;
use crate::service::{Endpoint, Service};
use crate::settings::Limits;

/// A table, and how it is reached. Made anew when the credentials are renewed.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) table: String,
    pub(super) limits: Limits,
    /// Tries again by itself: for reads, and for writes that may be made twice.
    pub(super) patient: Client,
    /// Tries once: a second try of a conditional write could meet the first one's success and call it a conflict.
    pub(super) once: Client,
    pub(super) credentials: Credentials,
    region: String,
    endpoint: Endpoint,
}

impl Session {
    pub(super) async fn open(aws: &Aws, table: &str, ready: &Ready) -> Result<Self, RosterError> {
        let (config, endpoint) = aws.sdk_config(Service::DynamoDb, ready).await?;
        // One host for all accounts: the one that errors name and firewalls know.
        let config = Builder::from(&config).account_id_endpoint_mode(AccountIdEndpointMode::Disabled);
        Ok(Self {
            table: table.to_owned(),
            limits: aws.limits(),
            patient: Client::from_conf(config.clone().build()),
            once: Client::from_conf(config.retry_config(RetryConfig::disabled()).build()),
            credentials: ready.credentials.credentials.clone(),
            region: ready.region.clone(),
            endpoint,
        })
    }

    /// What is asked of whom, for errors.
    pub(super) fn asked(&self, action: &'static str) -> Asked {
        Asked::new(action, self.name(), &self.region, &self.endpoint)
    }

    /// The store as `--store` takes it.
    pub(super) fn name(&self) -> String {
        format!("dynamodb:{}", self.table)
    }
}
