//! What every source of notices must do. Each check is one function; [`run_all`] runs them all.

mod answers;
mod failures;

use std::collections::BTreeSet;
use std::time::Duration;

use bellwether_core::notice::{NoticeError, NoticeKey, NoticeSource};

use super::moment;

/// Longer than any source may take, on a busy machine.
const AN_END: Duration = Duration::from_secs(60);

/// What the world of a source looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// Nothing is about to happen.
    Calm,
    /// There is one sign.
    First,
    /// There is another sign instead.
    Second,
    /// What the source asks fails.
    Broken,
}

/// The world of a source, which the suite changes.
pub trait Stage {
    /// A new handle to the source.
    fn source(&self) -> Box<dyn NoticeSource>;

    /// Changes the world.
    fn show(&self, scene: Scene);
}

/// What a check found wrong.
#[derive(Debug)]
struct Wrong(String);

impl From<NoticeError> for Wrong {
    fn from(error: NoticeError) -> Self {
        Self(format!("the source failed: {error}"))
    }
}

type Checked = Result<(), Wrong>;
type Keys = BTreeSet<NoticeKey>;

fn holds(what: impl Into<String>, condition: bool) -> Checked {
    if condition { Ok(()) } else { Err(Wrong(what.into())) }
}

fn same(what: &str, found: &Keys, expected: &Keys) -> Checked {
    holds(format!("{what}: found {found:?}, expected {expected:?}"), found == expected)
}

/// The keys of what a source says.
async fn keys(source: &dyn NoticeSource) -> Result<Keys, Wrong> {
    let observed = tokio::time::timeout(AN_END, source.observe(moment(100))).await;
    let notices = observed.map_err(|_| Wrong("the source does not end".to_owned()))??;
    Ok(notices.into_iter().map(|notice| notice.key).collect())
}

/// Runs all checks, and panics with the names of all that fail.
pub async fn run_all(stage: &impl Stage) {
    let failed = check_all(stage).await;
    let failed: Vec<_> = failed.iter().map(|(name, Wrong(what))| format!("{name}: {what}")).collect();
    assert!(failed.is_empty(), "the source does not conform:\n{}", failed.join("\n"));
}

/// Runs checks by their paths and gives their names and results; each begins in calm.
macro_rules! failed {
    ($stage:ident: $($group:ident :: $check:ident),* $(,)?) => {{
        let mut failed = Vec::new();
        $(
            $stage.show(Scene::Calm);
            failed.extend($group::$check($stage).await.err().map(|wrong| (stringify!($check), wrong)));
        )*
        failed
    }};
}

async fn check_all(stage: &impl Stage) -> Vec<(&'static str, Wrong)> {
    failed!(stage:
        answers::calm_is_an_answer,
        answers::a_sign_has_the_same_key_each_time,
        answers::two_signs_are_told_apart,
        answers::a_sign_that_is_withdrawn_is_gone,
        answers::notices_bear_the_name_of_their_source,
        answers::users_at_the_same_time_see_the_same,
        failures::a_failure_is_an_error_and_never_silence,
        failures::an_error_says_what_and_what_to_do,
        failures::a_source_comes_back_with_the_same_keys,
    )
}

#[cfg(test)]
mod broken_sources_tests;
