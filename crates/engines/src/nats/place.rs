//! Which servers and bucket a URL names, and as whom to connect.

use std::fmt;

use async_nats::ServerAddr;
use bellwether_core::store::StoreError;

use super::failure;

const FORM: &str = "write it as nats://[USER:PASSWORD@]HOST:PORT[,HOST:PORT...]/BUCKET, or tls:// for TLS";
const DEFAULT_PORT: u16 = 4222;
/// More servers than any cluster has that claims should wait for.
const MOST_SERVERS: usize = 16;
/// Short enough for the names of two streams and their directories.
const LONGEST_BUCKET: usize = 64;

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

/// A URL, taken apart. Its text is without the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    tls: bool,
    pub(super) identity: Identity,
    hosts: Vec<String>,
    pub(super) bucket: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/{}", self.scheme(), self.hosts.join(","), self.bucket)
    }
}

impl Place {
    /// Takes a URL apart. The error never has the URL: it may hold a password.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        parse(url).map_err(|why| failure::unavailable("opening the NATS store", format!("the URL {why}"), FORM))
    }

    fn scheme(&self) -> &'static str {
        if self.tls { "tls" } else { "nats" }
    }

    /// The servers' addresses, without credentials: those do not go where addresses are shown.
    pub(super) fn servers(&self) -> Result<Vec<ServerAddr>, StoreError> {
        let address = |host: &String| format!("{}://{host}", self.scheme()).parse();
        self.hosts
            .iter()
            .map(address)
            .collect::<Result<_, std::io::Error>>()
            .map_err(|error| failure::unavailable(&format!("opening {self}"), error, FORM))
    }

    /// How many servers the URL names.
    pub(super) fn server_count(&self) -> usize {
        self.hosts.len()
    }
}

fn parse(url: &str) -> Result<Place, String> {
    let (tls, rest) = match (url.strip_prefix("nats://"), url.strip_prefix("tls://")) {
        (Some(rest), _) => (false, rest),
        (_, Some(rest)) => (true, rest),
        _ => return Err("begins with neither nats:// nor tls://".to_owned()),
    };
    let (authority, bucket) = rest.split_once('/').ok_or("names no bucket")?;
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
    Ok(Place { tls, identity, hosts, bucket: checked_bucket(bucket)? })
}

fn checked_bucket(bucket: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if bucket.is_empty() || bucket.len() > LONGEST_BUCKET || !bucket.bytes().all(allowed) {
        return Err(format!("names no bucket: 1 to {LONGEST_BUCKET} letters, digits, '_' and '-' are allowed"));
    }
    Ok(bucket.to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        Place::parse(url).unwrap().to_string()
    }

    #[test]
    fn servers_and_bucket_are_found() {
        assert_eq!(shown("nats://a/jobs"), "nats://a:4222/jobs");
        assert_eq!(shown("tls://a.example:1,10.0.0.1,[::1]:2,[::2]/My_jobs-1"), {
            "tls://a.example:1,10.0.0.1:4222,[::1]:2,[::2]:4222/My_jobs-1"
        });
        assert_eq!(Place::parse("nats://a,b,c/x").unwrap().servers().unwrap().len(), 3);
    }

    #[test]
    fn credentials_are_decoded_and_never_shown() {
        let place = Place::parse("nats://me:p%40ss%2F%25@a/jobs").unwrap();
        assert_eq!(place.identity, Identity::User { name: "me".into(), password: "p@ss/%".into() });
        assert!(!format!("{place} {place:?}").contains("p@ss"));
        let place = Place::parse("nats://s3cret@a/jobs").unwrap();
        assert_eq!(place.identity, Identity::Token("s3cret".into()));
        assert!(!format!("{place} {place:?} {:?}", place.servers()).contains("s3cret"));
    }

    #[test]
    fn what_is_no_url_of_ours_is_refused_without_being_repeated() {
        for url in [
            "",
            "http://a/jobs",
            "nats://a",
            "nats://a/",
            "nats:///jobs",
            "nats://a,/jobs",
            "nats://a:b/jobs",
            "nats://a:65536/jobs",
            "nats://[::1/jobs",
            "nats://[::1]x/jobs",
            "nats://[localhost]/jobs",
            "nats://a b/jobs",
            "nats://a/jo bs",
            "nats://a/jobs.a",
            "nats://a/jobs/x",
            "nats://a/jobs?x=1",
            "nats://me:hunter2@a,me:hunter2@b/jobs",
            "nats://me:hunter2%@a/jobs",
            "nats://me:hunter2%FF@a/jobs",
            "nats://me:hunter2/x@a/jobs",
        ] {
            let error = Place::parse(url).unwrap_err();
            assert!(matches!(error, StoreError::Unavailable { .. }), "{url}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        assert!(Place::parse(&format!("nats://a/{}", "x".repeat(65))).is_err());
        assert!(Place::parse(&format!("nats://{}/x", ["a"; 17].join(","))).is_err());
    }
}
