//! What the SDK's clients are made with.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use bellwether_core::roster::RosterError;

use crate::client::{Aws, Ready};
use crate::errors::Asked;
use crate::service::{Endpoint, Service};
use crate::settings::{FIRST_PAUSE, LONGEST_PAUSE};

impl Aws {
    /// The configuration of a service's client, and its endpoint. Credentials are resolved before, so that their
    /// errors are told as such and their time is not taken from the operation's.
    pub(crate) async fn sdk_config(
        &self,
        service: Service,
        ready: &Ready,
    ) -> Result<(SdkConfig, Endpoint), RosterError> {
        let endpoint = self.endpoint(service, &ready.region).await?;
        let variant = self.variant().await;
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(ready.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(ready.credentials.credentials.clone()))
            .http_client(self.http().clone())
            .timeout_config(self.timeouts())
            .retry_config(self.retries())
            // Every attempt has a time limit, and answers are small.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .use_fips(variant.fips)
            .use_dual_stack(variant.dual_stack);
        if endpoint.configured {
            config = config.endpoint_url(endpoint.url.clone());
        }
        Ok((config.build(), endpoint))
    }

    pub(crate) fn timeouts(&self) -> TimeoutConfig {
        let limits = self.limits();
        TimeoutConfig::builder()
            .connect_timeout(limits.timeout)
            .read_timeout(limits.timeout)
            .operation_attempt_timeout(limits.timeout)
            .operation_timeout(limits.whole_operation())
            .build()
    }

    pub(crate) fn retries(&self) -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(self.limits().attempts)
            .with_initial_backoff(FIRST_PAUSE)
            .with_max_backoff(LONGEST_PAUSE)
    }
}

impl Asked {
    pub(crate) fn new(action: &'static str, subject: impl Into<String>, region: &str, endpoint: &Endpoint) -> Self {
        Self { action, subject: subject.into(), region: region.to_owned(), host: endpoint.host.clone() }
    }
}
