//! What load balancers listen on.

use aws_sdk_elasticloadbalancing::types;
use bellwether_core::balancer::{BalancerName, Listener, check_certificate, check_listeners, check_port};

use super::Balancers;
use super::session::{check_some, elb, unwritable};
use crate::api_error::ApiError;

impl Balancers {
    /// Adds listeners (`CreateLoadBalancerListeners`). One that is there already and is the same stays.
    ///
    /// # Errors
    /// When a rule is broken (nothing is sent), a port is taken by another listener, AWS refuses, or there is no answer.
    pub async fn add_listeners(&self, name: &BalancerName, listeners: &[Listener]) -> Result<(), ApiError> {
        check_listeners(listeners)?;
        let listeners = to_sdk_listeners(listeners)?;
        let session = self.session().await?;
        let call = session.client.create_load_balancer_listeners().load_balancer_name(name.as_str());
        let answer = call.set_listeners(Some(listeners)).send().await;
        answer.map_err(session.failed("elasticloadbalancing:CreateLoadBalancerListeners", elb(name)))?;
        Ok(())
    }

    /// Removes the listeners on these ports (`DeleteLoadBalancerListeners`).
    ///
    /// # Errors
    /// When there is no port or one is 0 (nothing is sent), AWS refuses, or there is no answer.
    pub async fn remove_listeners(&self, name: &BalancerName, ports: &[u16]) -> Result<(), ApiError> {
        check_some(ports, "port to remove")?;
        for port in ports {
            check_port("the port of a listener", *port)?;
        }
        let session = self.session().await?;
        let ports = ports.iter().map(|port| i32::from(*port)).collect();
        let call = session.client.delete_load_balancer_listeners().load_balancer_name(name.as_str());
        let answer = call.set_load_balancer_ports(Some(ports)).send().await;
        answer.map_err(session.failed("elasticloadbalancing:DeleteLoadBalancerListeners", elb(name)))?;
        Ok(())
    }

    /// Replaces the certificate of the listener on this port (`SetLoadBalancerListenerSSLCertificate`).
    ///
    /// # Errors
    /// When the certificate is no ARN (nothing is sent), there is no such listener or certificate, AWS refuses, or
    /// there is no answer.
    pub async fn set_certificate(&self, name: &BalancerName, port: u16, certificate: &str) -> Result<(), ApiError> {
        check_port("the port of a listener", port)?;
        check_certificate(certificate)?;
        let session = self.session().await?;
        let call = session.client.set_load_balancer_listener_ssl_certificate().load_balancer_name(name.as_str());
        let answer = call.load_balancer_port(port.into()).ssl_certificate_id(certificate).send().await;
        answer.map_err(session.failed("elasticloadbalancing:SetLoadBalancerListenerSSLCertificate", elb(name)))?;
        Ok(())
    }
}

pub(super) fn to_sdk_listeners(listeners: &[Listener]) -> Result<Vec<types::Listener>, ApiError> {
    listeners.iter().map(to_sdk_listener).collect()
}

fn to_sdk_listener(listener: &Listener) -> Result<types::Listener, ApiError> {
    types::Listener::builder()
        .protocol(listener.protocol.name())
        .load_balancer_port(listener.port.into())
        .set_instance_protocol(listener.instance_protocol.map(|protocol| protocol.name().to_owned()))
        .instance_port(listener.instance_port.into())
        .set_ssl_certificate_id(listener.certificate.clone())
        .build()
        .map_err(unwritable)
}
