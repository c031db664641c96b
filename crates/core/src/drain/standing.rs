//! What load balancers say of a node, in one vocabulary for both kinds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a node stands in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It gets requests.
    InService,
    /// It is registered and has still to pass its first health checks.
    Starting,
    /// It is registered and fails its health checks.
    Unhealthy,
    /// It is registered and gets requests unchecked: the group has no health checks.
    Unchecked,
    /// It is registered and gets no requests, whatever its health: no load balancer uses the group, its zone is not
    /// enabled, or it is stopped.
    Idle,
    /// It is being deregistered; requests under way may end.
    Draining,
    /// It is not registered.
    Out,
    /// The load balancer or the target group does not exist.
    Gone,
    /// The load balancer cannot tell.
    Unknown,
}

impl Standing {
    /// Whether the node is registered and not on its way out. What cannot be told counts as registered.
    pub fn is_registered(self) -> bool {
        !matches!(self, Self::Draining | Self::Out | Self::Gone)
    }

    /// Whether requests come in.
    pub fn is_serving(self) -> bool {
        matches!(self, Self::InService | Self::Unchecked)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InService => "in service",
            Self::Starting => "starting",
            Self::Unhealthy => "unhealthy",
            Self::Unchecked => "in service unchecked",
            Self::Idle => "registered without requests",
            Self::Draining => "draining",
            Self::Out => "not registered",
            Self::Gone => "gone with its load balancer",
            Self::Unknown => "unknown",
        })
    }
}

/// What was seen of a node in one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Observation {
    /// How it stands.
    pub standing: Standing,
    /// AWS's word for the state; empty where AWS said nothing.
    pub state: String,
    /// AWS's reason code; may be empty.
    pub reason: String,
    /// AWS's description; may be empty.
    pub description: String,
}

impl Observation {
    /// What `DescribeInstanceHealth` says (API 2012-06-01, `InstanceState`). While an instance is deregistered it is
    /// still `InService`; only the description, whose messages are documented, tells.
    pub fn classic(state: &str, reason: &str, description: &str) -> Self {
        Self::new(classic_standing(state, description), state, reason, description)
    }

    /// What `DescribeTargetHealth` says (API 2015-12-01, `TargetHealth`).
    pub fn target(state: &str, reason: &str, description: &str) -> Self {
        Self::new(target_standing(state, reason), state, reason, description)
    }

    /// The node is not in the list.
    pub fn absent() -> Self {
        Self::new(Standing::Out, "", "", "")
    }

    /// The load balancer or the target group does not exist.
    pub fn gone() -> Self {
        Self::new(Standing::Gone, "", "", "")
    }

    fn new(standing: Standing, state: &str, reason: &str, description: &str) -> Self {
        let said = |text: &str| if text == "N/A" { String::new() } else { text.to_owned() };
        Self { standing, state: state.to_owned(), reason: said(reason), description: said(description) }
    }
}

impl fmt::Display for Observation {
    /// Such as `unhealthy: Request timed out (Target.Timeout)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.standing)?;
        match (self.description.as_str(), self.reason.as_str()) {
            ("", "") => Ok(()),
            ("", only) | (only, "") => write!(f, ": {only}"),
            (description, reason) => write!(f, ": {description} ({reason})"),
        }
    }
}

/// A description can hold several of the documented messages.
fn classic_standing(state: &str, description: &str) -> Standing {
    let says = |message: &str| description.contains(message);
    if says("deregistration currently in progress") {
        return Standing::Draining;
    }
    if says("not currently registered with the LoadBalancer") {
        return Standing::Out;
    }
    let starting = says("registration is still in progress")
        || says("not passed the configured HealthyThreshold")
        || says("in pending state");
    let idle = says("LoadBalancer is not configured to route traffic")
        || says("Disable Availability Zone is currently in progress")
        || says("in stopped state")
        || says("in terminated state");
    match state {
        "InService" => Standing::InService,
        _ if starting => Standing::Starting,
        _ if idle => Standing::Idle,
        "OutOfService" => Standing::Unhealthy,
        _ => Standing::Unknown,
    }
}

fn target_standing(state: &str, reason: &str) -> Standing {
    match (state, reason) {
        ("healthy", _) => Standing::InService,
        ("initial", _) => Standing::Starting,
        ("unhealthy" | "unhealthy.draining", _) => Standing::Unhealthy,
        ("draining", _) => Standing::Draining,
        ("unused", "Target.NotRegistered") => Standing::Out,
        ("unused", _) => Standing::Idle,
        ("unavailable", "Target.HealthCheckDisabled") => Standing::Unchecked,
        _ => Standing::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_states_of_classic_load_balancers() {
        for (state, description, standing) in [
            ("InService", "N/A", Standing::InService),
            ("InService", "Instance deregistration currently in progress.", Standing::Draining),
            ("OutOfService", "Instance is not currently registered with the LoadBalancer.", Standing::Out),
            ("OutOfService", "Instance registration is still in progress.", Standing::Starting),
            (
                "OutOfService",
                "Instance has not passed the configured HealthyThreshold number of health checks consecutively.",
                Standing::Starting,
            ),
            (
                "OutOfService",
                "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
                Standing::Unhealthy,
            ),
            ("OutOfService", "Instance is in stopped state.", Standing::Idle),
            (
                "OutOfService",
                "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic \
                 to.",
                Standing::Idle,
            ),
            ("Unknown", "A transient error occurred. Please try again later.", Standing::Unknown),
        ] {
            assert_eq!(Observation::classic(state, "ELB", description).standing, standing, "{state}: {description}");
        }
    }

    #[test]
    fn the_documented_states_of_targets() {
        for (state, reason, standing) in [
            ("healthy", "", Standing::InService),
            ("initial", "Elb.RegistrationInProgress", Standing::Starting),
            ("initial", "Elb.InitialHealthChecking", Standing::Starting),
            ("unhealthy", "Target.Timeout", Standing::Unhealthy),
            ("unhealthy.draining", "Target.FailedHealthChecks", Standing::Unhealthy),
            ("draining", "Target.DeregistrationInProgress", Standing::Draining),
            ("unused", "Target.NotRegistered", Standing::Out),
            ("unused", "Target.NotInUse", Standing::Idle),
            ("unused", "Target.InvalidState", Standing::Idle),
            ("unused", "Target.IpUnusable", Standing::Idle),
            ("unavailable", "Target.HealthCheckDisabled", Standing::Unchecked),
            ("unavailable", "Elb.InternalError", Standing::Unknown),
            ("brand-new", "", Standing::Unknown),
        ] {
            assert_eq!(Observation::target(state, reason, "").standing, standing, "{state} {reason}");
        }
    }

    #[test]
    fn an_observation_reads_as_a_sentence() {
        let seen = Observation::target("unhealthy", "Target.Timeout", "Request timed out");
        assert_eq!(seen.to_string(), "unhealthy: Request timed out (Target.Timeout)");
        assert_eq!(Observation::classic("InService", "N/A", "N/A").to_string(), "in service");
        assert_eq!(Observation::absent().to_string(), "not registered");
    }
}
