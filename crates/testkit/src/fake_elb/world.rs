//! What there is in the fake's account.

use std::collections::BTreeMap;

/// What there is in the fake's account.
#[derive(Debug, Clone)]
pub struct World {
    /// Classic load balancers: the health of their instances by name.
    pub load_balancers: BTreeMap<String, Vec<InstanceHealth>>,
    /// Target groups by name.
    pub target_groups: BTreeMap<String, TargetGroup>,
    /// Auto Scaling groups: their instances by name.
    pub auto_scaling_groups: BTreeMap<String, Vec<GroupInstance>>,
    /// EC2 instances.
    pub instances: Vec<Instance>,
    /// The account.
    pub account: String,
    /// The region target groups are in.
    pub region: String,
    /// How many items a page of an answer holds at most.
    pub page_size: usize,
    /// How many empty pages come before the first item; AWS allows itself some.
    pub leading_empty_pages: usize,
}

impl Default for World {
    fn default() -> Self {
        Self {
            load_balancers: BTreeMap::new(),
            target_groups: BTreeMap::new(),
            auto_scaling_groups: BTreeMap::new(),
            instances: Vec::new(),
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            page_size: 400,
            leading_empty_pages: 0,
        }
    }
}

impl World {
    /// Sets a classic load balancer: (instance, state), such as (`i-1`, `InService`).
    pub fn set_load_balancer(&mut self, name: &str, instances: &[(&str, &str)]) {
        let health = instances.iter().map(|(id, state)| InstanceHealth::new(id, state)).collect();
        self.load_balancers.insert(name.to_owned(), health);
    }

    /// Sets a target group and returns its ARN: (target, port, state), such as (`i-1`, 80, `healthy`). It is of type `ip`
    /// when a target is an address.
    pub fn set_target_group(&mut self, name: &str, targets: &[(&str, u16, &str)]) -> String {
        let target_type =
            if targets.iter().any(|(id, ..)| id.parse::<std::net::IpAddr>().is_ok()) { "ip" } else { "instance" };
        let arn = format!(
            "arn:aws:elasticloadbalancing:{}:{}:targetgroup/{name}/0123456789abcdef",
            self.region, self.account
        );
        let targets = targets.iter().map(|(id, port, state)| Target::new(id, *port, state)).collect();
        let group = TargetGroup { arn: arn.clone(), target_type: target_type.to_owned(), targets };
        self.target_groups.insert(name.to_owned(), group);
        arn
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
        }
    }
}

/// A target group.
#[derive(Debug, Clone)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// `instance`, `ip`, `lambda` or `alb`.
    pub target_type: String,
    /// Its targets; the same id may stand there with several ports.
    pub targets: Vec<Target>,
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
        }
    }
}

/// An instance of an Auto Scaling group.
#[derive(Debug, Clone)]
pub struct GroupInstance {
    /// The instance id.
    pub instance: String,
    /// Such as `InService`, `Standby` or `Terminating:Wait`.
    pub lifecycle: String,
    /// `Healthy` or `Unhealthy`.
    pub health: String,
}

impl GroupInstance {
    /// An instance in this state of life and health.
    pub fn new(instance: &str, lifecycle: &str, health: &str) -> Self {
        Self { instance: instance.to_owned(), lifecycle: lifecycle.to_owned(), health: health.to_owned() }
    }
}

/// An EC2 instance.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The instance id.
    pub id: String,
    /// `pending`, `running`, `shutting-down`, `terminated`, `stopping` or `stopped`.
    pub state: String,
    /// The private address, when it has one.
    pub private_ip: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Instance {
    /// An instance in this state with these tags.
    pub fn new(id: &str, state: &str, tags: &[(&str, &str)]) -> Self {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self { id: id.to_owned(), state: state.to_owned(), private_ip: Some("10.0.0.10".to_owned()), tags }
    }
}
