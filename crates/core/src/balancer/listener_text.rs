//! How listeners are written: `PORT:INSTANCE-PORT/PROTOCOL[/INSTANCE-PROTOCOL][,CERTIFICATE-ARN]`, and the form that
//! elbadmin had.

use std::fmt;
use std::str::FromStr;

use super::invalid::Invalid;
use super::listener::Listener;
use super::protocol::Protocol;

const FORM: &str = "write PORT:INSTANCE-PORT/PROTOCOL[/INSTANCE-PROTOCOL][,CERTIFICATE-ARN], such as 80:8080/http or \
                    443:80/https/http,arn:aws:acm:...";

const ELBADMIN_FORM: &str = "write PORT,INSTANCE-PORT,PROTOCOL[,CERTIFICATE-ARN], such as 80,8080,http";

impl fmt::Display for Listener {
    /// As [`Listener::from_str`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.port, self.instance_port, self.protocol.name().to_ascii_lowercase())?;
        if let Some(protocol) = self.instance_protocol {
            write!(f, "/{}", protocol.name().to_ascii_lowercase())?;
        }
        match &self.certificate {
            Some(arn) => write!(f, ",{arn}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Listener {
    type Err = Invalid;

    /// Reads and checks a listener.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let malformed = || Invalid::text(text, "listener", FORM);
        let (rest, certificate) = match text.split_once(',') {
            Some((rest, arn)) => (rest, Some(arn.to_owned())),
            None => (text, None),
        };
        let (ports, protocols) = rest.split_once('/').ok_or_else(malformed)?;
        let (port, instance_port) = ports.split_once(':').ok_or_else(malformed)?;
        let (protocol, instance_protocol) = match protocols.split_once('/') {
            Some((front, back)) => (front.parse()?, Some(back.parse()?)),
            None => (protocols.parse()?, None),
        };
        let (port, instance_port) = (parse_port(port)?, parse_port(instance_port)?);
        let listener = Self { protocol, port, instance_protocol, instance_port, certificate };
        listener.check()?;
        Ok(listener)
    }
}

/// Reads and checks a listener as elbadmin's `-l` takes it: `PORT,INSTANCE-PORT,PROTOCOL[,CERTIFICATE-ARN]`. The
/// protocol towards the instances is left to AWS, as there.
///
/// # Errors
/// What is wrong, and what is allowed.
pub fn parse_elbadmin_listener(text: &str) -> Result<Listener, Invalid> {
    let parts: Vec<&str> = text.splitn(4, ',').map(str::trim).collect();
    let (port, instance_port, protocol, certificate) = match parts[..] {
        [port, instance_port, protocol] => (port, instance_port, protocol, None),
        [port, instance_port, protocol, arn] => (port, instance_port, protocol, Some(arn.to_owned())),
        _ => return Err(Invalid::text(text, "listener", ELBADMIN_FORM)),
    };
    let protocol: Protocol = protocol.parse()?;
    let listener = Listener { certificate, ..Listener::new(protocol, parse_port(port)?, parse_port(instance_port)?) };
    listener.check()?;
    Ok(listener)
}

/// Digits alone: the number parser would take a sign as well.
pub(super) fn parse_port(text: &str) -> Result<u16, Invalid> {
    let number = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let port = number.and_then(|text| text.parse().ok()).filter(|port| *port > 0);
    port.ok_or_else(|| Invalid::text(text, "port", "give 1 to 65535"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ARN: &str = "arn:aws:iam::123456789012:server-certificate/a/b,c";

    #[test]
    fn the_form_has_ports_protocols_and_a_certificate() {
        let plain: Listener = "80:8080/HTTP".parse().unwrap();
        assert_eq!(plain, Listener::new(Protocol::Http, 80, 8_080));
        let full: Listener = format!("443:80/https/http,{ARN}").parse().unwrap();
        assert_eq!((full.protocol, full.instance_protocol), (Protocol::Https, Some(Protocol::Http)));
        assert_eq!(full.certificate.as_deref(), Some(ARN));
    }

    #[test]
    fn what_is_not_of_the_form_is_refused_with_the_form() {
        for text in ["", "80", "80/http", "80:8080", "80:8080:http", "/", "80,8080,http"] {
            let error = text.parse::<Listener>().unwrap_err();
            assert!(error.to_string().contains("80:8080/http"), "{text}: {error}");
        }
        for text in
            [":/", "80:0/http", "80:65536/http", "+80:80/http", "80: 80/http", "80:80/udp", "80:80/http/tcp/ssl"]
        {
            assert!(text.parse::<Listener>().is_err(), "{text}");
        }
        for text in ["443:80/https", "443:80/https,", "80:80/http,arn:x", "80:80/http/tcp"] {
            assert!(text.parse::<Listener>().is_err(), "{text}");
        }
    }

    #[test]
    fn elbadmin_separates_by_commas() {
        assert_eq!(parse_elbadmin_listener("80, 8080 ,http").unwrap(), "80:8080/http".parse().unwrap());
        let secure = parse_elbadmin_listener(&format!("443,80,HTTPS,{ARN}")).unwrap();
        assert_eq!(secure.certificate.as_deref(), Some(ARN));
        for text in ["", "80", "80,8080", "80:8080/http", "443,80,ssl", "443,80,https,web", "a,80,http"] {
            assert!(parse_elbadmin_listener(text).is_err(), "{text}");
        }
    }

    fn protocol() -> impl Strategy<Value = Protocol> {
        prop::sample::select(Protocol::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn every_good_listener_is_read_as_it_was_written(
            protocol in protocol(),
            back in prop::option::of(protocol()),
            port in 1..=u16::MAX,
            instance_port in 1..=u16::MAX,
            rest in "[!-~]{0,40}",
        ) {
            let certificate = protocol.is_secure().then(|| format!("arn:{rest}"));
            let listener = Listener { protocol, port, instance_protocol: back, instance_port, certificate };
            prop_assume!(listener.check().is_ok());
            prop_assert_eq!(listener.to_string().parse::<Listener>(), Ok(listener));
        }

        #[test]
        fn no_text_makes_the_readers_panic(text in ".*", near in "[0-9:,/a-z+ -]{0,30}") {
            for text in [text, near] {
                let _ = text.parse::<Listener>();
                let _ = parse_elbadmin_listener(&text);
            }
        }
    }
}
