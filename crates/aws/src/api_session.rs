//! The client of a service in one region, with what its errors need to tell.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;

use crate::api_error::ApiError;
use crate::client::Aws;
use crate::errors::{Asked, Failure, from_sdk};
use crate::service::{Endpoint, Service};

/// A client of one region.
#[derive(Debug, Clone)]
pub(crate) struct ApiSession<C> {
    pub(crate) client: C,
    region: String,
    endpoint: Endpoint,
}

impl<C> ApiSession<C> {
    /// Finds region, credentials and endpoint, and makes the client with them.
    pub(crate) async fn open(
        aws: &Aws,
        service: Service,
        region: Option<&str>,
        client: fn(&SdkConfig) -> C,
    ) -> Result<Self, ApiError> {
        let ready = aws.ready(region).await?;
        let (config, endpoint) = aws.sdk_config(service, &ready).await?;
        Ok(Self { client: client(&config), region: ready.region, endpoint })
    }

    /// The region that is asked.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// Turns the error of an operation on something into ours; the action as IAM names it.
    pub(crate) fn failed<E>(
        &self,
        action: &'static str,
        subject: impl Into<String>,
    ) -> impl FnOnce(SdkError<E, HttpResponse>) -> ApiError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let asked = self.asked(action, subject);
        move |error| asked.api_error(&from_sdk(&error))
    }

    /// Turns what is wrong with an answer into an error.
    pub(crate) fn unreadable(
        &self,
        action: &'static str,
        subject: impl Into<String>,
    ) -> impl FnOnce(String) -> ApiError {
        let asked = self.asked(action, subject);
        move |why| asked.api_error(&Failure::Unreadable(why))
    }

    fn asked(&self, action: &'static str, subject: impl Into<String>) -> Asked {
        Asked::new(action, subject, &self.region, &self.endpoint)
    }
}
