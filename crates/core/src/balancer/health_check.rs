//! Health checks: what is asked of an instance, how often, and how many answers decide.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Serialize;

use super::invalid::{Invalid, check_range};
use super::listener::check_port;
use super::listener_text::parse_port;
use super::protocol::Protocol;

/// The longest target, in 16-bit units of UTF-16 as AWS counts them.
const LONGEST_TARGET: usize = 1_024;

const INTERVAL: RangeInclusive<u16> = 5..=300;
const TIMEOUT: RangeInclusive<u16> = 2..=60;
const THRESHOLD: RangeInclusive<u16> = 2..=10;

const FORM: &str = "write tcp:PORT, ssl:PORT, http:PORT/PATH or https:PORT/PATH, such as http:8080/health";

/// What a health check asks of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HealthTarget {
    /// How it asks.
    pub protocol: Protocol,
    /// The port on the instance, 1 to 65535.
    pub port: u16,
    /// The path of HTTP and HTTPS, from its first slash; none for TCP and SSL.
    pub path: Option<String>,
}

/// How a load balancer finds out which instances are healthy (`HealthCheck` of the API reference).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct HealthCheck {
    /// What is asked of an instance.
    pub target: HealthTarget,
    /// Seconds between two checks of an instance, 5 to 300.
    pub interval: u16,
    /// Seconds after which silence is a failure, 2 to 60 and less than `interval`.
    pub timeout: u16,
    /// How many successes in a row make an instance healthy, 2 to 10.
    pub healthy_threshold: u16,
    /// How many failures in a row make it unhealthy, 2 to 10.
    pub unhealthy_threshold: u16,
}

impl HealthCheck {
    /// A check of this target every 30 s with a timeout of 5 s; 3 successes and 5 failures decide.
    pub const fn new(target: HealthTarget) -> Self {
        Self { target, interval: 30, timeout: 5, healthy_threshold: 3, unhealthy_threshold: 5 }
    }

    /// Checks it against the ranges of the API reference.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), Invalid> {
        self.target.check()?;
        check_range("the interval of a health check", self.interval, &INTERVAL, " s")?;
        check_range("the timeout of a health check", self.timeout, &TIMEOUT, " s")?;
        check_range("the healthy threshold", self.healthy_threshold, &THRESHOLD, " checks")?;
        check_range("the unhealthy threshold", self.unhealthy_threshold, &THRESHOLD, " checks")?;
        if self.timeout < self.interval {
            return Ok(());
        }
        Err(Invalid::new(
            format!("the timeout of {} s is not below the interval of {} s", self.timeout, self.interval),
            "give a timeout that is shorter than the interval",
        ))
    }
}

impl HealthTarget {
    /// Checks it against the API reference.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), Invalid> {
        check_port("the port of a health check", self.port)?;
        let Self { protocol, path, .. } = self;
        match (path, protocol.layer()) {
            (None, 7) => Err(Invalid::new(format!("a health check by {protocol} has no path"), FORM)),
            (Some(_), 4) => Err(Invalid::new(format!("a health check by {protocol} cannot have a path"), FORM)),
            (Some(path), _) => self.check_path(path),
            (None, _) => Ok(()),
        }
    }

    fn check_path(&self, path: &str) -> Result<(), Invalid> {
        if !path.starts_with('/') || path.chars().any(char::is_control) {
            return Err(Invalid::text(path, "path of a health check", "start it with / and write it on one line"));
        }
        let units = self.to_string().encode_utf16().count();
        match units <= LONGEST_TARGET {
            true => Ok(()),
            false => Err(Invalid::new(
                format!("the target of a health check cannot have {units} characters"),
                format!("shorten the path, so that there are at most {LONGEST_TARGET}"),
            )),
        }
    }
}

impl fmt::Display for HealthTarget {
    /// As AWS writes it: `HTTP:8080/health`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}{}", self.protocol, self.port, self.path.as_deref().unwrap_or_default())
    }
}

impl FromStr for HealthTarget {
    type Err = Invalid;

    /// Reads and checks a target; the protocol in any case.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (protocol, rest) = text.split_once(':').ok_or_else(|| Invalid::text(text, "target", FORM))?;
        let (port, path) = match rest.find('/') {
            Some(place) => (&rest[..place], Some(rest[place..].to_owned())),
            None => (rest, None),
        };
        let target = Self { protocol: protocol.parse()?, port: parse_port(port)?, path };
        target.check()?;
        Ok(target)
    }
}

impl Serialize for HealthTarget {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn good() -> HealthCheck {
        HealthCheck::new("HTTP:8080/health".parse().unwrap())
    }

    #[test]
    fn targets_are_written_as_aws_writes_them() {
        for (text, written) in [
            ("tcp:80", "TCP:80"),
            ("SSL:65535", "SSL:65535"),
            ("http:80/", "HTTP:80/"),
            ("Https:1/a?b:c", "HTTPS:1/a?b:c"),
        ] {
            assert_eq!(text.parse::<HealthTarget>().unwrap().to_string(), written);
        }
        for text in [
            "",
            "80",
            "http",
            "http:",
            "http:80",
            "tcp:80/",
            "tcp:0",
            "udp:80",
            "http:80health",
            "http:x/",
            "http:80/a\nb",
        ] {
            assert!(text.parse::<HealthTarget>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_target_has_at_most_1024_units() {
        let target = |length: usize| format!("HTTP:80/{}", "x".repeat(length - 8)).parse::<HealthTarget>();
        assert!(target(1_024).is_ok());
        assert!(target(1_025).unwrap_err().to_string().contains("at most 1024"));
        // Outside the basic plane a character is two units.
        assert!(format!("HTTP:80/{}", "😀".repeat(508)).parse::<HealthTarget>().is_ok());
        assert!(format!("HTTP:80/{}", "😀".repeat(509)).parse::<HealthTarget>().is_err());
    }

    #[test]
    fn the_defaults_are_good() {
        let check = good();
        assert_eq!((check.interval, check.timeout), (30, 5));
        assert_eq!((check.healthy_threshold, check.unhealthy_threshold), (3, 5));
        assert_eq!(check.check(), Ok(()));
    }

    #[test]
    fn numbers_out_of_range_are_refused_with_the_range() {
        let cases = [
            (HealthCheck { interval: 4, timeout: 2, ..good() }, "5 to 300 s"),
            (HealthCheck { interval: 600, ..good() }, "5 to 300 s"),
            (HealthCheck { timeout: 1, ..good() }, "2 to 60 s"),
            (HealthCheck { timeout: 61, interval: 300, ..good() }, "2 to 60 s"),
            (HealthCheck { timeout: 30, ..good() }, "shorter than the interval"),
            (HealthCheck { healthy_threshold: 1, ..good() }, "2 to 10 checks"),
            (HealthCheck { unhealthy_threshold: 11, ..good() }, "2 to 10 checks"),
        ];
        for (check, allowed) in cases {
            let error = check.check().unwrap_err();
            assert!(error.remedy.contains(allowed), "{check:?}: {error}");
        }
        for (interval, timeout) in [(5, 4), (300, 60), (5, 2)] {
            let check = HealthCheck { interval, timeout, healthy_threshold: 2, unhealthy_threshold: 10, ..good() };
            assert_eq!(check.check(), Ok(()));
        }
    }

    proptest! {
        #[test]
        fn every_good_target_is_read_as_it_was_written(
            protocol in prop::sample::select(Protocol::ALL.to_vec()),
            port in 1..=u16::MAX,
            path in "/\\PC{0,100}",
        ) {
            let path = (protocol.layer() == 7).then_some(path);
            let target = HealthTarget { protocol, port, path };
            prop_assert_eq!(target.check(), Ok(()));
            prop_assert_eq!(target.to_string().parse::<HealthTarget>(), Ok(target));
        }

        #[test]
        fn exactly_the_numbers_in_range_are_good(
            interval in 0..400_u16,
            timeout in 0..80_u16,
            healthy_threshold in 0..13_u16,
            unhealthy_threshold in 0..13_u16,
        ) {
            let check = HealthCheck { interval, timeout, healthy_threshold, unhealthy_threshold, ..good() };
            let thresholds = [healthy_threshold, unhealthy_threshold].iter().all(|count| (2..11).contains(count));
            let times = (5..301).contains(&interval) && (2..61).contains(&timeout) && timeout < interval;
            prop_assert_eq!(check.check().is_ok(), thresholds && times);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".*", near in "(http|tcp):[0-9/:é]{0,12}") {
            for text in [text, near] {
                let _ = text.parse::<HealthTarget>();
            }
        }
    }
}
