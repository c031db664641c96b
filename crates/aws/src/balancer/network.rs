//! Where load balancers are: zones, subnets and security groups.

use bellwether_core::balancer::{BalancerName, SecurityGroupId, SubnetId, ZoneName};

use super::Balancers;
use super::described;
use super::session::{check_some, elb, texts};
use crate::api_error::ApiError;

impl Balancers {
    /// Adds zones (`EnableAvailabilityZonesForLoadBalancer`) and returns all it is in then.
    ///
    /// # Errors
    /// When there is none (nothing is sent), AWS refuses, or there is no answer.
    pub async fn enable_zones(&self, name: &BalancerName, zones: &[ZoneName]) -> Result<Vec<String>, ApiError> {
        check_some(zones, "zone to enable")?;
        let session = self.session().await?;
        let call = session.client.enable_availability_zones_for_load_balancer().load_balancer_name(name.as_str());
        let answer = call.set_availability_zones(texts(zones, ZoneName::as_str)).send().await;
        let failed = session.failed("elasticloadbalancing:EnableAvailabilityZonesForLoadBalancer", elb(name));
        Ok(described::texts(answer.map_err(failed)?.availability_zones()))
    }

    /// Removes zones (`DisableAvailabilityZonesForLoadBalancer`) and returns those that are left. Instances in them
    /// get no more traffic and stay registered.
    ///
    /// # Errors
    /// When there is none (nothing is sent), it would be the last one, AWS refuses, or there is no answer.
    pub async fn disable_zones(&self, name: &BalancerName, zones: &[ZoneName]) -> Result<Vec<String>, ApiError> {
        check_some(zones, "zone to disable")?;
        let session = self.session().await?;
        let call = session.client.disable_availability_zones_for_load_balancer().load_balancer_name(name.as_str());
        let answer = call.set_availability_zones(texts(zones, ZoneName::as_str)).send().await;
        let failed = session.failed("elasticloadbalancing:DisableAvailabilityZonesForLoadBalancer", elb(name));
        Ok(described::texts(answer.map_err(failed)?.availability_zones()))
    }

    /// Adds subnets (`AttachLoadBalancerToSubnets`) and returns all it is in then.
    ///
    /// # Errors
    /// When there is none (nothing is sent), one does not exist, AWS refuses, or there is no answer.
    pub async fn attach_subnets(&self, name: &BalancerName, subnets: &[SubnetId]) -> Result<Vec<String>, ApiError> {
        check_some(subnets, "subnet to attach")?;
        let session = self.session().await?;
        let call = session.client.attach_load_balancer_to_subnets().load_balancer_name(name.as_str());
        let answer = call.set_subnets(texts(subnets, SubnetId::as_str)).send().await;
        let failed = session.failed("elasticloadbalancing:AttachLoadBalancerToSubnets", elb(name));
        Ok(described::texts(answer.map_err(failed)?.subnets()))
    }

    /// Removes subnets (`DetachLoadBalancerFromSubnets`) and returns those that are left. Instances in them get no
    /// more traffic and stay registered.
    ///
    /// # Errors
    /// When there is none (nothing is sent), AWS refuses, or there is no answer.
    pub async fn detach_subnets(&self, name: &BalancerName, subnets: &[SubnetId]) -> Result<Vec<String>, ApiError> {
        check_some(subnets, "subnet to detach")?;
        let session = self.session().await?;
        let call = session.client.detach_load_balancer_from_subnets().load_balancer_name(name.as_str());
        let answer = call.set_subnets(texts(subnets, SubnetId::as_str)).send().await;
        let failed = session.failed("elasticloadbalancing:DetachLoadBalancerFromSubnets", elb(name));
        Ok(described::texts(answer.map_err(failed)?.subnets()))
    }

    /// Replaces its security groups (`ApplySecurityGroupsToLoadBalancer`) and returns those it has then.
    ///
    /// # Errors
    /// When there is none (nothing is sent), one does not exist, AWS refuses, or there is no answer.
    pub async fn set_security_groups(
        &self,
        name: &BalancerName,
        groups: &[SecurityGroupId],
    ) -> Result<Vec<String>, ApiError> {
        check_some(groups, "security group to set")?;
        let session = self.session().await?;
        let call = session.client.apply_security_groups_to_load_balancer().load_balancer_name(name.as_str());
        let answer = call.set_security_groups(texts(groups, SecurityGroupId::as_str)).send().await;
        let failed = session.failed("elasticloadbalancing:ApplySecurityGroupsToLoadBalancer", elb(name));
        Ok(described::texts(answer.map_err(failed)?.security_groups()))
    }
}
