//! Signed requests to services that have no SDK crate here: each such crate costs minutes of build time for one call.
//!
//! Query APIs, which answer in XML, are in `query`; here is what all requests have in common.

mod query;

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_async::time::{SystemTimeSource, TimeSource};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;

use crate::errors::{Clocks, Failure};
use crate::http::{Http, read};
use crate::service::{Endpoint, Service};
use crate::settings::Limits;
use crate::text::causes;
pub(crate) use query::{Answer, percent_encoded};

/// Whom to ask, and as whom.
pub(crate) struct Signer<'a> {
    pub(crate) http: &'a Http,
    pub(crate) limits: Limits,
    pub(crate) service: Service,
    pub(crate) region: &'a str,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) credentials: &'a Credentials,
}

/// A request before it is signed.
#[derive(Debug, Clone)]
pub(crate) struct Message<'a> {
    pub(crate) method: &'static str,
    /// The URL; its path is percent-encoded.
    pub(crate) url: String,
    /// Headers, all of them signed.
    pub(crate) headers: Vec<(&'static str, &'a str)>,
    pub(crate) body: &'a str,
    /// The longest answer that is read, in bytes.
    pub(crate) longest: usize,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) text: String,
    /// AWS's clock, from the answer's `Date`, and ours when the request was signed.
    pub(crate) clocks: Option<Clocks>,
}

impl Signer<'_> {
    /// Sends a request, and again while that may help and attempts are left; `judge` tells what an answer is worth.
    pub(crate) async fn exchange<T>(
        &self,
        message: &Message<'_>,
        judge: impl Fn(Received) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut failed = 0;
        loop {
            let attempt = tokio::time::timeout(self.limits.timeout, self.attempt(message)).await;
            let failure = match attempt.unwrap_or(Err(Failure::TimedOut)).and_then(&judge) {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            failed += 1;
            if failed == self.limits.attempts || !failure.is_passing() {
                return Err(failure);
            }
            tokio::time::sleep(Limits::pause_after(failed)).await;
        }
    }

    async fn attempt(&self, message: &Message<'_>) -> Result<Received, Failure> {
        // A signature holds the time of signing. The SDK's clients take it from the same source.
        let now = SystemTimeSource::new().now();
        let request = self.signed(message, now).map_err(Failure::Unreadable)?;
        let mut response = self.http.call(request).await.map_err(|error| match error.is_timeout() {
            true => Failure::TimedOut,
            false => Failure::Unreached(causes(&error)),
        })?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let clocks = clocks(headers.get("date"), now);
        let text = read(response.into_body(), message.longest).await.map_err(Failure::Unreadable)?;
        Ok(Received { status, headers, text, clocks })
    }

    fn signed(&self, message: &Message<'_>, now: SystemTime) -> Result<HttpRequest, String> {
        let Message { method, url, headers, body, .. } = message;
        let mut request = HttpRequest::new(SdkBody::from(*body));
        request.set_uri(url.as_str()).map_err(|error| causes(&error))?;
        request.set_method(method).map_err(|error| causes(&error))?;
        for (name, value) in headers {
            let inserted = request.headers_mut().try_insert(*name, (*value).to_owned());
            inserted.map_err(|_| format!("no usable value for {name}"))?;
        }
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service.name())
            .time(now)
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| causes(&error))?;
        let bytes = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new(method, url.as_str(), headers.iter().copied(), bytes)
            .map_err(|error| causes(&error))?;
        let (instructions, _) = sign(signable, &parameters.into()).map_err(|error| causes(&error))?.into_parts();
        for (name, value) in instructions.headers() {
            let inserted = request.headers_mut().try_insert(name.to_owned(), value.to_owned());
            inserted.map_err(|_| "the credentials hold characters that no header can carry".to_owned())?;
        }
        Ok(request)
    }
}

fn clocks(date: Option<&str>, now: SystemTime) -> Option<Clocks> {
    let aws = jiff::fmt::rfc2822::parse(date?).ok()?.timestamp();
    Some(Clocks { aws, local: Timestamp::try_from(now).ok()? })
}

/// The code of an error, as APIs in JSON put it into a header: `CODE`, or `CODE:` and where it is explained.
pub(crate) fn error_code(headers: &Headers) -> String {
    let kind = headers.get("x-amzn-errortype").unwrap_or_default();
    kind.split(':').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_an_error_is_what_stands_before_the_colon() {
        for (header, code) in [
            (Some("ResourceNotFoundException"), "ResourceNotFoundException"),
            (Some("AccessDeniedException:http://internal.amazon.com/coral/"), "AccessDeniedException"),
            (None, ""),
        ] {
            let mut headers = Headers::new();
            header.map(|header| headers.insert("x-amzn-errortype", header));
            assert_eq!(error_code(&headers), code);
        }
    }

    #[test]
    fn the_date_of_the_answer_is_aws_clock() {
        let now = SystemTime::UNIX_EPOCH;
        let clocks = clocks(Some("Sat, 21 Nov 2026 10:00:00 GMT"), now).unwrap();
        assert_eq!(clocks.aws.to_string(), "2026-11-21T10:00:00Z");
        assert_eq!(clocks.local, Timestamp::UNIX_EPOCH);
        assert!(super::clocks(Some("yesterday"), now).is_none());
        assert!(super::clocks(None, now).is_none());
    }
}
