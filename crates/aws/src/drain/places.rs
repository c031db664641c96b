//! Where a node is registered, and how long each place takes.

use bellwether_core::balancer::BalancerName;
use bellwether_core::drain::{Journal, Place, Standing, Timing};
use bellwether_core::names::NodeId;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::{AT_ONCE, Drains};
use crate::api_error::{ApiError, ApiErrorKind};

impl Drains {
    /// Plans the drain of a node that is registered by one of these ids: its instance id, its addresses. Nothing is
    /// changed. `now` is for people who read the journal.
    ///
    /// # Errors
    /// As [`Drains::places`].
    pub async fn plan(&self, node: &NodeId, ids: &[String], now: Timestamp) -> Result<Journal, ApiError> {
        let region = match &self.region {
            Some(region) => region.clone(),
            None => self.aws.region().await?.0,
        };
        Ok(Journal::plan(node.clone(), &region, self.places(ids).await?, now))
    }

    /// Every place of the region where one of these ids is registered: how it stands there, and how long the place
    /// takes by its own settings. Sorted.
    ///
    /// # Errors
    /// When AWS refuses or does not answer a single question: a place that is left out would not be drained.
    pub async fn places(&self, ids: &[String]) -> Result<Vec<(Place, Standing, Timing)>, ApiError> {
        let (classic, groups) = tokio::join!(self.classic_places(ids), self.group_places(ids));
        let mut places = classic?;
        places.extend(groups?);
        places.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(places)
    }

    /// How long these places take by their own settings, for a run without a journal.
    ///
    /// # Errors
    /// When a load balancer or group does not exist, AWS refuses, or there is no answer.
    pub async fn timings(&self, places: &[Place]) -> Result<Vec<(Place, Timing)>, ApiError> {
        let timing = |place: Place| async move { self.timing(&place).await.map(|timing| (place, timing)) };
        stream::iter(places.to_vec()).map(timing).buffered(AT_ONCE).try_collect().await
    }

    async fn timing(&self, place: &Place) -> Result<Timing, ApiError> {
        match place {
            Place::Classic { balancer, .. } => {
                let name = BalancerName::new(balancer.as_str())?;
                self.classic_timing(&self.balancers().get(&name).await?, &name).await
            }
            Place::TargetGroup { group, .. } => {
                let described = self.groups().get(group.as_str()).await?;
                self.group_timing(&described).await?.ok_or_else(|| ApiError {
                    kind: ApiErrorKind::NotFound,
                    message: format!("the target group {} was deleted meanwhile", group.name()),
                    remedy: "look which target groups there are".to_owned(),
                })
            }
        }
    }
}
