//! Which servers a URL names, and as whom to connect to them.

use std::fmt;

use async_nats::ServerAddr;

const DEFAULT_PORT: u16 = 4222;
/// More servers than any cluster has that claims should wait for.
const MOST_SERVERS: usize = 16;

/// What is told to the server about who connects.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Identity {
    Anonymous,
    Token(String),
    User { name: String, password: String },
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "Anonymous",
            Self::Token(_) => "Token(...)",
            Self::User { .. } => "User(...)",
        })
    }
}

/// The servers of a URL. Their text is without the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Servers {
    tls: bool,
    pub(super) identity: Identity,
    hosts: Vec<String>,
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.hosts.join(","))
    }
}

impl Servers {
    /// Takes a URL apart: its servers, and what follows a '/' behind them. What is wrong is told without the URL, which
    /// may hold a password.
    pub(super) fn parse(url: &str) -> Result<(Self, Option<&str>), String> {
        let (tls, rest) = match (url.strip_prefix("nats://"), url.strip_prefix("tls://")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return Err("begins with neither nats:// nor tls://".to_owned()),
        };
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, Some(path)),
            None => (rest, None),
        };
        let (identity, hosts) = match authority.split_once('@') {
            None => (Identity::Anonymous, authority),
            Some((_, hosts)) if hosts.contains('@') => {
                return Err("has more than one '@': give the credentials once, and write '@' in them as %40".to_owned());
            }
            Some((credentials, hosts)) => (identity(credentials)?, hosts),
        };
        let hosts: Vec<String> = hosts.split(',').map(host).collect::<Result<_, _>>()?;
        if hosts.len() > MOST_SERVERS {
            return Err(format!("names {} servers; at most {MOST_SERVERS} are allowed", hosts.len()));
        }
        Ok((Self { tls, identity, hosts }, path))
    }

    fn scheme(&self) -> &'static str {
        if self.tls { "tls" } else { "nats" }
    }

    /// The servers' addresses, without credentials: those do not go where addresses are shown.
    pub(super) fn addresses(&self) -> Result<Vec<ServerAddr>, std::io::Error> {
        self.hosts.iter().map(|host| format!("{}://{host}", self.scheme()).parse()).collect()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.hosts.len()
    }
}

fn identity(credentials: &str) -> Result<Identity, String> {
    match credentials.split_once(':') {
        None => decoded(credentials).map(Identity::Token),
        Some((name, password)) => Ok(Identity::User { name: decoded(name)?, password: decoded(password)? }),
    }
}

/// A host with its port; a host that an address cannot have is refused here, before it gets anywhere.
fn host(text: &str) -> Result<String, String> {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or("has a '[' without its ']'")?;
            let address: std::net::Ipv6Addr = address.parse().map_err(|_| "has no IPv6 address in its brackets")?;
            (format!("[{address}]"), port.strip_prefix(':').or(port.is_empty().then_some("")))
        }
        None => match text.split_once(':') {
            Some((name, port)) => (name.to_owned(), Some(port)),
            None => (text.to_owned(), Some("")),
        },
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if name.is_empty() || !(name.starts_with('[') || name.bytes().all(allowed)) {
        return Err("has a server that is no host name or address".to_owned());
    }
    let port = match port {
        Some("") => DEFAULT_PORT,
        Some(port) => port.parse().map_err(|_| "has a port that is no number up to 65535")?,
        None => return Err("has something between ']' and the port".to_owned()),
    };
    Ok(format!("{name}:{port}"))
}

/// Resolves %XX, with which credentials hold the characters that mean something in a URL.
fn decoded(text: &str) -> Result<String, String> {
    const WRONG: &str = "has credentials with a '%' that does not begin a %XX of UTF-8";
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = after;
            continue;
        }
        let digits = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit)).ok_or(WRONG)?;
        let digits = std::str::from_utf8(digits).map_err(|_| WRONG)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| WRONG)?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).map_err(|_| WRONG.to_owned())
}
