//! The files of AWS's own tools: `~/.aws/config` and `~/.aws/credentials`, read by the SDK's parser.

use std::borrow::Cow;
use std::fmt;

use aws_runtime::env_config::EnvConfigValue;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::property::PropertiesKey;
use aws_runtime::env_config::section::EnvConfigSections;
use aws_types::os_shim_internal::{Env, Fs};
use bellwether_core::environment::Environment;

use crate::boto::expand_home;
use crate::settings::AwsSettings;
use crate::text::causes;

/// The files' contents and the environment that overrides them.
pub(crate) struct Profiles {
    sections: EnvConfigSections,
    variables: Env,
}

impl fmt::Debug for Profiles {
    /// Without options and variables: keys are among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profiles").field("selected", &self.selected()).finish_non_exhaustive()
    }
}

impl Profiles {
    /// Reads the files; those that do not exist are empty. What is not an AWS configuration is left out, with a
    /// warning that names it.
    pub(crate) async fn load(settings: &AwsSettings) -> Self {
        let variables = variables(&settings.environment);
        let selected = settings.profile.clone().map(Cow::Owned);
        let files = EnvConfigFiles::default();
        let sections = match aws_config::profile::load(&Fs::real(), &variables, &files, selected).await {
            Ok(sections) => sections,
            Err(error) => {
                tracing::warn!("the AWS configuration files are left out: {}", causes(&error));
                EnvConfigSections::default()
            }
        };
        Self { sections, variables }
    }

    /// Whether the selected profile is in the files.
    pub(crate) fn has_selected(&self) -> bool {
        self.sections.get_profile(self.selected()).is_some()
    }

    /// The name of the selected profile.
    pub(crate) fn selected(&self) -> &str {
        self.sections.selected_profile()
    }

    /// An option of the selected profile.
    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        self.sections.get(name).filter(|value| !value.is_empty())
    }

    /// Whether a switch is on: in the environment, else in the selected profile.
    pub(crate) fn switch(&self, variable: &str, option: &str) -> bool {
        let value = EnvConfigValue::new().env(variable).profile(option);
        value.load(&self.variables, Some(&self.sections)).is_some_and(|(text, _)| text.eq_ignore_ascii_case("true"))
    }

    /// The endpoint configured for a service: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, then the profile's
    /// `services` section, then its `endpoint_url`, as the AWS SDK reference guide orders them.
    pub(crate) fn endpoint(&self, service_id: &str) -> Option<String> {
        if self.switch("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") {
            return None;
        }
        let variable = EnvConfigValue::new().env("AWS_ENDPOINT_URL").service_id(service_id);
        if let Some((url, _)) = variable.load(&self.variables, None) {
            return Some(url.into_owned());
        }
        let option = EnvConfigValue::new().profile("endpoint_url").service_id(service_id);
        let in_profile = || option.load(&self.variables, Some(&self.sections)).map(|(url, _)| url.into_owned());
        self.services_endpoint(service_id).or_else(in_profile)
    }

    /// The endpoint in the profile's `services` section. The guide writes services as `elastic_load_balancing`; the
    /// SDK for Rust looks for `elastic-load-balancing` alone.
    fn services_endpoint(&self, service_id: &str) -> Option<String> {
        let key = PropertiesKey::builder()
            .section_key("services")
            .section_name(self.option("services")?)
            .property_name(service_id.to_lowercase().replace(' ', "_"))
            .sub_property_name("endpoint_url")
            .build()
            .ok()?;
        self.sections.other_sections().get(&key).cloned()
    }
}

/// The environment as the SDK takes it; an empty variable counts as unset.
fn variables(environment: &Environment) -> Env {
    let set: Vec<_> = environment.iter().filter(|(_, value)| !value.is_empty()).collect();
    Env::from_slice(&set)
}

/// The files of this environment by their paths, for the SDK's provider, which would otherwise look at the
/// environment of the process.
pub(crate) fn files(environment: &Environment) -> EnvConfigFiles {
    let path = |variable, name| {
        let usual = || environment.home().map(|home| home.join(".aws").join(name));
        environment.get(variable).map(|path| expand_home(path, environment)).or_else(usual).filter(|path| path.exists())
    };
    let mut files = EnvConfigFiles::builder();
    if let Some(config) = path("AWS_CONFIG_FILE", "config") {
        files = files.with_file(EnvConfigFileKind::Config, config);
    }
    if let Some(keys) = path("AWS_SHARED_CREDENTIALS_FILE", "credentials") {
        files = files.with_file(EnvConfigFileKind::Credentials, keys);
    }
    files.build()
}
