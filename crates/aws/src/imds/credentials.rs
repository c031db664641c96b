//! The credentials of the instance's role.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use jiff::Timestamp;
use serde_json::Value;

use super::client::Imds;
use super::error::ImdsError;
use crate::text::shown;

const PATH: &str = "/latest/meta-data/iam/security-credentials/";

/// The instance's role as a source of credentials, for the SDK's chain.
#[derive(Debug, Clone)]
pub(crate) struct ImdsCredentials(pub(crate) Imds);

impl ProvideCredentials for ImdsCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            match self.0.role_credentials().await {
                Ok(Some(credentials)) => Ok(credentials),
                Ok(None) => Err(CredentialsError::not_loaded("the instance has no role")),
                Err(error @ ImdsError::Absent(_)) => Err(CredentialsError::not_loaded(error)),
                Err(error) => Err(CredentialsError::provider_error(error)),
            }
        })
    }
}

impl Imds {
    /// The credentials of the instance's role; none when it has no role.
    pub(crate) async fn role_credentials(&self) -> Result<Option<Credentials>, ImdsError> {
        let Some(list) = self.get(PATH).await? else { return Ok(None) };
        let Some(role) = list.lines().map(str::trim).find(|line| !line.is_empty()) else { return Ok(None) };
        let malformed = |why: String| ImdsError::Malformed { what: PATH.to_owned(), why };
        if !is_role(role) {
            return Err(malformed("the answer names no role".to_owned()));
        }
        match self.get(&format!("{PATH}{role}")).await? {
            Some(document) => parse(&document).map(Some).map_err(malformed),
            None => Ok(None),
        }
    }
}

/// A role's name, as IAM allows it; it becomes part of a URL.
fn is_role(name: &str) -> bool {
    name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte))
}

/// Errors tell nothing of the document: it holds the secret.
fn parse(document: &str) -> Result<Credentials, String> {
    let document: Value = serde_json::from_str(document).map_err(|_| "the credentials are no JSON".to_owned())?;
    let text = |name: &str| document.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(code) = text("Code").filter(|code| *code != "Success") {
        return Err(format!("the role has no credentials: {}", shown(code)));
    }
    let required = |name: &str| text(name).map(str::to_owned).ok_or_else(|| format!("the credentials have no {name}"));
    let expiry: Timestamp = required("Expiration")?.parse().map_err(|_| "the Expiration is no time".to_owned())?;
    Ok(Credentials::new(
        required("AccessKeyId")?,
        required("SecretAccessKey")?,
        Some(required("Token")?),
        Some(SystemTime::from(expiry)),
        "Ec2InstanceMetadata",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_come_with_their_expiry() {
        let credentials = parse(
            r#"{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t",
                "Expiration":"2026-11-21T16:00:00Z"}"#,
        )
        .unwrap();
        assert_eq!((credentials.access_key_id(), credentials.session_token()), ("ASIA", Some("t")));
        assert!(credentials.expiry().is_some());
    }

    #[test]
    fn what_is_missing_is_named_and_nothing_is_quoted() {
        let error = parse(r#"{"AccessKeyId":"ASIA","SecretAccessKey":"hush","Expiration":"2026-11-21T16:00:00Z"}"#);
        assert_eq!(error.unwrap_err(), "the credentials have no Token");
        assert!(!parse("hush").unwrap_err().contains("hush"));
        assert!(
            parse(r#"{"Code":"AssumeRoleUnauthorizedAccess"}"#).unwrap_err().contains("AssumeRoleUnauthorizedAccess")
        );
    }

    #[test]
    fn a_role_cannot_leave_its_path() {
        assert!(is_role("web+app=1,2.3@x_y-z"));
        for name in ["../token", "a b", "a?b", "a%2f", "<html>"] {
            assert!(!is_role(name), "{name}");
        }
    }
}
