//! A client with what its errors need to tell.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bellwether_core::drain::TargetGroupArn;

use crate::api_error::ApiError;
use crate::client::Aws;
use crate::errors::{Asked, Failure, from_sdk};
use crate::service::{Endpoint, Service};

/// What an error is about when it is about no single group.
pub(super) const ALL: &str = "the target groups";

/// A client of one region.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) client: Client,
    region: String,
    endpoint: Endpoint,
}

impl Session {
    pub(super) async fn open(aws: &Aws, region: Option<&str>) -> Result<Self, ApiError> {
        let ready = aws.ready(region).await?;
        let (config, endpoint) = aws.sdk_config(Service::ElbV2, &ready).await?;
        Ok(Self { client: Client::new(&config), region: ready.region, endpoint })
    }

    /// The region that is asked.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// Turns the error of an operation on something into ours; the action as IAM names it.
    pub(super) fn failed<E>(
        &self,
        action: &'static str,
        subject: impl Into<String>,
    ) -> impl FnOnce(SdkError<E, HttpResponse>) -> ApiError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let asked = Asked::new(action, subject, &self.region, &self.endpoint);
        move |error| asked.api_error(&from_sdk(&error))
    }

    /// The error for an answer that says what cannot be.
    pub(super) fn unreadable(&self, action: &'static str, subject: impl Into<String>, why: String) -> ApiError {
        Asked::new(action, subject, &self.region, &self.endpoint).api_error(&Failure::Unreadable(why))
    }
}

/// What errors call a group, as command lines name it.
pub(super) fn alb(group: &TargetGroupArn) -> String {
    format!("alb:{}", group.name())
}
