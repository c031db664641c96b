//! What there is in the fake's account.

use std::collections::BTreeMap;
use std::time::Duration;

use super::classic::{Classic, InstanceHealth};
use super::group::{Target, TargetGroup};

/// What there is in the fake's account.
#[derive(Debug, Clone)]
pub struct World {
    /// Classic load balancers: the health of their instances by name.
    pub load_balancers: BTreeMap<String, Vec<InstanceHealth>>,
    /// The settings of classic load balancers by name; the usual ones for those that are not in here.
    pub classic: BTreeMap<String, Classic>,
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
    /// The time in this account; it follows the clock of the fake.
    pub(super) now: Duration,
}

impl Default for World {
    fn default() -> Self {
        Self {
            load_balancers: BTreeMap::new(),
            classic: BTreeMap::new(),
            target_groups: BTreeMap::new(),
            auto_scaling_groups: BTreeMap::new(),
            instances: Vec::new(),
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            page_size: 400,
            leading_empty_pages: 0,
            now: Duration::ZERO,
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
        self.target_groups.insert(name.to_owned(), TargetGroup::new(&arn, target_type, targets));
        arn
    }

    /// The settings of a classic load balancer, to be changed.
    pub fn classic(&mut self, name: &str) -> &mut Classic {
        self.classic.entry(name.to_owned()).or_default()
    }

    /// A target group, to be changed.
    ///
    /// # Panics
    /// When there is none of this name.
    pub fn target_group(&mut self, name: &str) -> &mut TargetGroup {
        self.target_groups.get_mut(name).unwrap_or_else(|| panic!("there is no target group '{name}'"))
    }

    /// Lets time pass: what was to drain until now is out, what was to start until now is in.
    pub(super) fn pass_to(&mut self, now: Duration) {
        self.now = now;
        for instances in self.load_balancers.values_mut() {
            instances.retain_mut(|instance| instance.live_to(now));
        }
        for group in self.target_groups.values_mut() {
            group.targets.retain_mut(|target| target.live_to(now));
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
