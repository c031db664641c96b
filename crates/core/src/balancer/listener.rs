//! Listeners: on which port and protocol clients are heard, and where on the instances it goes.

use serde::Serialize;

use super::invalid::{Invalid, shown};
use super::protocol::Protocol;

/// The longest ARN that is sent.
const LONGEST_CERTIFICATE: usize = 2_048;

/// A listener of a classic load balancer (`Listener` of the API reference).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Listener {
    /// What clients speak.
    pub protocol: Protocol,
    /// The port that clients connect to, 1 to 65535.
    pub port: u16,
    /// What is spoken to the instances, of the same layer as `protocol`. None leaves it to AWS.
    pub instance_protocol: Option<Protocol>,
    /// The port on the instances, 1 to 65535.
    pub instance_port: u16,
    /// The ARN of the server's certificate in IAM or ACM: for HTTPS and SSL, and only for them.
    pub certificate: Option<String>,
}

impl Listener {
    /// A listener without a certificate that leaves the protocol towards the instances to AWS.
    pub const fn new(protocol: Protocol, port: u16, instance_port: u16) -> Self {
        Self { protocol, port, instance_protocol: None, instance_port, certificate: None }
    }

    /// Checks it against the rules of the API reference.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), Invalid> {
        check_port("the port of a listener", self.port)?;
        check_port("the port on the instances", self.instance_port)?;
        self.check_layers()?;
        self.check_certificate()
    }

    fn check_layers(&self) -> Result<(), Invalid> {
        let Self { protocol, port, instance_protocol, .. } = self;
        match instance_protocol {
            Some(other) if other.layer() != protocol.layer() => Err(Invalid::new(
                format!("the listener on port {port} cannot pass {protocol} on as {other}"),
                "give http with http or https, and tcp with tcp or ssl",
            )),
            _ => Ok(()),
        }
    }

    fn check_certificate(&self) -> Result<(), Invalid> {
        let Self { protocol, port, .. } = self;
        match (&self.certificate, protocol.is_secure()) {
            (Some(arn), true) => check_certificate(arn),
            (None, false) => Ok(()),
            (None, true) => Err(Invalid::new(
                format!("the listener on port {port} speaks {protocol} and has no certificate"),
                "give the ARN of a certificate in IAM or ACM",
            )),
            (Some(_), false) => Err(Invalid::new(
                format!("the listener on port {port} speaks {protocol}, which has no use for a certificate"),
                "leave the certificate out, or make it https or ssl",
            )),
        }
    }
}

/// Checks listeners that are to exist side by side.
///
/// # Errors
/// When there is none, one is wrong in itself, two want the same port, or two reach the same port of the instances
/// of which only one is encrypted.
pub fn check_listeners(listeners: &[Listener]) -> Result<(), Invalid> {
    if listeners.is_empty() {
        return Err(Invalid::new("there is no listener", "give at least one, such as 80:8080/http"));
    }
    for (place, listener) in listeners.iter().enumerate() {
        listener.check()?;
        for other in &listeners[..place] {
            check_pair(other, listener)?;
        }
    }
    Ok(())
}

fn check_pair(one: &Listener, other: &Listener) -> Result<(), Invalid> {
    if one.port == other.port {
        return Err(Invalid::new(
            format!("there are two listeners on port {}", one.port),
            "give each listener a port of its own",
        ));
    }
    match (one.instance_protocol, other.instance_protocol) {
        (Some(first), Some(second))
            if one.instance_port == other.instance_port && first.is_secure() != second.is_secure() =>
        {
            Err(Invalid::new(
                format!("port {} of the instances cannot speak both {first} and {second}", one.instance_port),
                "use one of them for all listeners that reach this port",
            ))
        }
        _ => Ok(()),
    }
}

/// Checks that a number can be a port.
///
/// # Errors
/// When it is 0.
pub fn check_port(what: &str, port: u16) -> Result<(), Invalid> {
    super::invalid::check_range(what, port, &(1..=u16::MAX), "")
}

/// Checks that a text can be the ARN of a certificate.
///
/// # Errors
/// When it cannot.
pub fn check_certificate(arn: &str) -> Result<(), Invalid> {
    let clean = arn.len() <= LONGEST_CERTIFICATE && arn.chars().all(|c| !c.is_control() && !c.is_whitespace());
    match arn.starts_with("arn:") && clean {
        true => Ok(()),
        false => Err(Invalid::new(
            format!("'{}' is no ARN of a certificate", shown(arn)),
            "give one such as arn:aws:acm:REGION:ACCOUNT:certificate/ID",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:iam::123456789012:server-certificate/web";

    fn secure(protocol: Protocol) -> Listener {
        Listener { certificate: Some(ARN.to_owned()), ..Listener::new(protocol, 443, 80) }
    }

    #[test]
    fn every_port_but_zero_is_allowed() {
        for (port, instance_port, good) in [(1, 65_535, true), (65_535, 1, true), (0, 80, false), (80, 0, false)] {
            let checked = Listener::new(Protocol::Tcp, port, instance_port).check();
            assert_eq!(checked.is_ok(), good, "{port} {instance_port}");
        }
    }

    #[test]
    fn encryption_needs_a_certificate_and_nothing_else_does() {
        for protocol in Protocol::ALL {
            assert_eq!(secure(protocol).check().is_ok(), protocol.is_secure(), "{protocol}");
            assert_eq!(Listener::new(protocol, 443, 80).check().is_err(), protocol.is_secure(), "{protocol}");
        }
        for arn in ["", "web", "arn:a b", "arn:a\n", &format!("arn:{}", "x".repeat(2_048))] {
            let listener = Listener { certificate: Some(arn.to_owned()), ..secure(Protocol::Ssl) };
            assert!(listener.check().is_err(), "{arn}");
        }
    }

    #[test]
    fn layers_do_not_mix() {
        for front in Protocol::ALL {
            for back in Protocol::ALL {
                let certificate = front.is_secure().then(|| ARN.to_owned());
                let listener = Listener { certificate, instance_protocol: Some(back), ..Listener::new(front, 443, 80) };
                assert_eq!(listener.check().is_ok(), front.layer() == back.layer(), "{front} {back}");
            }
        }
    }

    #[test]
    fn listeners_side_by_side_share_no_port_and_agree_on_encryption() {
        let plain =
            |port| Listener { instance_protocol: Some(Protocol::Http), ..Listener::new(Protocol::Http, port, 80) };
        assert!(check_listeners(&[]).is_err());
        assert!(check_listeners(&[plain(80), plain(81)]).is_ok());
        assert!(check_listeners(&[plain(80), plain(81), plain(80)]).is_err());
        let encrypted = Listener { instance_protocol: Some(Protocol::Https), ..secure(Protocol::Https) };
        assert!(check_listeners(&[plain(80), encrypted.clone()]).is_err());
        assert!(check_listeners(&[plain(80), Listener { instance_port: 8443, ..encrypted }]).is_ok());
    }
}
