//! The protocols of listeners and health checks.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::invalid::Invalid;

/// A protocol of classic load balancers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    /// HTTP without encryption.
    Http,
    /// HTTP over TLS.
    Https,
    /// Bytes over TCP.
    Tcp,
    /// Bytes over TLS.
    Ssl,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Http, Self::Https, Self::Tcp, Self::Ssl];

    /// The name as AWS writes it, in capitals.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Https => "HTTPS",
            Self::Tcp => "TCP",
            Self::Ssl => "SSL",
        }
    }

    /// Whether it is encrypted.
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Https | Self::Ssl)
    }

    /// The layer of the OSI model that the load balancer works on: 7 for HTTP and HTTPS, 4 for TCP and SSL.
    pub const fn layer(self) -> u8 {
        match self {
            Self::Http | Self::Https => 7,
            Self::Tcp | Self::Ssl => 4,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Protocol {
    type Err = Invalid;

    /// Reads a name in any case.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|protocol| protocol.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| Invalid::text(text, "protocol", "give http, https, tcp or ssl"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_written_in_capitals() {
        for (text, name) in [("http", "HTTP"), ("Https", "HTTPS"), ("TCP", "TCP"), ("sSl", "SSL")] {
            assert_eq!(text.parse::<Protocol>().unwrap().to_string(), name);
        }
        for text in ["", "udp", "http ", "tls"] {
            assert!(text.parse::<Protocol>().is_err(), "{text}");
        }
    }
}
