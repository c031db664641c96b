//! Asking the metadata service: the token, and what is asked with it.

use std::sync::Arc;
use std::time::Duration;

use bellwether_core::environment::Environment;

use super::endpoint::{Place, is_true, place};
use super::error::ImdsError;
use super::exchange::{Ask, Reply, Silence, ask};
use super::identity::{self, InstanceIdentity};
use super::token::{self, Session};
use crate::http::Http;
use crate::shared::Shared;
use crate::text::shown;

const TOKEN_PATH: &str = "/latest/api/token";
/// In seconds; the longest there is.
const TOKEN_LIFE: &str = "21600";
/// What the pauses between tries may take.
const SPARE: Duration = Duration::from_secs(1);

/// The metadata service of this instance. Clones share the token and the identity.
#[derive(Debug, Clone)]
pub struct Imds(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    place: Place,
    v1_refused: bool,
    http: Http,
    timeout: Duration,
    session: Shared<Session, ImdsError>,
    identity: Shared<InstanceIdentity, ImdsError>,
}

impl Imds {
    pub(crate) fn new(http: Http, timeout: Duration, environment: &Environment) -> Self {
        Self(Arc::new(Inner {
            place: place(environment),
            v1_refused: is_true(environment, "AWS_EC2_METADATA_V1_DISABLED"),
            http,
            timeout,
            session: Shared::default(),
            identity: Shared::default(),
        }))
    }

    /// What the instance identity document says; asked once, however many want it.
    ///
    /// # Errors
    /// When the service is absent, refuses, fails, or its answer names no instance.
    pub async fn identity(&self) -> Result<InstanceIdentity, ImdsError> {
        self.0.identity.get(|_| true, || identity::fetch(self)).await
    }

    /// The text at a path such as `/latest/meta-data/spot/instance-action`; none when there is nothing (404).
    ///
    /// # Errors
    /// When the service is absent, refuses, fails, or answers with more than 64 KiB.
    pub async fn get(&self, path: &str) -> Result<Option<String>, ImdsError> {
        // Room for a token and an answer, each at the second try.
        let whole = self.0.timeout * 4 + SPARE;
        match tokio::time::timeout(whole, self.ask_for(path)).await {
            Ok(result) => result,
            Err(_) => Err(ImdsError::Unanswered { what: path.to_owned(), why: "no whole answer in time".to_owned() }),
        }
    }

    async fn ask_for(&self, path: &str) -> Result<Option<String>, ImdsError> {
        let base = self.base()?;
        let session = self.session(base, None).await?;
        let reply = self.get_with(base, path, &session).await?;
        let reply = match reply.status {
            // The token has expired, or the service has learnt version 2 since.
            401 => {
                let session = self.session(base, Some(&session)).await?;
                self.get_with(base, path, &session).await?
            }
            _ => reply,
        };
        match reply.status {
            200 => Ok(Some(reply.body)),
            404 => Ok(None),
            401 => Err(ImdsError::Unauthorized(path.to_owned())),
            403 => Err(ImdsError::Disabled(format!("it answered {path} with HTTP status 403"))),
            status => Err(ImdsError::Unhealthy { what: path.to_owned(), status }),
        }
    }

    fn base(&self) -> Result<&str, ImdsError> {
        match &self.0.place {
            Place::At(base) => Ok(base),
            Place::TurnedOff => Err(ImdsError::Absent("AWS_EC2_METADATA_DISABLED is true".to_owned())),
            Place::Nonsense(why) => Err(ImdsError::Misconfigured(why.clone())),
        }
    }

    /// The session all users share; a new one when the shared one is the `refused` one.
    async fn session(&self, base: &str, refused: Option<&Session>) -> Result<Session, ImdsError> {
        self.0.session.get(|session| Some(session) != refused, || self.open(base)).await
    }

    async fn open(&self, base: &str) -> Result<Session, ImdsError> {
        let header = Some(("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_LIFE));
        let put = Ask { method: "PUT", url: format!("{base}{TOKEN_PATH}"), header };
        let reply = match ask(&self.0.http, self.0.timeout, &put).await {
            Err(Silence::TimedOut) => return Err(ImdsError::HopLimit(base.to_owned())),
            other => other.map_err(|silence| unanswered(base, TOKEN_PATH, silence))?,
        };
        match reply.status {
            200 => token::parse(&reply.body).ok_or_else(|| ImdsError::Malformed {
                what: TOKEN_PATH.to_owned(),
                why: "the answer is no token".to_owned(),
            }),
            404 | 405 if self.0.v1_refused => {
                Err(ImdsError::Disabled("it has no version 2, and AWS_EC2_METADATA_V1_DISABLED is true".to_owned()))
            }
            404 | 405 => Ok(Session::V1),
            403 => Err(ImdsError::Disabled("it refused to give a token (HTTP status 403)".to_owned())),
            status => Err(ImdsError::Unhealthy { what: TOKEN_PATH.to_owned(), status }),
        }
    }

    async fn get_with(&self, base: &str, path: &str, session: &Session) -> Result<Reply, ImdsError> {
        let header = match session {
            Session::V2(token) => Some(("x-aws-ec2-metadata-token", token.as_ref())),
            Session::V1 => None,
        };
        let get = Ask { method: "GET", url: format!("{base}{path}"), header };
        ask(&self.0.http, self.0.timeout, &get).await.map_err(|silence| unanswered(base, path, silence))
    }
}

fn unanswered(base: &str, path: &str, silence: Silence) -> ImdsError {
    let what = path.to_owned();
    match silence {
        Silence::NoConnection(why) => ImdsError::Absent(format!("{base}: {}", shown(&why))),
        Silence::TimedOut => ImdsError::Unanswered { what, why: "no answer in time".to_owned() },
        Silence::Broken(why) => ImdsError::Unanswered { what, why: shown(&why) },
        Silence::Unreadable(why) => ImdsError::Malformed { what, why: shown(&why) },
    }
}
