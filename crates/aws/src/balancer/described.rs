//! What AWS says of a load balancer, in our types. Texts lose their control characters; numbers that cannot be are
//! errors.

use aws_sdk_elasticloadbalancing::types;
use aws_smithy_types::DateTime;
use bellwether_core::balancer::{
    AppCookiePolicy, BackendServer, DescribedListener, HealthCheck, LbCookiePolicy, Listener, LoadBalancer, Policies,
    SourceSecurityGroup,
};
use jiff::Timestamp;

use crate::text::{one_line, shown};

pub(super) fn load_balancer(described: &types::LoadBalancerDescription) -> Result<LoadBalancer, String> {
    let name = text(described.load_balancer_name());
    let of_this = |why: String| format!("of '{}': {why}", shown(&name));
    let listeners = described.listener_descriptions().iter().map(listener).collect::<Result<_, _>>();
    let backend_servers = described.backend_server_descriptions().iter().map(backend_server).collect::<Result<_, _>>();
    let health_check = described.health_check().filter(|check| !check.target().is_empty()).map(health_check);
    Ok(LoadBalancer {
        dns_name: text(described.dns_name()),
        canonical_hosted_zone_name: some_text(described.canonical_hosted_zone_name()),
        canonical_hosted_zone_id: some_text(described.canonical_hosted_zone_name_id()),
        listeners: listeners.map_err(of_this)?,
        zones: texts(described.availability_zones()),
        subnets: texts(described.subnets()),
        vpc: some_text(described.vpc_id()),
        instances: instance_ids(described.instances()),
        health_check: health_check.transpose().map_err(of_this)?,
        scheme: some_text(described.scheme()),
        security_groups: texts(described.security_groups()),
        source_security_group: described.source_security_group().map(source_security_group),
        policies: described.policies().map(policies).transpose().map_err(of_this)?.unwrap_or_default(),
        backend_servers: backend_servers.map_err(of_this)?,
        created: described.created_time().and_then(timestamp),
        name,
    })
}

pub(super) fn health_check(check: &types::HealthCheck) -> Result<HealthCheck, String> {
    Ok(HealthCheck {
        target: check.target().parse().map_err(|error| format!("the health check: {error}"))?,
        interval: number("the interval", check.interval())?,
        timeout: number("the timeout", check.timeout())?,
        healthy_threshold: number("the healthy threshold", check.healthy_threshold())?,
        unhealthy_threshold: number("the unhealthy threshold", check.unhealthy_threshold())?,
    })
}

pub(super) fn instance_ids(instances: &[types::Instance]) -> Vec<String> {
    instances.iter().filter_map(|instance| some_text(instance.instance_id())).collect()
}

/// A number that has only 16 bits wherever it makes sense.
pub(super) fn number(what: &str, number: i32) -> Result<u16, String> {
    u16::try_from(number).map_err(|_| format!("{what} cannot be {number}"))
}

pub(super) fn text(text: Option<&str>) -> String {
    one_line(text.unwrap_or_default())
}

pub(super) fn some_text(given: Option<&str>) -> Option<String> {
    given.filter(|given| !given.is_empty()).map(one_line)
}

pub(super) fn texts(given: &[String]) -> Vec<String> {
    given.iter().map(|given| one_line(given)).collect()
}

fn listener(described: &types::ListenerDescription) -> Result<DescribedListener, String> {
    let listener = described.listener().ok_or("a listener that is described without itself")?;
    let protocol = |text: &str| text.parse().map_err(|error| format!("a listener: {error}"));
    Ok(DescribedListener {
        listener: Listener {
            protocol: protocol(listener.protocol())?,
            port: number("the port of a listener", listener.load_balancer_port())?,
            instance_protocol: listener.instance_protocol().map(protocol).transpose()?,
            instance_port: number("the port on the instances", listener.instance_port())?,
            certificate: some_text(listener.ssl_certificate_id()),
        },
        policies: texts(described.policy_names()),
    })
}

fn backend_server(described: &types::BackendServerDescription) -> Result<BackendServer, String> {
    Ok(BackendServer {
        port: number("the port on the instances", described.instance_port().unwrap_or_default())?,
        policies: texts(described.policy_names()),
    })
}

fn source_security_group(group: &types::SourceSecurityGroup) -> SourceSecurityGroup {
    SourceSecurityGroup { owner: some_text(group.owner_alias()), name: some_text(group.group_name()) }
}

fn policies(policies: &types::Policies) -> Result<Policies, String> {
    let app_cookie = |policy: &types::AppCookieStickinessPolicy| AppCookiePolicy {
        name: text(policy.policy_name()),
        cookie: text(policy.cookie_name()),
    };
    Ok(Policies {
        app_cookie: policies.app_cookie_stickiness_policies().iter().map(app_cookie).collect(),
        lb_cookie: policies.lb_cookie_stickiness_policies().iter().map(lb_cookie).collect::<Result<_, _>>()?,
        other: texts(policies.other_policies()),
    })
}

fn lb_cookie(policy: &types::LbCookieStickinessPolicy) -> Result<LbCookiePolicy, String> {
    let seconds = policy.cookie_expiration_period().map(u64::try_from).transpose();
    let expiration_seconds = seconds.map_err(|_| "a cookie cannot expire before it begins".to_owned())?;
    Ok(LbCookiePolicy { name: text(policy.policy_name()), expiration_seconds })
}

fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
