//! What a source that can be asked says.

use super::{Checked, Scene, Stage, holds, keys, same};
use crate::notice::moment;

/// Where there is nothing, the source says so.
pub(super) async fn calm_is_an_answer(stage: &impl Stage) -> Checked {
    let calm = keys(&*stage.source()).await?;
    stage.show(Scene::First);
    let first = keys(&*stage.source()).await?;
    holds("there is no sign", !first.is_empty())?;
    holds(format!("calm and a sign have keys in common: {calm:?}"), calm.is_disjoint(&first))
}

/// The same sign seen again, by the same handle or by one made later, has the same key.
pub(super) async fn a_sign_has_the_same_key_each_time(stage: &impl Stage) -> Checked {
    stage.show(Scene::First);
    let source = stage.source();
    let first = keys(&*source).await?;
    same("seen again", &keys(&*source).await?, &first)?;
    same("seen by another handle", &keys(&*stage.source()).await?, &first)
}

/// Another sign has another key.
pub(super) async fn two_signs_are_told_apart(stage: &impl Stage) -> Checked {
    let source = stage.source();
    stage.show(Scene::First);
    let first = keys(&*source).await?;
    stage.show(Scene::Second);
    let second = keys(&*source).await?;
    holds("there is no second sign", !second.is_empty())?;
    holds(format!("both signs have the key {first:?}"), first.is_disjoint(&second))
}

/// What is not in force any more is not given any more.
pub(super) async fn a_sign_that_is_withdrawn_is_gone(stage: &impl Stage) -> Checked {
    let source = stage.source();
    let calm = keys(&*source).await?;
    stage.show(Scene::First);
    keys(&*source).await?;
    stage.show(Scene::Calm);
    same("after the sign", &keys(&*source).await?, &calm)
}

/// So that keys of several sources never meet.
pub(super) async fn notices_bear_the_name_of_their_source(stage: &impl Stage) -> Checked {
    for scene in [Scene::Calm, Scene::First, Scene::Second] {
        stage.show(scene);
        let source = stage.source();
        for notice in source.observe(moment(100)).await? {
            holds(format!("{notice:?} is not of {}", source.name()), notice.source == *source.name())?;
            let key = notice.key.as_str();
            holds(
                format!("the key {key} is not of {}", source.name()),
                key.starts_with(&format!("{}/", source.name())),
            )?;
        }
    }
    Ok(())
}

/// A handle may be used by many at once.
pub(super) async fn users_at_the_same_time_see_the_same(stage: &impl Stage) -> Checked {
    stage.show(Scene::First);
    let source = stage.source();
    let one = || keys(&*source);
    let (first, second, third) = tokio::join!(one(), one(), one());
    let first = first?;
    same("the second", &second?, &first)?;
    same("the third", &third?, &first)
}
