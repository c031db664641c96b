//! The attributes of load balancers.

use aws_sdk_elasticloadbalancing::types;
use bellwether_core::balancer::{AccessLog, AttributeChanges, Attributes, BalancerName, ConnectionDraining};

use super::Balancers;
use super::described::{number, some_text, text};
use super::session::{elb, unwritable};
use crate::api_error::ApiError;

const READ: &str = "elasticloadbalancing:DescribeLoadBalancerAttributes";

impl Balancers {
    /// The attributes (`DescribeLoadBalancerAttributes`).
    ///
    /// # Errors
    /// When the load balancer does not exist, AWS refuses, or there is no answer.
    pub async fn attributes(&self, name: &BalancerName) -> Result<Attributes, ApiError> {
        let session = self.session().await?;
        let call = session.client.describe_load_balancer_attributes().load_balancer_name(name.as_str());
        let answer = call.send().await.map_err(session.failed(READ, elb(name)))?;
        let described = answer.load_balancer_attributes().ok_or_else(|| "it has no attributes".to_owned());
        described.and_then(attributes).map_err(session.unreadable(READ, elb(name)))
    }

    /// Changes attributes (`ModifyLoadBalancerAttributes`); what is not given stays.
    ///
    /// # Errors
    /// When there is nothing to change or a value is out of range (nothing is sent), AWS refuses, or there is no
    /// answer.
    pub async fn modify_attributes(&self, name: &BalancerName, changes: &AttributeChanges) -> Result<(), ApiError> {
        changes.check()?;
        let sent = to_sdk(changes)?;
        let session = self.session().await?;
        let call = session.client.modify_load_balancer_attributes().load_balancer_name(name.as_str());
        let answer = call.load_balancer_attributes(sent).send().await;
        answer.map_err(session.failed("elasticloadbalancing:ModifyLoadBalancerAttributes", elb(name)))?;
        Ok(())
    }
}

fn attributes(described: &types::LoadBalancerAttributes) -> Result<Attributes, String> {
    let idle = described.connection_settings().map(|settings| number("the idle timeout", settings.idle_timeout()));
    let additional = described.additional_attributes().iter();
    Ok(Attributes {
        cross_zone: described.cross_zone_load_balancing().is_some_and(types::CrossZoneLoadBalancing::enabled),
        access_log: described.access_log().map(access_log).transpose()?.unwrap_or_default(),
        connection_draining: described.connection_draining().map(draining).transpose()?.unwrap_or_default(),
        idle_timeout: idle.transpose()?,
        additional: additional.map(|attribute| (text(attribute.key()), text(attribute.value()))).collect(),
    })
}

fn access_log(log: &types::AccessLog) -> Result<AccessLog, String> {
    let interval = log.emit_interval().map(|minutes| number("the interval of the access log", minutes));
    Ok(AccessLog {
        enabled: log.enabled(),
        bucket: some_text(log.s3_bucket_name()),
        prefix: some_text(log.s3_bucket_prefix()),
        interval_minutes: interval.transpose()?,
    })
}

fn draining(draining: &types::ConnectionDraining) -> Result<ConnectionDraining, String> {
    let timeout = draining.timeout().map(|seconds| number("the timeout of connection draining", seconds));
    Ok(ConnectionDraining { enabled: draining.enabled(), timeout: timeout.transpose()? })
}

fn to_sdk(changes: &AttributeChanges) -> Result<types::LoadBalancerAttributes, ApiError> {
    let cross_zone = |enabled| types::CrossZoneLoadBalancing::builder().enabled(enabled).build();
    let idle = |seconds: u16| types::ConnectionSettings::builder().idle_timeout(seconds.into()).build();
    let additional: Vec<_> = changes.additional.iter().map(to_sdk_additional).collect();
    Ok(types::LoadBalancerAttributes::builder()
        .set_cross_zone_load_balancing(changes.cross_zone.map(cross_zone))
        .set_access_log(changes.access_log.as_ref().map(to_sdk_access_log))
        .set_connection_draining(changes.connection_draining.map(to_sdk_draining))
        .set_connection_settings(changes.idle_timeout.map(idle).transpose().map_err(unwritable)?)
        .set_additional_attributes(Some(additional).filter(|additional| !additional.is_empty()))
        .build())
}

fn to_sdk_access_log(log: &AccessLog) -> types::AccessLog {
    types::AccessLog::builder()
        .enabled(log.enabled)
        .set_s3_bucket_name(log.bucket.clone())
        .set_s3_bucket_prefix(log.prefix.clone())
        .set_emit_interval(log.interval_minutes.map(i32::from))
        .build()
}

fn to_sdk_draining(draining: ConnectionDraining) -> types::ConnectionDraining {
    let timeout = draining.timeout.map(i32::from);
    types::ConnectionDraining::builder().enabled(draining.enabled).set_timeout(timeout).build()
}

fn to_sdk_additional((name, value): (&String, &String)) -> types::AdditionalAttribute {
    types::AdditionalAttribute::builder().key(name).value(value).build()
}
