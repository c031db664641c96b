//! The client of a service in one region, with what its errors need to tell.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;

use crate::api_error::ApiError;
use crate::client::{Aws, Ready};
use crate::errors::{Asked, Failure, from_sdk};
use crate::service::{Endpoint, Service};
use crate::settings::Limits;

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
        Self::with(aws, service, ready, client).await
    }

    async fn with(aws: &Aws, service: Service, ready: Ready, client: fn(&SdkConfig) -> C) -> Result<Self, ApiError> {
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

    pub(crate) fn asked(&self, action: &'static str, subject: impl Into<String>) -> Asked {
        Asked::new(action, subject, &self.region, &self.endpoint)
    }
}

/// A session that is kept for as long as its credentials hold: for those who ask again and again, to whom a new client
/// for every request would be dear.
pub(crate) struct KeptSession<C> {
    aws: Aws,
    service: Service,
    client: fn(&SdkConfig) -> C,
    kept: Mutex<Option<(Credentials, Arc<ApiSession<C>>)>>,
}

impl<C> fmt::Debug for KeptSession<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptSession").field("service", &self.service).finish_non_exhaustive()
    }
}

impl<C> KeptSession<C> {
    /// Nothing is looked for yet.
    pub(crate) fn new(aws: &Aws, service: Service, client: fn(&SdkConfig) -> C) -> Self {
        Self { aws: aws.clone(), service, client, kept: Mutex::default() }
    }

    /// How long one attempt may take, and how many there are.
    pub(crate) fn limits(&self) -> Limits {
        self.aws.limits()
    }

    /// The session, with credentials that hold. The region is looked for once.
    pub(crate) async fn get(&self) -> Result<Arc<ApiSession<C>>, ApiError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let ready = self.aws.ready(kept.as_ref().map(|(_, session)| session.region())).await?;
        let credentials = ready.credentials.credentials.clone();
        if let Some((_, session)) = kept.filter(|(with, _)| *with == credentials) {
            return Ok(session);
        }
        let session = Arc::new(ApiSession::with(&self.aws, self.service, ready, self.client).await?);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((credentials, session.clone()));
        Ok(session)
    }
}
