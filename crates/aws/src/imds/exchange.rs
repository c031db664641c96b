//! One request to the metadata service and what can become of it.

use std::error::Error;
use std::io;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

use crate::http::{Http, read};
use crate::text::causes;

/// The longest answer; identity documents and credentials have one or two KiB.
const LONGEST_ANSWER: usize = 64 << 10;

/// The pause before the second try: long enough for a throttled service, short enough to wait for.
const PAUSE: Duration = Duration::from_millis(200);

/// A request without a body.
#[derive(Debug, Clone)]
pub(super) struct Ask<'a> {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) header: Option<(&'static str, &'a str)>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: String,
}

/// Why nothing came back.
#[derive(Debug)]
pub(super) enum Silence {
    /// Nobody listens there.
    NoConnection(String),
    /// Connected, but no whole answer in time.
    TimedOut,
    /// The connection broke.
    Broken(String),
    /// The answer is too long or no text.
    Unreadable(String),
}

/// Asks, and a second time when the first failure may pass.
pub(super) async fn ask(http: &Http, timeout: Duration, ask: &Ask<'_>) -> Result<Reply, Silence> {
    let first = once(http, timeout, ask).await;
    let again = match &first {
        Ok(reply) => reply.status >= 500 || reply.status == 429,
        Err(silence) => matches!(silence, Silence::TimedOut | Silence::Broken(_)),
    };
    if !again {
        return first;
    }
    tokio::time::sleep(PAUSE).await;
    once(http, timeout, ask).await
}

async fn once(http: &Http, timeout: Duration, ask: &Ask<'_>) -> Result<Reply, Silence> {
    let request = request(ask).map_err(Silence::Unreadable)?;
    let whole = async {
        let response = http.metadata().call(request).await.map_err(|error| silence(&error))?;
        let status = response.status().as_u16();
        let body = read(response.into_body(), LONGEST_ANSWER).await.map_err(Silence::Unreadable)?;
        Ok(Reply { status, body })
    };
    // Connecting has an earlier limit of its own, so that running out of this one means: connected.
    tokio::time::timeout(timeout, whole).await.unwrap_or(Err(Silence::TimedOut))
}

fn request(ask: &Ask<'_>) -> Result<HttpRequest, String> {
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_uri(ask.url.as_str()).map_err(|error| causes(&error))?;
    request.set_method(ask.method).map_err(|error| causes(&error))?;
    if ask.method == "PUT" {
        request.headers_mut().insert("content-length", "0");
    }
    if let Some((name, value)) = ask.header {
        let inserted = request.headers_mut().try_insert(name, value.to_owned());
        inserted.map_err(|_| format!("no usable value for {name}"))?;
    }
    Ok(request)
}

fn silence(error: &ConnectorError) -> Silence {
    if error.is_timeout() {
        return Silence::NoConnection("no connection in time".to_owned());
    }
    match io_error(error).map(io::Error::kind) {
        Some(
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::TimedOut,
        ) => Silence::NoConnection(causes(error)),
        _ => Silence::Broken(causes(error)),
    }
}

fn io_error(error: &ConnectorError) -> Option<&io::Error> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<io::Error>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
