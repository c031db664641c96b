//! Target groups: their settings and the life of their targets.

use std::collections::BTreeMap;
use std::time::Duration;

use super::check::Check;

/// The attribute that says how long a target drains.
const DELAY: &str = "deregistration_delay.timeout_seconds";

/// A target group.
#[derive(Debug, Clone)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// `instance`, `ip`, `lambda` or `alb`.
    pub target_type: String,
    /// Its targets; the same id may stand there with several ports.
    pub targets: Vec<Target>,
    /// Its protocol, such as `HTTP` or `TCP`.
    pub protocol: String,
    /// The port of targets that are registered without one.
    pub port: u16,
    /// Its health check; none when health checks are off.
    pub check: Option<Check>,
    /// The ARNs of the load balancers that use it.
    pub load_balancers: Vec<String>,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
    /// How long a registered target is `initial`.
    pub starts_for: Duration,
    /// What a registered target becomes: `healthy`, `unhealthy` or another state.
    pub becomes: &'static str,
    /// Whether registering a target does nothing while it is draining.
    pub deaf_while_draining: bool,
}

impl TargetGroup {
    /// A group of this ARN and type (`instance`, `ip`, `lambda` or `alb`) with these targets, and the usual settings.
    pub fn new(arn: &str, target_type: &str, targets: Vec<Target>) -> Self {
        Self {
            arn: arn.to_owned(),
            target_type: target_type.to_owned(),
            targets,
            protocol: "HTTP".to_owned(),
            port: 80,
            check: Some(Check::default()),
            load_balancers: Vec::new(),
            attributes: BTreeMap::from([(DELAY.to_owned(), "300".to_owned())]),
            starts_for: Duration::from_secs(30),
            becomes: "healthy",
            deaf_while_draining: true,
        }
    }

    /// Sets the deregistration delay, in seconds.
    pub fn set_delay(&mut self, seconds: u32) {
        self.attributes.insert(DELAY.to_owned(), seconds.to_string());
    }

    fn delay(&self) -> Duration {
        Duration::from_secs(self.attributes.get(DELAY).and_then(|text| text.parse().ok()).unwrap_or(300))
    }

    /// A target that is there already stays as it is, unless it is draining and the group not deaf.
    pub(super) fn register(&mut self, id: &str, port: u16, now: Duration) {
        let known = self.targets.iter().position(|target| target.id == id && target.port == port);
        let mut target = Target::new(id, port, "initial");
        target.then = Some((now + self.starts_for, Some(self.becomes)));
        match known {
            None => self.targets.push(target),
            Some(known) if self.targets[known].state == "draining" && !self.deaf_while_draining => {
                self.targets[known] = target;
            }
            Some(_) => {}
        }
    }

    /// A target that gets no requests, or that no time is given, is out at once; one that is not there is no error.
    pub(super) fn deregister(&mut self, id: &str, port: u16, now: Duration) {
        let out_at = now + self.delay();
        let keeps = !self.delay().is_zero();
        self.targets.retain_mut(|target| {
            if target.id != id || target.port != port || target.state == "draining" {
                return true;
            }
            let drains = keeps && target.state != "unused";
            *target = Target::new(id, port, "draining");
            target.then = Some((out_at, None));
            drains
        });
    }
}

/// A target of a target group.
#[derive(Debug, Clone)]
pub struct Target {
    /// An instance id, an address, or an ARN.
    pub id: String,
    /// The port.
    pub port: u16,
    /// `healthy`, `unhealthy`, `initial`, `draining`, `unused` or `unavailable`.
    pub state: String,
    /// The reason code, such as `Target.Timeout`; a healthy target has none.
    pub reason: Option<String>,
    /// The explanation; a healthy target has none.
    pub description: Option<String>,
    /// What becomes of it, and when; none for a target that leaves.
    pub(super) then: Option<(Duration, Option<&'static str>)>,
}

impl Target {
    /// A target in this state, with the reason AWS gives most often.
    pub fn new(id: &str, port: u16, state: &str) -> Self {
        let why = match state {
            "unhealthy" => Some(("Target.FailedHealthChecks", "Health checks failed")),
            "initial" => Some(("Elb.RegistrationInProgress", "Target registration is in progress")),
            "draining" => Some(("Target.DeregistrationInProgress", "Target deregistration is in progress")),
            "unused" => {
                Some(("Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"))
            }
            "unavailable" => Some(("Target.HealthCheckDisabled", "Health checks are not enabled for this target")),
            _ => None,
        };
        Self {
            id: id.to_owned(),
            port,
            state: state.to_owned(),
            reason: why.map(|(reason, _)| reason.to_owned()),
            description: why.map(|(_, description)| description.to_owned()),
            then: None,
        }
    }

    /// Whether it is still there at this time.
    pub(super) fn live_to(&mut self, now: Duration) -> bool {
        match self.then {
            Some((at, None)) if now >= at => false,
            Some((at, Some(state))) if now >= at => {
                *self = Self::new(&self.id, self.port, state);
                true
            }
            _ => true,
        }
    }
}
