//! A target of a target group, and its text form.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::roster::canonical_address;
use crate::text::shown;

/// The longest id of a target: ARNs are the longest there are.
const LONGEST_ID: usize = 2_048;
/// The longest name of a zone.
const LONGEST_ZONE: usize = 64;

/// A target as `RegisterTargets` takes it (API 2015-12-01, `TargetDescription`).
///
/// As text: `ID[:PORT][@ZONE][#SERVER-ID]`, such as `i-0123456789abcdef0`, `i-0123456789abcdef0:8080`,
/// `10.0.0.1:8080@eu-west-1a`, `[2001:db8::1]:8080`, or the ARN of a function or a load balancer, which takes nothing
/// behind it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target {
    id: String,
    port: Option<u16>,
    zone: Option<String>,
    server_id: Option<String>,
}

/// Why a text is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The id is of no known kind.
    #[error(
        "'{0}' is no target: write an instance id (i-...), an IP address or an ARN, then :PORT and @ZONE if needed"
    )]
    Id(String),
    /// Not a port.
    #[error("'{0}' is no port; ports are 1 to 65535")]
    Port(String),
    /// Not a zone.
    #[error("'{0}' is no availability zone; write its name, such as eu-west-1a, or 'all'")]
    Zone(String),
    /// Not a server id.
    #[error("'{0}' is no server id; write 0x and 16 hexadecimal digits in lower case")]
    ServerId(String),
}

impl Target {
    /// A target without a port, which stands for the port of its group.
    ///
    /// # Errors
    /// When the id is neither an instance id, nor an IP address, nor an ARN.
    pub fn new(id: &str) -> Result<Self, TargetError> {
        if !is_instance(id) && !is_arn(id) && id.parse::<IpAddr>().is_err() {
            return Err(TargetError::Id(shown(id)));
        }
        Ok(Self { id: canonical_address(id), port: None, zone: None, server_id: None })
    }

    /// The same at a port of its own.
    ///
    /// # Errors
    /// When the port is 0.
    pub fn at_port(self, port: u16) -> Result<Self, TargetError> {
        match port {
            0 => Err(TargetError::Port(port.to_string())),
            port => Ok(Self { port: Some(port), ..self }),
        }
    }

    /// The same in a zone, or in `all`; for targets of type `ip` and `lambda`.
    ///
    /// # Errors
    /// When the text cannot be a zone.
    pub fn in_zone(self, zone: &str) -> Result<Self, TargetError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if zone.is_empty() || zone.len() > LONGEST_ZONE || !zone.bytes().all(allowed) {
            return Err(TargetError::Zone(shown(zone)));
        }
        Ok(Self { zone: Some(zone.to_owned()), ..self })
    }

    /// The same with the server id that QUIC needs (`QuicServerId`).
    ///
    /// # Errors
    /// When it is not `0x` and 16 hexadecimal digits in lower case.
    pub fn with_server_id(self, id: &str) -> Result<Self, TargetError> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match id.strip_prefix("0x") {
            Some(digits) if digits.len() == 16 && digits.bytes().all(hexadecimal) => {
                Ok(Self { server_id: Some(id.to_owned()), ..self })
            }
            _ => Err(TargetError::ServerId(shown(id))),
        }
    }

    /// The instance id, address (in its canonical spelling) or ARN.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The port; none for the port of the group.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The zone it was given.
    pub fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// The server id it was given.
    pub fn server_id(&self) -> Option<&str> {
        self.server_id.as_deref()
    }

    /// Whether it is given by instance id.
    pub fn is_instance(&self) -> bool {
        is_instance(&self.id)
    }

    /// Whether both are the same entry of a group whose own port is `default_port`. The zone does not tell entries
    /// apart.
    pub fn is_same_entry(&self, other: &Self, default_port: Option<u16>) -> bool {
        self.id == other.id && self.port.or(default_port) == other.port.or(default_port)
    }
}

/// AWS writes 8 or 17 hexadecimal digits; whether an instance exists is AWS's to say.
fn is_instance(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    id.strip_prefix("i-").is_some_and(|rest| (1..=64).contains(&rest.len()) && rest.bytes().all(allowed))
}

fn is_arn(id: &str) -> bool {
    id.starts_with("arn:") && id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic())
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        if text.starts_with("arn:") {
            return Self::new(text);
        }
        let (text, server_id) = split_behind(text, '#');
        let (text, zone) = split_behind(text, '@');
        let (id, port) = split_port(text);
        let mut target = Self::new(id)?;
        if let Some(port) = port {
            target = target.at_port(port.parse().map_err(|_| TargetError::Port(shown(port)))?)?;
        }
        if let Some(zone) = zone {
            target = target.in_zone(zone)?;
        }
        match server_id {
            Some(id) => target.with_server_id(id),
            None => Ok(target),
        }
    }
}

fn split_behind(text: &str, sign: char) -> (&str, Option<&str>) {
    text.split_once(sign).map_or((text, None), |(before, behind)| (before, Some(behind)))
}

/// An IPv6 address needs brackets before a port; without a port it may stand alone.
fn split_port(text: &str) -> (&str, Option<&str>) {
    if let Some((address, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return match rest.strip_prefix(':') {
            Some(port) => (address, Some(port)),
            None if rest.is_empty() => (address, None),
            None => (text, None),
        };
    }
    match text.split_once(':') {
        Some((id, port)) if !port.contains(':') => (id, Some(port)),
        _ => (text, None),
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) if self.id.parse::<std::net::Ipv6Addr>().is_ok() => write!(f, "[{}]:{port}", self.id)?,
            Some(port) => write!(f, "{}:{port}", self.id)?,
            None => f.write_str(&self.id)?,
        }
        if let Some(zone) = &self.zone {
            write!(f, "@{zone}")?;
        }
        if let Some(id) = &self.server_id {
            write!(f, "#{id}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Target {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, TargetError> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
