//! What the caller decides, and what follows from it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bellwether_core::environment::Environment;

use crate::boto::Boto;

/// The longest pause between two attempts.
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The pause before the second attempt; it doubles up to [`LONGEST_PAUSE`].
pub(crate) const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest that SQS holds an answer back until there is a message (`WaitTimeSeconds`, Amazon SQS API reference).
pub(crate) const LONGEST_POLL: Duration = Duration::from_secs(20);

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);
const DEFAULT_ATTEMPTS: u32 = 2;
const MOST_ATTEMPTS: u32 = 10;

/// How to reach AWS. Everything has a default; what is set here wins over environment and files.
#[derive(Clone, Default)]
pub struct AwsSettings {
    /// The region to ask.
    pub region: Option<String>,
    /// The profile of `~/.aws/config` and `~/.aws/credentials` to use, instead of `AWS_PROFILE`.
    pub profile: Option<String>,
    /// The endpoint of every service, `http://` or `https://`.
    pub endpoint_url: Option<String>,
    /// How long one attempt may take to connect and to be answered; `default_timeout` when neither this nor a boto file
    /// says.
    pub timeout: Option<Duration>,
    /// What the timeout is when neither `timeout` nor a boto file says, instead of 2 s. Questions to the metadata
    /// service, which is near, keep the 2 s.
    pub default_timeout: Option<Duration>,
    /// How often to try, the first time included; 2 when neither this nor a boto file says.
    pub attempts: Option<u32>,
    /// The process's environment variables.
    pub environment: Environment,
    /// The boto 2 files to read, the later overriding; none for the usual ones.
    pub boto_files: Option<Vec<PathBuf>>,
}

impl fmt::Debug for AwsSettings {
    /// Without the environment, which may hold keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsSettings")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("endpoint_url", &self.endpoint_url)
            .field("timeout", &self.timeout)
            .field("default_timeout", &self.default_timeout)
            .field("attempts", &self.attempts)
            .field("boto_files", &self.boto_files)
            .finish_non_exhaustive()
    }
}

impl AwsSettings {
    /// The profile named by the caller or by `AWS_PROFILE`; none for the default one.
    pub(crate) fn named_profile(&self) -> Option<&str> {
        self.profile.as_deref().or_else(|| self.environment.get("AWS_PROFILE"))
    }
}

/// How long and how often to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How many attempts there are, the first included.
    pub attempts: u32,
}

impl Limits {
    /// The settings' own values, else those of the boto files, else the defaults.
    pub(crate) fn resolve(settings: &AwsSettings, boto: &Boto) -> Self {
        let timeout = settings.timeout.or(boto.timeout).or(settings.default_timeout);
        Self {
            timeout: timeout.unwrap_or(DEFAULT_TIMEOUT).max(Duration::from_millis(1)),
            attempts: settings.attempts.or(boto.attempts).unwrap_or(DEFAULT_ATTEMPTS).clamp(1, MOST_ATTEMPTS),
        }
    }

    /// The same for the metadata service.
    pub(crate) fn of_metadata(settings: &AwsSettings, boto: &Boto) -> Self {
        Self::resolve(&AwsSettings { default_timeout: None, ..settings.clone() }, boto)
    }

    /// The most that all attempts and the pauses between them take together.
    pub fn whole_operation(self) -> Duration {
        self.timeout * self.attempts + LONGEST_PAUSE * (self.attempts - 1)
    }

    /// The pause after so many failed attempts.
    pub(crate) fn pause_after(failed: u32) -> Duration {
        FIRST_PAUSE.saturating_mul(1 << failed.saturating_sub(1).min(8)).min(LONGEST_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_wins_over_boto_and_boto_over_the_defaults() {
        let boto = Boto { timeout: Some(Duration::from_secs(7)), attempts: Some(4), ..Boto::default() };
        let unset = AwsSettings::default();
        let none = Boto::default();
        let limits = |settings, boto| Limits::resolve(settings, boto);
        assert_eq!(limits(&unset, &none), Limits { timeout: Duration::from_secs(2), attempts: 2 });
        assert_eq!(limits(&unset, &boto), Limits { timeout: Duration::from_secs(7), attempts: 4 });
        let set = AwsSettings { timeout: Some(Duration::from_secs(1)), attempts: Some(1), ..AwsSettings::default() };
        assert_eq!(limits(&set, &boto), Limits { timeout: Duration::from_secs(1), attempts: 1 });
        assert_eq!(limits(&set, &boto).whole_operation(), Duration::from_secs(1));
    }

    #[test]
    fn another_default_holds_where_nothing_is_set_and_not_for_the_metadata_service() {
        let boto = Boto { timeout: Some(Duration::from_secs(7)), ..Boto::default() };
        let patient = AwsSettings { default_timeout: Some(Duration::from_secs(10)), ..AwsSettings::default() };
        let set = AwsSettings { timeout: Some(Duration::from_secs(1)), ..patient.clone() };
        for (settings, boto, aws, metadata) in
            [(&patient, &Boto::default(), 10, 2), (&patient, &boto, 7, 7), (&set, &boto, 1, 1)]
        {
            assert_eq!(Limits::resolve(settings, boto).timeout, Duration::from_secs(aws));
            assert_eq!(Limits::of_metadata(settings, boto).timeout, Duration::from_secs(metadata));
        }
    }

    #[test]
    fn pauses_grow_up_to_a_bound() {
        let pauses: Vec<_> = (1..6).map(|failed| Limits::pause_after(failed).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 500, 500]);
    }

    #[test]
    fn no_secret_is_shown() {
        let environment = Environment::from_iter([("AWS_SECRET_ACCESS_KEY", "hush")]);
        let settings = AwsSettings { environment, ..AwsSettings::default() };
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
