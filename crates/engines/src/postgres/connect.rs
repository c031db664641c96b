//! How a connection is made: host by host, each within its time.

use std::time::Duration;

use bellwether_core::store::StoreError;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error, NoTls};

use super::address::{Address, Server};
use super::tls::Tls;
use super::{PostgresOptions, failure, schema};

/// A connection and the task that carries its bytes.
pub(super) struct Link {
    pub(super) client: Client,
    task: JoinHandle<()>,
}

impl Link {
    /// Ends the connection without a word to a server that does not listen.
    pub(super) fn cut(&self) {
        self.task.abort();
    }
}

/// Connects to the first server that can be used.
pub(super) async fn connect(
    address: &Address,
    tls: Option<&Tls>,
    options: PostgresOptions,
) -> Result<Link, StoreError> {
    let limit = address.connect_timeout.unwrap_or(options.connect_timeout);
    let mut failures = Vec::new();
    for server in &address.servers {
        let what = format!("connecting to {address}");
        match within(limit, &what, use_server(server, tls, options, limit, &what)).await {
            Err(StoreError::Unavailable { why, remedy, .. }) => failures.push((&server.name, why, remedy)),
            done => return done,
        }
    }
    Err(nowhere(address, failures))
}

async fn within<T>(
    limit: Duration,
    what: &str,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let timed_out = |_| Err(failure::timed_out(failure::Call::Read, what, limit));
    tokio::time::timeout(limit, work).await.unwrap_or_else(timed_out)
}

/// What came of every server, and what to do about the first.
fn nowhere(address: &Address, failures: Vec<(&String, String, String)>) -> StoreError {
    let what = format!("connecting to {address}");
    let remedy = failures.first().map(|(_, _, remedy)| remedy.clone()).unwrap_or_default();
    let why: Vec<_> = match failures.as_slice() {
        [(_, why, _)] => vec![why.clone()],
        several => several.iter().map(|(name, why, _)| format!("{name}: {why}")).collect(),
    };
    StoreError::unavailable(&what, why.join("; "), remedy)
}

async fn use_server(
    server: &Server,
    tls: Option<&Tls>,
    options: PostgresOptions,
    limit: Duration,
    what: &str,
) -> Result<Link, StoreError> {
    let tls = tls.filter(|_| !server.is_local);
    let mut config = server.config.clone();
    // A name may have several addresses; one that is silent must not take the time of all.
    config.connect_timeout(limit / 2);
    let patient = config.clone();
    config.options(with_limits(config.get_options(), options.call_timeout));
    let opened = match open(&config, tls).await {
        // Poolers know no options. The limits are a help, not a need: our own side keeps time too.
        Err(error) if failure::is_refused_parameter(&error) => open(&patient, tls).await,
        opened => opened,
    };
    let mut link = opened.map_err(|error| failure::connecting(what, &error))?;
    schema::ensure(&mut link.client, what).await?;
    Ok(link)
}

async fn open(config: &Config, tls: Option<&Tls>) -> Result<Link, Error> {
    match tls {
        None => {
            let (client, connection) = config.connect(NoTls).await?;
            Ok(Link { client, task: tokio::spawn(carry(connection)) })
        }
        Some(tls) => {
            let (client, connection) = config.connect(tls.clone()).await?;
            Ok(Link { client, task: tokio::spawn(carry(connection)) })
        }
    }
}

/// Runs a connection to its end. Why it ended is told by the call it fails, or by the next connection.
async fn carry(connection: impl Future<Output = Result<(), Error>>) {
    let _ = connection.await;
}

/// The server gives up before we do, so that its answer is known; what the URL says comes later and counts.
fn with_limits(said: Option<&str>, call_timeout: Duration) -> String {
    let (statement, lock) = (call_timeout.mul_f64(0.8), call_timeout.mul_f64(0.6));
    format!(
        "-c statement_timeout={} -c lock_timeout={} {}",
        statement.as_millis().max(1),
        lock.as_millis().max(1),
        said.unwrap_or_default()
    )
    .trim_end()
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_urls_own_options_come_last() {
        let seconds = Duration::from_secs(5);
        assert_eq!(with_limits(None, seconds), "-c statement_timeout=4000 -c lock_timeout=3000");
        assert_eq!(with_limits(Some("-cx=y"), seconds), "-c statement_timeout=4000 -c lock_timeout=3000 -cx=y");
        assert_eq!(with_limits(None, Duration::ZERO), "-c statement_timeout=1 -c lock_timeout=1");
    }
}
