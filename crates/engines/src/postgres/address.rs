//! What a URL says. It may hold a password: no part of it is told unless it is known to be none.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bellwether_core::store::StoreError;
use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// A silent peer is asked after this time, then as often, and given up when it stays silent.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 3;
/// So long may sent bytes stay unacknowledged.
const UNACKNOWLEDGED: Duration = Duration::from_secs(15);
/// What the driver has when a URL does not say how soon to ask a silent peer.
const DRIVERS_KEEPALIVE_IDLE: Duration = Duration::from_secs(2 * 60 * 60);

const WHAT: &str = "reading the URL of the PostgreSQL store";
const FORM: &str = "write postgres://USER:PASSWORD@HOST:PORT/DATABASE?KEY=VALUE, with % and two hexadecimal digits \
     for each special character of the password";

/// The parameters the driver reads itself.
const PASSED_ON: [&str; 17] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "options",
    "password",
    "port",
    "sslnegotiation",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// Which certificates to trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Roots {
    /// Those of this system.
    System,
    /// Those in a file.
    File(PathBuf),
}

/// How a connection is to be protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Protection {
    /// Not at all.
    Off,
    /// Encrypted where the server offers it, whoever it is.
    Offered,
    /// Encrypted, to a server that shows who it is.
    Verified(Roots),
}

/// One server to try.
pub(super) struct Server {
    /// How to reach it and as whom; this has the password.
    pub(super) config: Config,
    /// Its name for messages.
    pub(super) name: String,
    /// Whether it is on this host's file system, where nothing needs protection.
    pub(super) is_local: bool,
}

/// Where a store is and how to get there.
pub(super) struct Address {
    pub(super) servers: Vec<Server>,
    pub(super) protection: Protection,
    pub(super) connect_timeout: Option<Duration>,
    database: String,
}

impl fmt::Display for Address {
    /// The servers and the database, and nothing else.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.servers.iter().map(|server| server.name.as_str()).collect();
        write!(f, "postgres://{}/{}", names.join(","), self.database)
    }
}

impl Address {
    /// Reads a URL.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(refused("it does not begin with postgres://"));
        }
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let parameters = Parameters::parse(query)?;
        let protection = parameters.protection()?;
        // The driver's own words may quote what it did not understand, and that may be the password.
        let config: Config = format!("{base}?{}", parameters.passed_on).parse().map_err(|_| {
            refused("it, or the value of one of its parameters, is not of a form that PostgreSQL knows")
        })?;
        if config.get_target_session_attrs() == TargetSessionAttrs::ReadOnly {
            return Err(refused("target_session_attrs=read-only asks for a server that cannot keep claims"));
        }
        Ok(Self {
            servers: servers(&config, &protection)?,
            protection,
            connect_timeout: config.get_connect_timeout().copied(),
            database: config.get_dbname().or(config.get_user()).unwrap_or_default().to_owned(),
        })
    }
}

/// The part of a URL after the question mark.
#[derive(Debug, Default)]
struct Parameters {
    passed_on: String,
    ssl_mode: Option<String>,
    root_certificate: Option<String>,
}

impl Parameters {
    fn parse(query: &str) -> Result<Self, StoreError> {
        let mut parameters = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| refused("a parameter has no '='"))?;
            match key {
                "sslmode" => parameters.ssl_mode = Some(decoded(value)?),
                "sslrootcert" => parameters.root_certificate = Some(decoded(value)?),
                key if PASSED_ON.contains(&key) => parameters.pass_on(pair),
                _ => return Err(unknown_parameter()),
            }
        }
        Ok(parameters)
    }

    fn pass_on(&mut self, pair: &str) {
        if !self.passed_on.is_empty() {
            self.passed_on.push('&');
        }
        // The driver would take what stands before an '@' for user and password.
        self.passed_on.push_str(&pair.replace('@', "%40"));
    }

    fn protection(&self) -> Result<Protection, StoreError> {
        let roots = self.root_certificate.as_deref().map(|path| match path {
            "system" => Roots::System,
            path => Roots::File(path.into()),
        });
        match (self.ssl_mode.as_deref(), roots) {
            (Some("disable"), None) => Ok(Protection::Off),
            (None | Some("prefer" | "allow"), None) => Ok(Protection::Offered),
            (None | Some("require" | "verify-ca" | "verify-full"), roots) => {
                Ok(Protection::Verified(roots.unwrap_or(Roots::System)))
            }
            (Some("disable" | "prefer" | "allow"), Some(_)) => {
                Err(refused("sslrootcert is of no use with this sslmode; write sslmode=require"))
            }
            (Some(_), _) => Err(refused("its sslmode is none of disable, prefer and require")),
        }
    }
}

/// One entry for each host, in order.
fn servers(config: &Config, protection: &Protection) -> Result<Vec<Server>, StoreError> {
    let (hosts, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = hosts.len().max(addresses.len());
    if count == 0 {
        return Err(refused("it names no host; for a socket on this host write ?host=/run/postgresql"));
    }
    let fits = |length: usize| length == count || length == 0;
    if !fits(hosts.len()) || !fits(addresses.len()) || !(fits(ports.len()) || ports.len() == 1) {
        return Err(refused("host, hostaddr and port do not have the same number of values"));
    }
    (0..count).map(|index| server(config, index, protection)).collect()
}

fn server(config: &Config, index: usize, protection: &Protection) -> Result<Server, StoreError> {
    let ports = config.get_ports();
    let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
    let (host, address) = (config.get_hosts().get(index), config.get_hostaddrs().get(index));
    let mut one = settings(config);
    one.port(port);
    let mut name = String::new();
    let mut is_local = false;
    match host {
        // A part of a password with an '@' of its own would end up here.
        Some(Host::Tcp(host)) if host.is_empty() || host.contains('@') => {
            return Err(refused("a host has no name, or there is more than one '@'"));
        }
        Some(Host::Tcp(host)) => {
            one.host(host);
            name = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        }
        Some(Host::Unix(directory)) => {
            one.host_path(directory);
            name = format!("{}:{port}", directory.display());
            is_local = address.is_none();
        }
        None => {}
    }
    if let Some(address) = address {
        one.hostaddr(*address);
        if host.is_none() {
            // The name a certificate must have.
            one.host(address.to_string());
            name = format!("{address}:{port}");
        }
    }
    one.ssl_mode(match protection {
        _ if is_local => SslMode::Disable,
        Protection::Off => SslMode::Disable,
        Protection::Offered => SslMode::Prefer,
        Protection::Verified(_) => SslMode::Require,
    });
    Ok(Server { config: one, name, is_local })
}

/// All that is the same for every host.
fn settings(config: &Config) -> Config {
    let mut one = Config::new();
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(database) = config.get_dbname() {
        one.dbname(database);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    one.application_name(config.get_application_name().unwrap_or("bellwether"));
    one.channel_binding(config.get_channel_binding());
    one.ssl_negotiation(config.get_ssl_negotiation());
    one.keepalives(config.get_keepalives());
    let idle = config.get_keepalives_idle();
    one.keepalives_idle(if idle == DRIVERS_KEEPALIVE_IDLE { KEEPALIVE_IDLE } else { idle });
    one.keepalives_interval(config.get_keepalives_interval().unwrap_or(KEEPALIVE_INTERVAL));
    one.keepalives_retries(config.get_keepalives_retries().unwrap_or(KEEPALIVE_RETRIES));
    one.tcp_user_timeout(config.get_tcp_user_timeout().copied().unwrap_or(UNACKNOWLEDGED));
    one
}

fn decoded(value: &str) -> Result<String, StoreError> {
    let text = percent_decode_str(value).decode_utf8();
    text.map(String::from).map_err(|_| refused("the value of a parameter is not UTF-8"))
}

/// It is not named: after a question mark within a password stands the rest of the password.
fn unknown_parameter() -> StoreError {
    let why = "it has a parameter this program does not know";
    StoreError::unavailable(WHAT, why, format!("use {}, sslmode and sslrootcert", PASSED_ON.join(", ")))
}

fn refused(why: &str) -> StoreError {
    StoreError::unavailable(WHAT, why, FORM)
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
