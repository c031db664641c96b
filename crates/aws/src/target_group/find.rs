//! Which groups a node is in.

use std::collections::BTreeSet;

use bellwether_core::roster::canonical_address;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{GroupFilter, TargetGroup, TargetGroups, TargetHealth};
use crate::api_error::{ApiError, ApiErrorKind};

/// How many groups are asked for their targets at the same time.
const AT_ONCE: usize = 8;

/// A node as a target of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMembership {
    /// The group.
    pub group: TargetGroup,
    /// The target that it is there.
    pub health: TargetHealth,
}

impl TargetGroups {
    /// The targets that go by one of these ids, instance ids or addresses, in all groups of the region: once for each
    /// group and port. Targets that are draining are among them. AWS cannot be asked this at once: every group of
    /// instances or addresses is asked for its targets.
    ///
    /// # Errors
    /// When AWS refuses, or there is no answer; never a part of the groups. A group that is deleted meanwhile is left
    /// out.
    pub async fn containing(&self, ids: &[String]) -> Result<Vec<GroupMembership>, ApiError> {
        let ids: BTreeSet<_> = ids.iter().map(|id| canonical_address(id)).collect();
        let groups = self.list(&GroupFilter::All).await?;
        let groups = groups.into_iter().filter(|group| group.target_type.holds_nodes());
        let found: Vec<_> =
            stream::iter(groups.map(|group| self.members_of(group, &ids))).buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn members_of(&self, group: TargetGroup, ids: &BTreeSet<String>) -> Result<Vec<GroupMembership>, ApiError> {
        let targets = match self.health(&group.arn).await {
            Err(error) if error.kind == ApiErrorKind::NotFound => return Ok(Vec::new()),
            targets => targets?,
        };
        let ours = targets.into_iter().filter(|target| ids.contains(target.target.id()));
        Ok(ours.map(|health| GroupMembership { group: group.clone(), health }).collect())
    }
}
