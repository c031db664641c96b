//! Health checks of which only a part changes. The API sets them as a whole.

use super::health_check::{HealthCheck, HealthTarget};
use super::invalid::Invalid;

/// What to change of a health check; what is none keeps its value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HealthCheckChanges {
    /// What is asked of an instance.
    pub target: Option<HealthTarget>,
    /// Seconds between two checks of an instance, 5 to 300.
    pub interval: Option<u16>,
    /// Seconds after which silence is a failure, 2 to 60 and less than the interval.
    pub timeout: Option<u16>,
    /// How many successes in a row make an instance healthy, 2 to 10.
    pub healthy_threshold: Option<u16>,
    /// How many failures in a row make it unhealthy, 2 to 10.
    pub unhealthy_threshold: Option<u16>,
}

impl HealthCheckChanges {
    /// Checks what can be checked without the present health check.
    ///
    /// # Errors
    /// What is wrong, and what is allowed; also when there is nothing to change.
    pub fn check(&self) -> Result<(), Invalid> {
        if *self == Self::default() {
            return Err(Invalid::new("there is nothing of the health check to change", "give at least one part of it"));
        }
        // One that allows whatever these changes allow: any timeout below 60 s goes with an interval of 300 s, and
        // one of 2 s with any interval.
        let target = HealthTarget { protocol: super::protocol::Protocol::Tcp, port: 1, path: None };
        let widest = HealthCheck { interval: 300, timeout: 2, ..HealthCheck::new(target) };
        self.apply(Some(&widest)).map(drop)
    }

    /// Whether all of it is given, so that the present health check need not be known.
    pub fn is_complete(&self) -> bool {
        let Self { target, interval, timeout, healthy_threshold, unhealthy_threshold } = self;
        target.is_some()
            && [interval, timeout, healthy_threshold, unhealthy_threshold].iter().all(|part| part.is_some())
    }

    /// The health check with these changes; the usual values where there is none yet.
    ///
    /// # Errors
    /// When it has no target, or what comes out is not allowed.
    pub fn apply(&self, present: Option<&HealthCheck>) -> Result<HealthCheck, Invalid> {
        let base = match (present, &self.target) {
            (Some(present), _) => present.clone(),
            (None, Some(target)) => HealthCheck::new(target.clone()),
            (None, None) => {
                return Err(Invalid::new("there is no health check yet, and no target for one", "give a target"));
            }
        };
        let check = HealthCheck {
            target: self.target.clone().unwrap_or(base.target),
            interval: self.interval.unwrap_or(base.interval),
            timeout: self.timeout.unwrap_or(base.timeout),
            healthy_threshold: self.healthy_threshold.unwrap_or(base.healthy_threshold),
            unhealthy_threshold: self.unhealthy_threshold.unwrap_or(base.unhealthy_threshold),
        };
        check.check()?;
        Ok(check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present() -> HealthCheck {
        HealthCheck { interval: 10, timeout: 4, ..HealthCheck::new("HTTP:80/".parse().unwrap()) }
    }

    fn interval(seconds: u16) -> HealthCheckChanges {
        HealthCheckChanges { interval: Some(seconds), ..HealthCheckChanges::default() }
    }

    fn timeout(seconds: u16) -> HealthCheckChanges {
        HealthCheckChanges { timeout: Some(seconds), ..HealthCheckChanges::default() }
    }

    #[test]
    fn what_is_not_given_keeps_its_value() {
        let changed = interval(20).apply(Some(&present())).unwrap();
        assert_eq!(changed, HealthCheck { interval: 20, ..present() });
        let target = HealthCheckChanges { target: Some("tcp:81".parse().unwrap()), ..HealthCheckChanges::default() };
        let changed = target.apply(Some(&present())).unwrap();
        assert_eq!(changed, HealthCheck { target: "TCP:81".parse().unwrap(), ..present() });
        assert_eq!(target.apply(None).unwrap(), HealthCheck::new("TCP:81".parse().unwrap()));
    }

    #[test]
    fn what_cannot_be_right_is_told_without_the_present_values() {
        for wrong in [HealthCheckChanges::default(), interval(4), interval(301), timeout(1), timeout(61)] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
        let both = HealthCheckChanges { timeout: Some(10), ..interval(10) };
        assert!(both.check().is_err());
        for right in [interval(5), interval(300), timeout(2), timeout(60)] {
            assert_eq!(right.check(), Ok(()), "{right:?}");
        }
    }

    #[test]
    fn what_does_not_fit_the_present_values_is_told_with_them() {
        assert_eq!(timeout(10).check(), Ok(()));
        assert!(timeout(10).apply(Some(&present())).unwrap_err().message.contains("interval of 10 s"));
        assert!(interval(20).apply(None).unwrap_err().remedy.contains("target"));
    }

    #[test]
    fn a_complete_change_needs_no_present_one() {
        let HealthCheck { target, interval, timeout, healthy_threshold, unhealthy_threshold } = present();
        let complete = HealthCheckChanges {
            target: Some(target),
            interval: Some(interval),
            timeout: Some(timeout),
            healthy_threshold: Some(healthy_threshold),
            unhealthy_threshold: Some(unhealthy_threshold),
        };
        assert!(complete.is_complete());
        assert!(!HealthCheckChanges { interval: None, ..complete }.is_complete());
    }
}
