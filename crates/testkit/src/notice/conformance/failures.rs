//! What a source says that cannot be asked.

use super::{Checked, Scene, Stage, Wrong, holds, keys, same};
use crate::notice::moment;

/// Neither from a new handle nor from one that has seen a sign.
pub(super) async fn a_failure_is_an_error_and_never_silence(stage: &impl Stage) -> Checked {
    let used = stage.source();
    stage.show(Scene::First);
    keys(&*used).await?;
    stage.show(Scene::Broken);
    for (which, source) in [("a used handle", used), ("a new handle", stage.source())] {
        for _ in 0..2 {
            let observed = source.observe(moment(101)).await;
            holds(format!("{which} says {observed:?} when it cannot know"), observed.is_err())?;
        }
    }
    Ok(())
}

/// Both are for people to read, on one line.
pub(super) async fn an_error_says_what_and_what_to_do(stage: &impl Stage) -> Checked {
    stage.show(Scene::Broken);
    let Err(error) = stage.source().observe(moment(100)).await else {
        return Err(Wrong("it does not fail".to_owned()));
    };
    for (what, text) in [("message", &error.message), ("remedy", &error.remedy)] {
        let usable = !text.trim().is_empty() && !text.chars().any(char::is_control);
        holds(format!("the {what} cannot be shown: {text:?}"), usable)?;
    }
    Ok(())
}

/// What was seen before an outage is the same sign after it.
pub(super) async fn a_source_comes_back_with_the_same_keys(stage: &impl Stage) -> Checked {
    let source = stage.source();
    stage.show(Scene::First);
    let before = keys(&*source).await?;
    stage.show(Scene::Broken);
    holds("it does not fail", source.observe(moment(101)).await.is_err())?;
    stage.show(Scene::First);
    same("after the failure", &keys(&*source).await?, &before)
}
