//! One action carried out: a request for each load balancer and target group, several at the same time.

use std::collections::BTreeMap;

use bellwether_core::drain::{Action, Event, Observation, Place, Target, TargetGroupArn, Trouble, TroubleKind};
use bellwether_core::names::NodeId;
use futures_util::{StreamExt, stream};

use super::{AT_ONCE, Drains};
use crate::api_error::{ApiError, ApiErrorKind};

/// Where one request goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Whole {
    Classic(String),
    Group(TargetGroupArn),
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
enum Request {
    Deregister,
    Register,
}

impl Drains {
    /// Carries out an action that is AWS's to do, and returns the event to answer it with; none for the others: saving,
    /// waiting and the end are the caller's. What fails is part of the event.
    pub async fn carry_out(&self, action: &Action) -> Option<Event> {
        Some(match action {
            Action::Deregister(places) => Event::Asked(self.ask_all(Request::Deregister, places).await),
            Action::Register(places) => Event::Asked(self.ask_all(Request::Register, places).await),
            Action::Observe(places) => Event::Observed(self.observe_all(places).await),
            Action::Save(_) | Action::Wait { .. } | Action::Done(_) => return None,
        })
    }

    async fn ask_all(&self, request: Request, places: &[Place]) -> Vec<(Place, Result<(), Trouble>)> {
        let answers = stream::iter(by_whole(places)).map(|(whole, places)| async move {
            let answer = self.ask(request, &whole, &places).await.map_err(trouble);
            places.into_iter().map(|place| (place, answer.clone())).collect::<Vec<_>>()
        });
        answers.buffer_unordered(AT_ONCE).concat().await
    }

    async fn ask(&self, request: Request, whole: &Whole, places: &[Place]) -> Result<(), ApiError> {
        match (whole, request) {
            (Whole::Classic(name), Request::Deregister) => self.deregister_classic(name, &instances(places)).await,
            (Whole::Classic(name), Request::Register) => self.register_classic(name, &instances(places)).await,
            (Whole::Group(arn), Request::Deregister) => self.groups().deregister(arn, &targets(places)).await,
            (Whole::Group(arn), Request::Register) => self.groups().register(arn, &targets(places)).await,
        }
    }

    async fn observe_all(&self, places: &[Place]) -> Vec<(Place, Result<Observation, Trouble>)> {
        let answers = stream::iter(by_whole(places)).map(|(whole, places)| async move {
            match self.observe(&whole, &places).await {
                Ok(seen) => places.into_iter().zip(seen.into_iter().map(Ok)).collect::<Vec<_>>(),
                Err(error) => {
                    let trouble = trouble(error);
                    places.into_iter().map(|place| (place, Err(trouble.clone()))).collect()
                }
            }
        });
        answers.buffer_unordered(AT_ONCE).concat().await
    }

    async fn observe(&self, whole: &Whole, places: &[Place]) -> Result<Vec<Observation>, ApiError> {
        match whole {
            Whole::Classic(name) => self.observe_classic(name, &instances(places)).await,
            Whole::Group(arn) => self.observe_group(arn, &targets(places)).await,
        }
    }
}

fn by_whole(places: &[Place]) -> BTreeMap<Whole, Vec<Place>> {
    let mut wholes: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for place in places {
        let whole = match place {
            Place::Classic { balancer, .. } => Whole::Classic(balancer.clone()),
            Place::TargetGroup { group, .. } => Whole::Group(group.clone()),
        };
        wholes.entry(whole).or_default().push(place.clone());
    }
    wholes
}

fn instances(places: &[Place]) -> Vec<NodeId> {
    let instance = |place: &Place| match place {
        Place::Classic { instance, .. } => Some(instance.clone()),
        Place::TargetGroup { .. } => None,
    };
    places.iter().filter_map(instance).collect()
}

fn targets(places: &[Place]) -> Vec<Target> {
    let target = |place: &Place| match place {
        Place::TargetGroup { target, .. } => Some(target.clone()),
        Place::Classic { .. } => None,
    };
    places.iter().filter_map(target).collect()
}

/// Every request may be repeated without harm, so one whose answer was lost is simply asked again.
fn trouble(error: ApiError) -> Trouble {
    let kind = match error.kind {
        ApiErrorKind::NotFound => TroubleKind::NotThere,
        ApiErrorKind::Throttled => TroubleKind::Throttled,
        ApiErrorKind::Unavailable | ApiErrorKind::AnswerLost | ApiErrorKind::Conflict => TroubleKind::Passing,
        ApiErrorKind::Denied | ApiErrorKind::Invalid | ApiErrorKind::Exists | ApiErrorKind::LimitReached => {
            TroubleKind::Final
        }
    };
    Trouble { kind, message: error.message, remedy: error.remedy }
}
