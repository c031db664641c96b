//! Classic load balancers, in the words of the API reference of version 2012-06-01: what they are made of, what of it
//! is allowed, and how it is written on a command line.
//!
//! Everything that goes to AWS is checked here first. What comes from AWS is taken as it is told: AWS may keep what
//! it would no longer accept.

mod attribute_text;
mod attributes;
mod described;
mod health_check;
mod health_check_changes;
mod ids;
mod instance_health;
mod invalid;
mod listener;
mod listener_text;
mod names;
mod new_balancer;
mod pattern;
mod policy;
mod protocol;
mod tag;
mod text_type;
mod time_text;

pub use attribute_text::{AttributeSetting, AttributeSettings, written_attributes};
pub use attributes::{AccessLog, AttributeChanges, Attributes, ConnectionDraining, DESYNC_MODE, DesyncMode};
pub use described::{
    AccountLimit, AppCookiePolicy, BackendServer, DescribedListener, LbCookiePolicy, LoadBalancer, Policies,
    SourceSecurityGroup,
};
pub use health_check::{HealthCheck, HealthTarget};
pub use health_check_changes::HealthCheckChanges;
pub use ids::{InstanceId, SecurityGroupId, SubnetId, ZoneName};
pub use instance_health::{InstanceHealth, InstanceState, explain_description, explain_reason_code};
pub use invalid::Invalid;
pub use listener::{Listener, check_certificate, check_listeners, check_port};
pub use listener_text::parse_elbadmin_listener;
pub use names::{BalancerName, PolicyName};
pub use new_balancer::{NewBalancer, Scheme};
pub use pattern::NamePattern;
pub use policy::{Cardinality, CookieName, Policy, PolicyAttribute, PolicyAttributeType, PolicyType};
pub use protocol::Protocol;
pub use tag::{Tag, TagKey, check_tags};
pub use time_text::{parse_minutes, parse_seconds};
