//! Classic load balancers: their settings and the life of their instances.

use std::time::Duration;

use super::check::Check;

/// The settings of a classic load balancer.
#[derive(Debug, Clone)]
pub struct Classic {
    /// Its health check.
    pub check: Check,
    /// The timeout of its connection draining in seconds; none when that is not enabled.
    pub draining: Option<u32>,
    /// How long an instance takes to be in service.
    pub starts_for: Duration,
}

impl Default for Classic {
    fn default() -> Self {
        Self { check: Check::default(), draining: Some(300), starts_for: Duration::from_secs(30) }
    }
}

/// An instance of a classic load balancer.
#[derive(Debug, Clone)]
pub struct InstanceHealth {
    /// The instance id.
    pub instance: String,
    /// `InService`, `OutOfService` or `Unknown`.
    pub state: String,
    /// `ELB`, `Instance` or `N/A`.
    pub reason: String,
    /// Why it is in this state.
    pub description: String,
    /// What becomes of it, and when.
    pub(super) then: Option<(Duration, Fate)>,
}

/// What becomes of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    InService,
    Out,
}

impl InstanceHealth {
    /// An instance in this state, with the reason AWS gives most often.
    pub fn new(instance: &str, state: &str) -> Self {
        let (reason, description) = match state {
            "OutOfService" => (
                "Instance",
                "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
            ),
            "Unknown" => ("ELB", "Instance registration is still in progress."),
            _ => ("N/A", "N/A"),
        };
        Self {
            instance: instance.to_owned(),
            state: state.to_owned(),
            reason: reason.to_owned(),
            description: description.to_owned(),
            then: None,
        }
    }

    /// One that has just been registered.
    pub(super) fn registered(instance: &str, in_service_at: Duration) -> Self {
        Self {
            instance: instance.to_owned(),
            state: "OutOfService".to_owned(),
            reason: "ELB".to_owned(),
            description: "Instance registration is still in progress.".to_owned(),
            then: Some((in_service_at, Fate::InService)),
        }
    }

    /// It keeps its state while requests under way may end; only the description tells.
    pub(super) fn deregister(&mut self, out_at: Duration) {
        "Instance deregistration currently in progress.".clone_into(&mut self.description);
        self.then = Some((out_at, Fate::Out));
    }

    pub(super) fn is_draining(&self) -> bool {
        matches!(self.then, Some((_, Fate::Out)))
    }

    /// Whether it is still there at this time.
    pub(super) fn live_to(&mut self, now: Duration) -> bool {
        match self.then {
            Some((at, fate)) if now >= at => {
                *self = Self::new(&self.instance, "InService");
                fate == Fate::InService
            }
            _ => true,
        }
    }
}
