//! Handles on the fakes, with an environment of their own.

use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings};
use bellwether_core::environment::Environment;
use bellwether_core::roster::{Health, Roster, RosterError};

/// Short enough for tests of silence, long enough for a busy machine.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(400);

/// Settings with these variables, and none of the files of the machine the test runs on.
pub(crate) fn settings(variables: &[(&str, &str)]) -> AwsSettings {
    AwsSettings {
        timeout: Some(Duration::from_secs(5)),
        environment: Environment::from_iter(variables.iter().copied()),
        boto_files: Some(Vec::new()),
        ..AwsSettings::default()
    }
}

/// Variables that say who we are and where AWS is.
pub(crate) fn known(url: &str) -> [(&str, &str); 5] {
    [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "example-secret"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL", url),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
}

/// A handle with known region and credentials.
pub(crate) fn aws_at(url: &str) -> Aws {
    Aws::new(settings(&known(url)))
}

/// Asks for a group's roster.
pub(crate) async fn roster(aws: &Aws, group: &str) -> Result<Roster, RosterError> {
    aws.roster(&group.parse().unwrap()).unwrap().roster().await
}

/// The members of a roster, each with `+` when healthy, else its state.
pub(crate) fn members(roster: &Roster) -> Vec<String> {
    roster
        .members()
        .map(|(node, health)| match health {
            Health::Healthy => format!("{node}+"),
            Health::Unhealthy { state, .. } => format!("{node} {state}"),
        })
        .collect()
}
