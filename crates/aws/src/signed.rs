//! Signed requests to Query APIs that have no SDK crate here: each such crate costs minutes of build time for one
//! call.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_async::time::{SystemTimeSource, TimeSource};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;

use crate::errors::{Clocks, Failure};
use crate::http::{Http, read};
use crate::service::{Endpoint, Service};
use crate::settings::Limits;
use crate::text::causes;
use crate::xml;

/// The longest page that is read.
const LONGEST_PAGE: usize = 16 << 20;

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// Whom to ask, and as whom.
pub(crate) struct Signer<'a> {
    pub(crate) http: &'a Http,
    pub(crate) limits: Limits,
    pub(crate) service: Service,
    pub(crate) region: &'a str,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) credentials: &'a Credentials,
}

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) xml: String,
    /// AWS's clock, from the answer's `Date`, and ours when the request was signed.
    pub(crate) clocks: Option<Clocks>,
}

impl Signer<'_> {
    /// Asks an action of a Query API, and again while that may help and attempts are left.
    pub(crate) async fn ask(
        &self,
        version: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let mut form = vec![("Action", action), ("Version", version)];
        form.extend_from_slice(parameters);
        let body = encode(&form);
        let mut failed = 0;
        loop {
            let attempt = tokio::time::timeout(self.limits.timeout, self.attempt(&body)).await;
            let failure = match attempt.unwrap_or(Err(Failure::TimedOut)) {
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

    async fn attempt(&self, body: &str) -> Result<Answer, Failure> {
        // A signature holds the time of signing. The SDK's clients take it from the same source.
        let now = SystemTimeSource::new().now();
        let request = self.request(body, now).map_err(Failure::Unreadable)?;
        let response = self.http.call(request).await.map_err(|error| match error.is_timeout() {
            true => Failure::TimedOut,
            false => Failure::Unreached(causes(&error)),
        })?;
        let status = response.status();
        let clocks = clocks(response.headers().get("date"), now);
        let text = read(response.into_body(), LONGEST_PAGE).await.map_err(Failure::Unreadable)?;
        match status.is_success() {
            true => Ok(Answer { xml: text, clocks }),
            false => Err(refused(status.as_u16(), &text, clocks)),
        }
    }

    fn request(&self, body: &str, now: SystemTime) -> Result<HttpRequest, String> {
        let url = format!("{}/", self.endpoint.url);
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_uri(url.as_str()).map_err(|error| causes(&error))?;
        request.set_method("POST").map_err(|error| causes(&error))?;
        request.headers_mut().insert("content-type", FORM);
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service.name())
            .time(now)
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| causes(&error))?;
        let headers = std::iter::once(("content-type", FORM));
        let signable = SignableRequest::new("POST", url.as_str(), headers, SignableBody::Bytes(body.as_bytes()))
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

/// EC2 wraps an error as `Response/Errors/Error`, the others as `ErrorResponse/Error`.
fn refused(status: u16, text: &str, clocks: Option<Clocks>) -> Failure {
    let (mut code, mut message) = (String::new(), String::new());
    let readable = xml::visit_elements(text, |path, text| {
        if xml::ends_with(path, &["Error", "Code"]) {
            text.clone_into(&mut code);
        } else if xml::ends_with(path, &["Error", "Message"]) {
            text.clone_into(&mut message);
        }
    });
    if readable.is_err() {
        // A proxy's or load balancer's page: only the status can be believed.
        (code, message) = (String::new(), String::new());
    }
    Failure::Refused { status, code, message, clocks }
}

/// RFC 3986 percent-encoding of everything but unreserved characters, as signatures want it.
fn encode(pairs: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in pairs {
        if !form.is_empty() {
            form.push('&');
        }
        encode_into(&mut form, name);
        form.push('=');
        encode_into(&mut form, value);
    }
    form
}

fn encode_into(form: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => form.push(char::from(byte)),
            other => {
                form.push('%');
                form.push(char::from(HEX[usize::from(other >> 4)]));
                form.push(char::from(HEX[usize::from(other & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_percent_encoded() {
        assert_eq!(
            encode(&[("Filter.1.Name", "tag:Rôle"), ("b", "a b+c&d=e~")]),
            "Filter.1.Name=tag%3AR%C3%B4le&b=a%20b%2Bc%26d%3De~"
        );
    }

    #[test]
    fn both_shapes_of_error_are_read() {
        let ec2 = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>";
        let query = "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>old</Message></Error></ErrorResponse>";
        let code = |text| match refused(403, text, None) {
            Failure::Refused { code, .. } => code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code(ec2), "UnauthorizedOperation");
        assert_eq!(code(query), "ExpiredToken");
        assert_eq!(code("<html><Error><Code>x</Code>"), "");
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
