//! The attributes of a load balancer (`LoadBalancerAttributes` of the API reference).

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Serialize;

use super::invalid::{Invalid, check_range};

/// The name of the additional attribute that [`DesyncMode`] is the value of.
pub const DESYNC_MODE: &str = "elb.http.desyncmitigationmode";

/// `ConnectionDraining`, as the user guide gives it.
const DRAINING_TIMEOUT: RangeInclusive<u16> = 1..=3_600;

/// The user guide's range. The API reference says 3600, which the service does not hold itself to.
const IDLE_TIMEOUT: RangeInclusive<u16> = 1..=4_000;

/// How many additional attributes a request may have, and how long a name or value may be (`AdditionalAttribute`).
const MOST_ADDITIONAL: usize = 10;
const LONGEST_ADDITIONAL: usize = 256;

/// Whether and where the load balancer keeps a log of its requests (`AccessLog`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AccessLog {
    /// Whether there is a log.
    pub enabled: bool,
    /// The S3 bucket it is put in; needed when it is enabled.
    pub bucket: Option<String>,
    /// The beginning of the names in the bucket.
    pub prefix: Option<String>,
    /// How many minutes each file covers: 5 or 60. AWS takes 60 when there is nothing.
    pub interval_minutes: Option<u16>,
}

/// Whether open connections may end in peace when an instance leaves (`ConnectionDraining`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ConnectionDraining {
    /// Whether they may.
    pub enabled: bool,
    /// For how many seconds, 1 to 3600. AWS takes 300 when there is nothing.
    pub timeout: Option<u16>,
}

/// What is done with requests that another server may understand otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DesyncMode {
    /// They are passed on and counted.
    Monitor,
    /// Those that are dangerous are refused or sent over a connection of their own. The default.
    Defensive,
    /// All that break RFC 7230 are refused.
    Strictest,
}

impl DesyncMode {
    /// The name as AWS writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monitor => "monitor",
            Self::Defensive => "defensive",
            Self::Strictest => "strictest",
        }
    }
}

impl fmt::Display for DesyncMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for DesyncMode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = [Self::Monitor, Self::Defensive, Self::Strictest].into_iter().find(|mode| mode.name() == text);
        found.ok_or_else(|| Invalid::text(text, "desync mitigation mode", "give monitor, defensive or strictest"))
    }
}

/// The attributes of a load balancer (`DescribeLoadBalancerAttributes`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Attributes {
    /// Whether requests are spread over the instances of all zones, rather than those of the zone they came in.
    pub cross_zone: bool,
    /// The log of requests.
    pub access_log: AccessLog,
    /// What happens to open connections when an instance leaves.
    pub connection_draining: ConnectionDraining,
    /// For how many seconds a connection may be idle; none where AWS does not say.
    pub idle_timeout: Option<u16>,
    /// All others, by name; [`DESYNC_MODE`] is one.
    pub additional: BTreeMap<String, String>,
}

impl Attributes {
    /// The desync mitigation mode; none where AWS gives none that is known here.
    pub fn desync_mode(&self) -> Option<DesyncMode> {
        self.additional.get(DESYNC_MODE)?.parse().ok()
    }
}

/// What to change of the attributes; what is none stays as it is (`ModifyLoadBalancerAttributes`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttributeChanges {
    /// Cross-zone load balancing.
    pub cross_zone: Option<bool>,
    /// The log of requests, as a whole.
    pub access_log: Option<AccessLog>,
    /// Connection draining, as a whole.
    pub connection_draining: Option<ConnectionDraining>,
    /// For how many seconds a connection may be idle, 1 to 4000.
    pub idle_timeout: Option<u16>,
    /// Others, by name.
    pub additional: BTreeMap<String, String>,
}

impl AttributeChanges {
    /// The same, and the desync mitigation mode.
    #[must_use]
    pub fn with_desync_mode(mut self, mode: DesyncMode) -> Self {
        self.additional.insert(DESYNC_MODE.to_owned(), mode.name().to_owned());
        self
    }

    /// Checks it against the API reference and the user guide.
    ///
    /// # Errors
    /// What is wrong, and what is allowed; also when there is nothing to change.
    pub fn check(&self) -> Result<(), Invalid> {
        if *self == Self::default() {
            return Err(Invalid::new("there is no attribute to change", "give at least one"));
        }
        if let Some(log) = &self.access_log {
            log.check()?;
        }
        if let Some(timeout) = self.connection_draining.and_then(|draining| draining.timeout) {
            check_range("the timeout of connection draining", timeout, &DRAINING_TIMEOUT, " s")?;
        }
        if let Some(timeout) = self.idle_timeout {
            check_range("the idle timeout", timeout, &IDLE_TIMEOUT, " s")?;
        }
        self.check_additional()
    }

    fn check_additional(&self) -> Result<(), Invalid> {
        let most = 0..=MOST_ADDITIONAL;
        check_range("the number of additional attributes", self.additional.len(), &most, "")?;
        let fits = |text: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
            (1..=LONGEST_ADDITIONAL).contains(&text.len()) && text.bytes().all(allowed)
        };
        for (name, value) in &self.additional {
            if !fits(name) || !fits(value) {
                let remedy = "give names and values of 1 to 256 letters, digits and dots";
                return Err(Invalid::text(&format!("{name}={value}"), "additional attribute", remedy));
            }
            if name == DESYNC_MODE {
                value.parse::<DesyncMode>()?;
            }
        }
        Ok(())
    }
}

impl AccessLog {
    /// Checks it against the API reference.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.enabled && self.bucket.as_deref().unwrap_or_default().is_empty() {
            return Err(Invalid::new("the access log has no bucket", "give the S3 bucket that it is put in"));
        }
        match self.interval_minutes {
            None | Some(5 | 60) => Ok(()),
            Some(other) => Err(Invalid::new(
                format!("the interval of the access log cannot be {other} minutes"),
                "give 5 or 60 minutes",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes() -> AttributeChanges {
        AttributeChanges::default()
    }

    fn draining(timeout: u16) -> AttributeChanges {
        let draining = ConnectionDraining { enabled: true, timeout: Some(timeout) };
        AttributeChanges { connection_draining: Some(draining), ..changes() }
    }

    fn log(bucket: Option<&str>, interval_minutes: Option<u16>) -> AttributeChanges {
        let bucket = bucket.map(str::to_owned);
        let log = AccessLog { enabled: true, bucket, prefix: None, interval_minutes };
        AttributeChanges { access_log: Some(log), ..changes() }
    }

    fn additional(name: &str, value: &str) -> AttributeChanges {
        AttributeChanges { additional: BTreeMap::from([(name.to_owned(), value.to_owned())]), ..changes() }
    }

    #[test]
    fn what_is_in_range_is_good() {
        let idle = |seconds| AttributeChanges { idle_timeout: Some(seconds), ..changes() };
        for good in [
            draining(1),
            draining(3_600),
            idle(1),
            idle(4_000),
            log(Some("logs"), None),
            log(Some("logs"), Some(5)),
            log(Some("logs"), Some(60)),
            AttributeChanges { access_log: Some(AccessLog::default()), ..changes() },
            AttributeChanges { cross_zone: Some(false), ..changes() },
            changes().with_desync_mode(DesyncMode::Strictest),
            additional("some.other", "1"),
        ] {
            assert_eq!(good.check(), Ok(()), "{good:?}");
        }
    }

    #[test]
    fn what_is_not_is_refused_with_what_is_allowed() {
        let idle = |seconds| AttributeChanges { idle_timeout: Some(seconds), ..changes() };
        for (bad, allowed) in [
            (changes(), "at least one"),
            (draining(0), "1 to 3600 s"),
            (draining(3_601), "1 to 3600 s"),
            (idle(0), "1 to 4000 s"),
            (idle(4_001), "1 to 4000 s"),
            (log(None, None), "S3 bucket"),
            (log(Some(""), None), "S3 bucket"),
            (log(Some("logs"), Some(30)), "5 or 60 minutes"),
            (additional(DESYNC_MODE, "lax"), "monitor, defensive or strictest"),
            (additional("a b", "c"), "letters, digits and dots"),
            (additional("a", ""), "letters, digits and dots"),
        ] {
            let error = bad.check().unwrap_err();
            assert!(error.remedy.contains(allowed), "{bad:?}: {error}");
        }
        let many = (0..11).map(|number| (format!("a{number}"), "b".to_owned())).collect();
        assert!(AttributeChanges { additional: many, ..changes() }.check().is_err());
    }

    #[test]
    fn the_desync_mode_is_found_among_the_additional_attributes() {
        let additional = changes().with_desync_mode(DesyncMode::Monitor).additional;
        let attributes = Attributes { additional, ..Attributes::default() };
        assert_eq!(attributes.desync_mode(), Some(DesyncMode::Monitor));
        assert_eq!(Attributes::default().desync_mode(), None);
    }
}
