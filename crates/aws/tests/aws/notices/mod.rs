//! Sources of notices, against fakes that fail in every way.

mod clonesquad;
mod conformance;
mod discovery;
mod health;
mod imds;
mod lifecycle;

use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings, CloneSquad};
use bellwether_core::environment::Environment;
use bellwether_testkit::clonesquad::FakeCloneSquad;

use crate::support::settings;

/// How old tags and the place of the API may be in these tests.
const STALE: Duration = Duration::from_secs(300);

/// A handle that finds the fake, with the role of its instance.
fn aws(fake: &FakeCloneSquad, timeout: Duration) -> Aws {
    let environment = Environment::from_iter(fake.environment());
    Aws::new(AwsSettings { timeout: Some(timeout), environment, ..settings(&[]) })
}

/// What CloneSquad says to the instance of the fake.
fn clonesquad(fake: &FakeCloneSquad) -> CloneSquad {
    CloneSquad::new(&aws(fake, Duration::from_secs(5)), STALE)
}
