//! The HTTP client: proxies, certificates, redirects.

use std::sync::Arc;
use std::time::Duration;

use bellwether_core::environment::Environment;
use reqwest::redirect::{Action, Attempt, Policy};
use reqwest::{Client, NoProxy, Proxy};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

use super::DeliveryError;

/// How servers may know us.
const USER_AGENT: &str = concat!("bellwether/", env!("CARGO_PKG_VERSION"));
/// How often a server may send us elsewhere.
const MOST_REDIRECTS: usize = 5;
/// How long a connection is kept for the next message.
const IDLE: Duration = Duration::from_secs(60);

pub(super) fn build(environment: &Environment) -> Result<Client, DeliveryError> {
    let mut builder = Client::builder()
        .user_agent(USER_AGENT)
        .tls_backend_preconfigured(tls()?)
        .redirect(Policy::custom(follow))
        // The URL that sent us elsewhere is nobody else's business.
        .referer(false)
        .pool_idle_timeout(IDLE)
        // Proxies come from the environment as it was handed to us, below.
        .no_proxy();
    for proxy in proxies(environment)? {
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| {
        DeliveryError::not_prepared(format!("no HTTP client can be made: {error}"), "run the command again")
    })
}

fn tls() -> Result<ClientConfig, DeliveryError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let why = found.errors.first().map(|error| format!(": {error}")).unwrap_or_default();
        return Err(DeliveryError::not_prepared(
            format!("there is no certificate to trust in the system's store{why}"),
            "install ca-certificates, or name a file with SSL_CERT_FILE",
        ));
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| {
        DeliveryError::not_prepared(format!("encryption cannot be prepared: {error}"), "run the command again")
    })?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// A message that set out encrypted is not sent on in the open.
fn follow(attempt: Attempt<'_>) -> Action {
    let was_secure = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
    if attempt.previous().len() > MOST_REDIRECTS {
        attempt.error("too many redirects")
    } else if was_secure && attempt.url().scheme() != "https" {
        attempt.error("it redirects from https to http")
    } else {
        attempt.follow()
    }
}

type MakeProxy = fn(&str) -> reqwest::Result<Proxy>;

/// The proxies of the environment, those for one scheme before the one for all.
fn proxies(environment: &Environment) -> Result<Vec<Proxy>, DeliveryError> {
    let either = |name: &str| environment.get(name).or_else(|| environment.get(&name.to_lowercase()));
    let without = either("NO_PROXY").and_then(NoProxy::from_string);
    let kinds: [(&str, MakeProxy); 3] = [
        ("HTTPS_PROXY", |url| Proxy::https(url)),
        ("HTTP_PROXY", |url| Proxy::http(url)),
        ("ALL_PROXY", |url| Proxy::all(url)),
    ];
    let named = kinds.into_iter().filter_map(|(name, make)| Some((name, make, either(name)?)));
    named
        .map(|(name, make, url)| {
            let made = if speaks_http(url) { make(url).ok() } else { None };
            made.map(|proxy| proxy.no_proxy(without.clone())).ok_or_else(|| unusable(name))
        })
        .collect()
}

/// Whether a proxy is one that we can speak to. The client takes others as well, and then goes without them.
fn speaks_http(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_none_or(|scheme| matches!(scheme.as_str(), "http" | "https"))
}

/// Without the URL, which may hold a password.
fn unusable(name: &str) -> DeliveryError {
    DeliveryError::not_prepared(
        format!("{name} cannot be used as a proxy"),
        "write it as a URL such as http://proxy.example.com:3128",
    )
}
