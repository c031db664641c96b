//! The one HTTP client, for the SDK's clients, signed requests and the metadata service alike.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Connector, ConnectorBuilder, proxy::ProxyConfig};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bellwether_core::environment::Environment;
use http_body_util::Limited;

use crate::settings::{LONGEST_POLL, Limits};
use crate::text::causes;

/// The longest answer of AWS that is read.
const LONGEST_ANSWER: usize = 16 << 20;

/// The metadata service is on the same host or does not exist: what takes longer to connect is not there.
const METADATA_CONNECT: Duration = Duration::from_secs(1);

/// Connectors, each made when the first request needs it: loading the system's certificates costs more than all
/// the rest, and who only talks plain HTTP must not pay for it.
#[derive(Debug, Clone)]
pub(crate) struct Http(Arc<Connectors>);

struct Connectors {
    limits: Limits,
    proxy: Option<ProxyConfig>,
    plain: OnceLock<SharedHttpConnector>,
    secure: OnceLock<SharedHttpConnector>,
    metadata: OnceLock<SharedHttpConnector>,
}

impl fmt::Debug for Connectors {
    /// Without the proxy, whose URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connectors").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Http {
    pub(crate) fn new(limits: Limits, environment: &Environment) -> Self {
        Self(Arc::new(Connectors {
            limits,
            proxy: proxy(environment),
            plain: OnceLock::new(),
            secure: OnceLock::new(),
            metadata: OnceLock::new(),
        }))
    }

    /// The connector for the metadata service: never through a proxy, and with a limit on connecting alone, so that
    /// its timeout always means that there was no connection. Its user limits the whole, and later than that.
    pub(crate) fn metadata(&self) -> &SharedHttpConnector {
        self.0.metadata.get_or_init(|| {
            let settings =
                HttpConnectorSettings::builder().connect_timeout(METADATA_CONNECT.min(self.0.limits.timeout / 2));
            let connector = Connector::builder().connector_settings(settings.build());
            SharedHttpConnector::new(connector.build_http())
        })
    }

    fn plain(&self) -> &SharedHttpConnector {
        self.0.plain.get_or_init(|| SharedHttpConnector::new(self.builder().build_http()))
    }

    fn secure(&self) -> &SharedHttpConnector {
        self.0.secure.get_or_init(|| {
            let mut builder = self.builder();
            builder.set_proxy_config(self.0.proxy.clone());
            SharedHttpConnector::new(builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build())
        })
    }

    fn builder(&self) -> ConnectorBuilder {
        let timeout = self.0.limits.timeout;
        // Users limit each attempt themselves, those of long polls later than the rest.
        let settings = HttpConnectorSettings::builder().connect_timeout(timeout).read_timeout(timeout + LONGEST_POLL);
        Connector::builder().connector_settings(settings.build())
    }
}

impl HttpConnector for Http {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = if request.uri().starts_with("https:") { self.secure() } else { self.plain() };
        let answer = connector.call(request);
        HttpConnectorFuture::new(async move { answer.await.map(bounded) })
    }
}

impl HttpClient for Http {
    /// The SDK's settings are ours already: every client gets the same timeouts.
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The SDK reads whole answers into memory; this keeps a broken or hostile server from filling it.
fn bounded(answer: HttpResponse) -> HttpResponse {
    answer.map(|body| SdkBody::from_body_1_x(Limited::new(body, LONGEST_ANSWER)))
}

/// Reads a body of at most `longest` bytes as text.
///
/// # Errors
/// What went wrong, when the connection broke, the body is longer, or it is not UTF-8.
pub(crate) async fn read(body: SdkBody, longest: usize) -> Result<String, String> {
    let mut stream = ByteStream::new(body);
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| causes(&error))?;
        if bytes.len() + chunk.len() > longest {
            return Err(format!("the answer is longer than {longest} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| "the answer is not UTF-8".to_owned())
}

/// `HTTPS_PROXY` and `NO_PROXY`, also in lower case. A proxy that cannot be used is left out, with a warning.
fn proxy(environment: &Environment) -> Option<ProxyConfig> {
    let either = |upper: &str, lower: &str| environment.get(upper).or_else(|| environment.get(lower));
    let url = either("HTTPS_PROXY", "https_proxy")?;
    match ProxyConfig::https(url) {
        Ok(proxy) => Some(match either("NO_PROXY", "no_proxy") {
            Some(rules) => proxy.no_proxy(rules),
            None => proxy,
        }),
        Err(_) => {
            tracing::warn!("HTTPS_PROXY is left out: it is not a URL such as http://proxy.example.com:3128");
            None
        }
    }
}
