//! A client with what its errors need to tell.

use aws_sdk_elasticloadbalancing::Client;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use bellwether_core::balancer::BalancerName;

use crate::api_error::ApiError;
use crate::client::Aws;
use crate::errors::{Asked, Failure, from_sdk};
use crate::service::{Endpoint, Service};

/// What an error is about when it is about no single load balancer.
pub(super) const ALL: &str = "the load balancers";

/// A client of one region.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    region: String,
    endpoint: Endpoint,
}

impl Session {
    pub(super) async fn open(aws: &Aws, region: Option<&str>) -> Result<Self, ApiError> {
        let ready = aws.ready(region).await?;
        let (config, endpoint) = aws.sdk_config(Service::Elb, &ready).await?;
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

    /// Turns what is wrong with an answer into an error.
    pub(super) fn unreadable(
        &self,
        action: &'static str,
        subject: impl Into<String>,
    ) -> impl FnOnce(String) -> ApiError {
        let asked = Asked::new(action, subject, &self.region, &self.endpoint);
        move |why| asked.api_error(&Failure::Unreadable(why))
    }
}

/// What errors call a load balancer, as command lines name it.
pub(super) fn elb(name: &BalancerName) -> String {
    format!("elb:{name}")
}

/// A part of a request that cannot be written: something is missing in it.
pub(super) fn unwritable(error: BuildError) -> ApiError {
    ApiError::invalid(format!("the request cannot be written: {error}"), "report this as a bug")
}

/// What an empty list is no use for.
pub(super) fn check_some<T>(list: &[T], what: &str) -> Result<(), ApiError> {
    match list.is_empty() {
        true => Err(ApiError::invalid(format!("there is no {what}"), "give at least one")),
        false => Ok(()),
    }
}

/// The texts of checked names and ids.
pub(super) fn texts<'a, T: 'a>(items: impl IntoIterator<Item = &'a T>, text: fn(&T) -> &str) -> Option<Vec<String>> {
    Some(items.into_iter().map(|item| text(item).to_owned()).collect())
}
