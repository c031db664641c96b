//! A target group as `DescribeTargetGroups` tells it.

use std::fmt;
use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::types;
use bellwether_core::drain::{CheckTiming, TargetGroupArn, Timing};
use serde::{Serialize, Serializer};

use crate::text::shown;

/// What kind of targets a group has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TargetType {
    /// EC2 instances, by id.
    Instance,
    /// IP addresses.
    Ip,
    /// A Lambda function.
    Lambda,
    /// An application load balancer behind a network load balancer.
    Alb,
    /// Something that the API reference does not know yet.
    Other(String),
}

impl TargetType {
    fn from_aws(text: &str) -> Self {
        match text {
            "instance" => Self::Instance,
            "ip" => Self::Ip,
            "lambda" => Self::Lambda,
            "alb" => Self::Alb,
            other => Self::Other(shown(other)),
        }
    }

    /// AWS's word for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Instance => "instance",
            Self::Ip => "ip",
            Self::Lambda => "lambda",
            Self::Alb => "alb",
            Self::Other(text) => text,
        }
    }

    /// Whether its targets are nodes.
    pub fn holds_nodes(&self) -> bool {
        matches!(self, Self::Instance | Self::Ip)
    }
}

impl fmt::Display for TargetType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for TargetType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The health check of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupHealthCheck {
    /// `HTTP`, `HTTPS` or `TCP`.
    pub protocol: Option<String>,
    /// A port, or `traffic-port` for the one that gets the requests.
    pub port: Option<String>,
    /// The path of HTTP and HTTPS.
    pub path: Option<String>,
    /// Seconds between two checks of a target.
    pub interval: u32,
    /// Seconds after which silence is a failure.
    pub timeout: u32,
    /// How many successes in a row make a target healthy.
    pub healthy_threshold: u32,
    /// How many failures in a row make it unhealthy.
    pub unhealthy_threshold: u32,
    /// The statuses of HTTP or gRPC that count as success, such as `200-299`.
    pub matcher: Option<String>,
}

/// A target group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: TargetGroupArn,
    /// Its name, unique in the region and account.
    pub name: String,
    /// How requests are passed on; none for functions.
    pub protocol: Option<String>,
    /// `HTTP1`, `HTTP2` or `GRPC`, for HTTP and HTTPS.
    pub protocol_version: Option<String>,
    /// The port of targets that are registered without one; none for functions.
    pub port: Option<u16>,
    /// What its targets are.
    pub target_type: TargetType,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: Option<String>,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Its health check; none when health checks are off.
    pub health_check: Option<GroupHealthCheck>,
    /// The ARNs of the load balancers that use it; none use it when there are none.
    pub load_balancers: Vec<String>,
}

impl TargetGroup {
    /// How long its targets take to get out and in, with its deregistration delay.
    pub fn timing(&self, delay: Duration) -> Timing {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let check = self.health_check.as_ref().map(|check| CheckTiming {
            interval: seconds(check.interval),
            timeout: seconds(check.timeout),
            healthy_threshold: check.healthy_threshold,
        });
        Timing::target_group(check, delay, self.is_of_network_balancer())
    }

    /// The protocols of application load balancers are HTTP and HTTPS, that of gateway load balancers is GENEVE.
    fn is_of_network_balancer(&self) -> bool {
        !matches!(self.protocol.as_deref(), None | Some("HTTP" | "HTTPS" | "GENEVE"))
    }

    pub(super) fn from_sdk(group: &types::TargetGroup) -> Result<Self, String> {
        let text = |text: Option<&str>| text.map(shown).filter(|text| !text.is_empty());
        let arn = group.target_group_arn().unwrap_or_default();
        Ok(Self {
            arn: arn.parse().map_err(|error| format!("{error}"))?,
            name: text(group.target_group_name()).ok_or("a group has no name")?,
            protocol: text(group.protocol().map(types::ProtocolEnum::as_str)),
            protocol_version: text(group.protocol_version()),
            port: group.port().map(port).transpose()?,
            target_type: TargetType::from_aws(group.target_type().map_or("instance", types::TargetTypeEnum::as_str)),
            ip_address_type: text(group.ip_address_type().map(types::TargetGroupIpAddressTypeEnum::as_str)),
            vpc: text(group.vpc_id()),
            health_check: group.health_check_enabled().unwrap_or(true).then(|| health_check(group)).transpose()?,
            load_balancers: group.load_balancer_arns().iter().map(|arn| shown(arn)).collect(),
        })
    }
}

/// A port as the API writes it.
pub(super) fn port(port: i32) -> Result<u16, String> {
    u16::try_from(port).map_err(|_| format!("{port} is no port"))
}

/// The defaults are those of `CreateTargetGroup`, for what an answer leaves out.
fn health_check(group: &types::TargetGroup) -> Result<GroupHealthCheck, String> {
    let number = |number: Option<i32>, default: u32| match number {
        Some(number) => u32::try_from(number).map_err(|_| format!("{number} is no setting of a health check")),
        None => Ok(default),
    };
    let matcher = group.matcher().and_then(|matcher| matcher.http_code().or(matcher.grpc_code()));
    Ok(GroupHealthCheck {
        protocol: group.health_check_protocol().map(|protocol| shown(protocol.as_str())),
        port: group.health_check_port().map(shown),
        path: group.health_check_path().map(shown),
        interval: number(group.health_check_interval_seconds(), 30)?,
        timeout: number(group.health_check_timeout_seconds(), 5)?,
        healthy_threshold: number(group.healthy_threshold_count(), 5)?,
        unhealthy_threshold: number(group.unhealthy_threshold_count(), 2)?,
        matcher: matcher.map(shown),
    })
}
