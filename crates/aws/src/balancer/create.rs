//! Making load balancers and removing them.

use bellwether_core::balancer::{BalancerName, NewBalancer, SecurityGroupId, SubnetId, ZoneName};

use super::Balancers;
use super::listeners::to_sdk_listeners;
use super::session::{elb, texts};
use super::tags::to_sdk_tags;
use crate::api_error::ApiError;

impl Balancers {
    /// Makes a load balancer (`CreateLoadBalancer`) and returns its DNS name. One of the same name and settings that
    /// is there already is taken for it. Tags need the permission `elasticloadbalancing:AddTags` as well.
    ///
    /// # Errors
    /// When a rule is broken (nothing is sent), AWS refuses, or there is no answer.
    pub async fn create(&self, name: &BalancerName, new: &NewBalancer) -> Result<String, ApiError> {
        new.check()?;
        let listeners = to_sdk_listeners(&new.listeners)?;
        let tags = to_sdk_tags(&new.tags)?;
        let session = self.session().await?;
        // AWS takes an empty list for a list that was given.
        let some = |list: Option<Vec<String>>| list.filter(|list| !list.is_empty());
        let answer = session
            .client
            .create_load_balancer()
            .load_balancer_name(name.as_str())
            .set_listeners(Some(listeners))
            .set_availability_zones(some(texts(&new.zones, ZoneName::as_str)))
            .set_subnets(some(texts(&new.subnets, SubnetId::as_str)))
            .set_security_groups(some(texts(&new.security_groups, SecurityGroupId::as_str)))
            .set_scheme(new.scheme.map(|scheme| scheme.name().to_owned()))
            .set_tags(Some(tags).filter(|tags| !tags.is_empty()))
            .send()
            .await
            .map_err(session.failed("elasticloadbalancing:CreateLoadBalancer", elb(name)))?;
        Ok(crate::text::one_line(answer.dns_name().unwrap_or_default()))
    }

    /// Removes a load balancer (`DeleteLoadBalancer`). AWS answers the same when there is none of this name.
    ///
    /// # Errors
    /// When AWS refuses, or there is no answer.
    pub async fn delete(&self, name: &BalancerName) -> Result<(), ApiError> {
        let session = self.session().await?;
        let call = session.client.delete_load_balancer().load_balancer_name(name.as_str());
        call.send().await.map_err(session.failed("elasticloadbalancing:DeleteLoadBalancer", elb(name)))?;
        Ok(())
    }
}
