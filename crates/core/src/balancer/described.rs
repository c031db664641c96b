//! A load balancer as AWS describes it (`LoadBalancerDescription`).

use jiff::Timestamp;
use serde::Serialize;

use super::health_check::HealthCheck;
use super::listener::Listener;

/// A load balancer as AWS describes it (`DescribeLoadBalancers`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LoadBalancer {
    /// Its name.
    pub name: String,
    /// The DNS name that clients use.
    pub dns_name: String,
    /// The DNS name, once more: for alias records of Route 53.
    pub canonical_hosted_zone_name: Option<String>,
    /// The id of the hosted zone of Route 53 that the DNS name is in.
    pub canonical_hosted_zone_id: Option<String>,
    /// What it listens on.
    pub listeners: Vec<DescribedListener>,
    /// The zones it is in.
    pub zones: Vec<String>,
    /// The subnets it is in.
    pub subnets: Vec<String>,
    /// The VPC it is in.
    pub vpc: Option<String>,
    /// The ids of the registered instances.
    pub instances: Vec<String>,
    /// How it finds out which instances are healthy; none where AWS does not say.
    pub health_check: Option<HealthCheck>,
    /// Who can reach it: `internet-facing` or `internal`.
    pub scheme: Option<String>,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// The group that the instances can let in.
    pub source_security_group: Option<SourceSecurityGroup>,
    /// Its policies by kind.
    pub policies: Policies,
    /// The ports of the instances that have policies.
    pub backend_servers: Vec<BackendServer>,
    /// When it was created.
    pub created: Option<Timestamp>,
}

/// A listener and its policies (`ListenerDescription`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DescribedListener {
    /// The listener.
    #[serde(flatten)]
    pub listener: Listener,
    /// The names of its policies.
    pub policies: Vec<String>,
}

/// The security group that the load balancer's own requests come from (`SourceSecurityGroup`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceSecurityGroup {
    /// The account it belongs to.
    pub owner: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// The policies of a load balancer by kind (`Policies`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Policies {
    /// Stickiness by a cookie of the application.
    pub app_cookie: Vec<AppCookiePolicy>,
    /// Stickiness by a cookie of the load balancer.
    pub lb_cookie: Vec<LbCookiePolicy>,
    /// The names of all others.
    pub other: Vec<String>,
}

/// A session lasts as long as the application's own cookie (`AppCookieStickinessPolicy`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppCookiePolicy {
    /// The name of the policy.
    pub name: String,
    /// The name of the cookie.
    pub cookie: String,
}

/// A session lasts as long as a cookie of the load balancer (`LBCookieStickinessPolicy`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LbCookiePolicy {
    /// The name of the policy.
    pub name: String,
    /// How many seconds it lasts; none or 0 for as long as the browser is open.
    pub expiration_seconds: Option<u64>,
}

/// A port of the instances and its policies (`BackendServerDescription`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackendServer {
    /// The port.
    pub port: u16,
    /// The names of the policies.
    pub policies: Vec<String>,
}

/// A quota of the account for classic load balancers (`Limit` of `DescribeAccountLimits`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountLimit {
    /// Its name, such as `classic-load-balancers`.
    pub name: String,
    /// The most that there may be.
    pub max: String,
}
