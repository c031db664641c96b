//! Messages to other people's servers: POST requests with a body, tried again with patience.
//!
//! - `client`: the HTTP client: proxies, certificates, redirects. `failure`: what goes wrong, without secrets.

mod client;
mod failure;

use std::fmt;
use std::time::Duration;

use bellwether_core::environment::Environment;
use reqwest::StatusCode;
use tokio::time::{sleep, timeout};

pub use failure::DeliveryError;

/// A message to be delivered. Its URL and headers may hold secrets, and are never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it goes: http or https.
    pub url: String,
    /// Headers besides those of HTTP itself.
    pub headers: Vec<(String, String)>,
    /// What it says.
    pub body: Vec<u8>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("body_bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// How long, and how often, a delivery is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The longest one try may take, from connecting to the answer.
    pub attempt: Duration,
    /// The pauses between tries: one try more than there are pauses.
    pub pauses: &'static [Duration],
    /// The longest all of them may take.
    pub total: Duration,
}

/// Delivers messages.
#[derive(Debug, Clone)]
pub struct Courier {
    client: reqwest::Client,
}

impl Courier {
    /// A courier that trusts the system's certificates (or those of `SSL_CERT_FILE`), and goes through the proxies
    /// that the environment names: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, also in lower case.
    /// Reads the certificates, which blocks for some milliseconds.
    ///
    /// # Errors
    /// When there is no certificate to trust, or a proxy that cannot be used.
    pub fn new(environment: &Environment) -> Result<Self, DeliveryError> {
        Ok(Self { client: client::build(environment)? })
    }

    /// Posts a message until it is taken (2xx), is refused for good, or patience is at its end. Only what can pass is
    /// tried again: no connection, no answer in time, and the statuses 408, 425, 429 and 5xx.
    ///
    /// # Errors
    /// The last reason why it was not delivered.
    pub async fn post(&self, message: &Message, patience: Patience) -> Result<(), DeliveryError> {
        let mut last = None;
        let tries = self.tries(message, patience, &mut last);
        match timeout(patience.total, tries).await {
            Ok(result) => result,
            Err(_) => Err(last.unwrap_or_else(|| DeliveryError::silent(&message.url, patience.total))),
        }
    }

    async fn tries(
        &self,
        message: &Message,
        patience: Patience,
        last: &mut Option<DeliveryError>,
    ) -> Result<(), DeliveryError> {
        let mut pauses = patience.pauses.iter();
        loop {
            let error = match self.once(message, patience.attempt).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match pauses.next() {
                Some(pause) if error.can_pass => {
                    *last = Some(error);
                    sleep(*pause).await;
                }
                _ => return Err(error),
            }
        }
    }

    async fn once(&self, message: &Message, limit: Duration) -> Result<(), DeliveryError> {
        let mut request = self.client.post(&message.url).body(message.body.clone()).timeout(limit);
        for (name, value) in &message.headers {
            request = request.header(name, value);
        }
        // The answer's body is of no interest, and is not read.
        let answer = request.send().await.map_err(|error| DeliveryError::from_client(&message.url, error, limit))?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(DeliveryError::refused(&message.url, status, can_pass(status))) }
    }
}

fn can_pass(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS)
}
