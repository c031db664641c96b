//! The credentials: AWS's own chain in the SDK's order, then the boto files.
//!
//! The links are the SDK's where it has them. The chain is ours so that it reads the environment it is given, shares
//! our metadata client, and can tell which link had the credentials.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_async::time::{SystemTimeSource, TimeSource};
use bellwether_core::roster::RosterError;

use crate::client::Aws;
use crate::errors::denied;
use crate::imds::{ImdsCredentials, ImdsError};
use crate::profile;
use crate::text::causes;

/// Instance roles get new credentials at least five minutes before the old ones end.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// A link may start a program or ask several services; it must still come to an end.
const LONGEST_LINK: Duration = Duration::from_secs(10);

/// Which link of the chain had the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialsSource {
    /// `AWS_ACCESS_KEY_ID` and its companions.
    Environment,
    /// A profile of `~/.aws`: keys, a role to assume, single sign-on or a program.
    Profile(String),
    /// `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`.
    WebIdentity,
    /// The role of an ECS task or EKS pod.
    Container,
    /// The role of the EC2 instance.
    InstanceRole,
    /// `[Credentials]` of a boto 2 file.
    Boto(PathBuf),
}

impl fmt::Display for CredentialsSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("the environment"),
            Self::Profile(name) => write!(f, "the profile {name}"),
            Self::WebIdentity => f.write_str("the web identity token"),
            Self::Container => f.write_str("the container's role"),
            Self::InstanceRole => f.write_str("the instance's role"),
            Self::Boto(file) => write!(f, "{}", file.display()),
        }
    }
}

/// Credentials and where they come from.
#[derive(Debug, Clone)]
pub(crate) struct Resolved {
    pub(crate) credentials: Credentials,
    pub(crate) source: CredentialsSource,
}

impl Resolved {
    /// Whether they hold for a while longer. Expiry is compared with the clock that requests are signed with.
    fn lasts(&self, margin: Duration) -> bool {
        self.credentials.expiry().is_none_or(|expiry| expiry > now() + margin)
    }
}

fn now() -> SystemTime {
    SystemTimeSource::new().now()
}

impl Aws {
    /// The credentials, shared by all users and renewed before they expire.
    pub(crate) async fn credentials(&self) -> Result<Resolved, RosterError> {
        let shared = self.shared_credentials();
        let old = shared.kept().filter(|old| old.lasts(Duration::ZERO));
        match (shared.get(|kept| kept.lasts(RENEW_BEFORE), || resolve(self)).await, old) {
            (Err(error), Some(old)) => {
                tracing::warn!("credentials are not renewed yet, the old ones still hold: {}", error.message);
                shared.keep(old.clone());
                Ok(old)
            }
            (result, _) => result,
        }
    }

    /// Which link of the chain has the credentials.
    ///
    /// # Errors
    /// When no link has any, or one that is configured fails.
    pub async fn credentials_source(&self) -> Result<CredentialsSource, RosterError> {
        Ok(self.credentials().await?.source)
    }
}

async fn resolve(aws: &Aws) -> Result<Resolved, RosterError> {
    if let Some(found) = from_environment(aws) {
        return Ok(found);
    }
    if let Some(found) = from_profile(aws).await? {
        return Ok(found);
    }
    if let Some(found) = from_web_identity(aws).await? {
        return Ok(found);
    }
    if let Some(found) = from_container(aws).await? {
        return Ok(found);
    }
    let role = aws.imds().role_credentials().await;
    if let Ok(Some(credentials)) = role {
        return Ok(Resolved { credentials, source: CredentialsSource::InstanceRole });
    }
    match &aws.boto().credentials {
        Some((credentials, file)) => {
            let source = CredentialsSource::Boto(file.clone());
            Ok(Resolved { credentials: credentials.clone(), source })
        }
        None => Err(none_found(role.err())),
    }
}

fn none_found(imds: Option<ImdsError>) -> RosterError {
    let give = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, use a profile, or attach a role to the instance";
    match imds {
        None => denied("no AWS credentials found: the instance has no role, and there are none elsewhere", give),
        Some(error @ ImdsError::Absent(_)) => denied(format!("no AWS credentials found, and {error}"), give),
        Some(error) => denied(format!("no AWS credentials found, and {error}"), error.remedy()),
    }
}

fn from_environment(aws: &Aws) -> Option<Resolved> {
    let variable = |name| aws.settings().environment.get(name).map(str::trim).filter(|text| !text.is_empty());
    let id = variable("AWS_ACCESS_KEY_ID")?;
    let secret = variable("AWS_SECRET_ACCESS_KEY").or_else(|| variable("SECRET_ACCESS_KEY"))?;
    let token = variable("AWS_SESSION_TOKEN").map(str::to_owned);
    let credentials = Credentials::new(id, secret, token, None, "EnvironmentVariable");
    Some(Resolved { credentials, source: CredentialsSource::Environment })
}

/// A profile that was asked for by name must exist; without a name there may be none.
async fn from_profile(aws: &Aws) -> Result<Option<Resolved>, RosterError> {
    let profiles = aws.profiles().await;
    let name = profiles.selected();
    if !profiles.has_selected() {
        return match aws.settings().named_profile() {
            Some(name) => Err(denied(
                format!("no AWS credentials found: there is no profile '{name}'"),
                "add it to ~/.aws/config or ~/.aws/credentials, or choose another profile",
            )),
            None => Ok(None),
        };
    }
    let provider = ProfileFileCredentialsProvider::builder()
        .configure(&provider_config(aws).await)
        .with_custom_provider("Ec2InstanceMetadata", ImdsCredentials(aws.imds().clone()))
        .profile_files(profile::files(&aws.settings().environment))
        .profile_name(name)
        .build();
    ask(&provider, CredentialsSource::Profile(name.to_owned())).await
}

async fn from_web_identity(aws: &Aws) -> Result<Option<Resolved>, RosterError> {
    let variable = |name| aws.settings().environment.get(name);
    let (Some(file), Some(role)) = (variable("AWS_WEB_IDENTITY_TOKEN_FILE"), variable("AWS_ROLE_ARN")) else {
        return Ok(None);
    };
    let provider = WebIdentityTokenCredentialsProvider::builder()
        .configure(&provider_config(aws).await)
        .static_configuration(StaticConfiguration {
            web_identity_token_file: file.into(),
            role_arn: role.to_owned(),
            session_name: variable("AWS_ROLE_SESSION_NAME").unwrap_or("bellwether").to_owned(),
        })
        .build();
    ask(&provider, CredentialsSource::WebIdentity).await
}

/// Only when the variables are there: the provider reads them itself.
async fn from_container(aws: &Aws) -> Result<Option<Resolved>, RosterError> {
    let set = |name| aws.settings().environment.get(name).is_some();
    if !set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") && !set("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
        return Ok(None);
    }
    let provider = EcsCredentialsProvider::builder().configure(&provider_config(aws).await).build();
    ask(&provider, CredentialsSource::Container).await
}

/// What the SDK's links need to ask STS or SSO. Without a region they still work where none is needed.
async fn provider_config(aws: &Aws) -> ProviderConfig {
    let region = aws.region().await.ok().map(|(region, _)| aws_types::region::Region::new(region));
    ProviderConfig::without_region()
        .with_region(region)
        .with_http_client(aws.http().clone())
        .with_timeout_config(aws.timeouts())
        .with_retry_config(aws.retries())
}

/// Asks a link: none when it has nothing to offer, an error when it is configured but fails.
async fn ask(provider: &impl ProvideCredentials, source: CredentialsSource) -> Result<Option<Resolved>, RosterError> {
    let failed = |why: String| {
        denied(
            format!("no AWS credentials found: {source} has some, but: {why}"),
            format!("repair {source}, or remove it so that the next source of credentials is used"),
        )
    };
    match tokio::time::timeout(LONGEST_LINK, provider.provide_credentials()).await {
        Ok(Ok(credentials)) => Ok(Some(Resolved { credentials, source })),
        Ok(Err(CredentialsError::CredentialsNotLoaded(_))) => Ok(None),
        Ok(Err(error)) => Err(failed(causes(&error))),
        Err(_) => Err(failed(format!("no answer within {} s", LONGEST_LINK.as_secs()))),
    }
}
