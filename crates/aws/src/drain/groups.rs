//! Places in target groups.

use std::collections::BTreeMap;

use bellwether_core::drain::{Observation, Place, Standing, Target, TargetGroupArn, Timing};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{AT_ONCE, Drains};
use crate::api_error::{ApiError, ApiErrorKind};
use crate::target_group::{TargetGroup, TargetGroups};

impl Drains {
    pub(super) fn groups(&self) -> TargetGroups {
        self.aws.target_groups(self.region.as_deref())
    }

    /// The target groups that a target of these ids is in.
    pub(super) async fn group_places(&self, ids: &[String]) -> Result<Vec<(Place, Standing, Timing)>, ApiError> {
        let found = self.groups().containing(ids).await?;
        let groups: BTreeMap<_, _> = found.iter().map(|member| (member.group.arn.clone(), &member.group)).collect();
        let timings: BTreeMap<_, _> = stream::iter(groups.into_values())
            .map(|group| async move { self.group_timing(group).await.map(|timing| (group.arn.clone(), timing)) })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let place = |member: &crate::target_group::GroupMembership| {
            let group = member.group.arn.clone();
            let timing = timings.get(&group).copied().flatten()?;
            let target = member.health.target.clone();
            Some((Place::TargetGroup { group, target }, member.health.observation.standing, timing))
        };
        let registered = |(_, standing, _): &(Place, Standing, Timing)| *standing != Standing::Out;
        Ok(found.iter().filter_map(place).filter(registered).collect())
    }

    /// How long a group's targets take; none for a group that was deleted meanwhile.
    pub(super) async fn group_timing(&self, group: &TargetGroup) -> Result<Option<Timing>, ApiError> {
        match self.groups().attributes(&group.arn).await {
            Err(error) if error.kind == ApiErrorKind::NotFound => Ok(None),
            attributes => Ok(Some(group.timing(attributes?.deregistration_delay()))),
        }
    }

    /// How targets stand in a group. A target without a port is the one at the group's own.
    pub(super) async fn observe_group(
        &self,
        group: &TargetGroupArn,
        targets: &[Target],
    ) -> Result<Vec<Observation>, ApiError> {
        let groups = self.groups();
        let answers = async {
            let port = match targets.iter().all(|target| target.port().is_some()) {
                true => None,
                false => groups.get(group.as_str()).await?.port,
            };
            Ok::<_, ApiError>((port, groups.health(group).await?))
        };
        let (port, health) = match answers.await {
            Err(error) if error.kind == ApiErrorKind::NotFound => {
                return Ok(vec![Observation::gone(); targets.len()]);
            }
            answers => answers?,
        };
        let observe = |target: &Target| {
            let known = health.iter().find(|health| health.target.is_same_entry(target, port));
            known.map_or_else(Observation::absent, |health| health.observation.clone())
        };
        Ok(targets.iter().map(observe).collect())
    }
}
