//! The handle on AWS: everything is made when it is first needed, and shared from then on.

use std::sync::{Arc, OnceLock};

use bellwether_core::roster::{GroupRef, RosterError, RosterSource};
use tokio::sync::OnceCell;

use crate::boto::{Boto, usual_files};
use crate::credentials::Resolved;
use crate::http::Http;
use crate::imds::{Imds, ImdsError, InstanceIdentity};
use crate::profile::Profiles;
use crate::roster;
use crate::service::{Endpoint, Service, Variant};
use crate::settings::{AwsSettings, Limits};
use crate::shared::Shared;

/// AWS, as these settings reach it. Cheap to make and to clone; clones share connections, identity and credentials.
#[derive(Debug, Clone)]
pub struct Aws(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: AwsSettings,
    boto: OnceLock<Boto>,
    http: OnceLock<Http>,
    imds: OnceLock<Imds>,
    profiles: OnceCell<Profiles>,
    credentials: Shared<Resolved, RosterError>,
}

/// Region and credentials: what every question to AWS needs.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) region: String,
    pub(crate) credentials: Resolved,
}

impl Aws {
    /// A handle; nothing is read or asked yet.
    pub fn new(settings: AwsSettings) -> Self {
        Self(Arc::new(Inner {
            settings,
            boto: OnceLock::new(),
            http: OnceLock::new(),
            imds: OnceLock::new(),
            profiles: OnceCell::new(),
            credentials: Shared::default(),
        }))
    }

    /// The instance metadata service.
    pub fn imds(&self) -> &Imds {
        self.0.imds.get_or_init(|| {
            let limits = Limits::of_metadata(&self.0.settings, self.boto());
            Imds::new(self.http().clone(), limits.timeout, &self.0.settings.environment)
        })
    }

    /// Who this instance is; asked once, however many want it.
    ///
    /// # Errors
    /// When the metadata service is absent, refuses or fails.
    pub async fn identity(&self) -> Result<InstanceIdentity, ImdsError> {
        self.imds().identity().await
    }

    /// The source of a group's roster; none for groups that AWS knows nothing of.
    pub fn roster(&self, group: &GroupRef) -> Option<Box<dyn RosterSource>> {
        roster::source(self, group)
    }

    /// How long and how often is tried, from the settings, else the boto files, else the defaults.
    pub fn limits(&self) -> Limits {
        Limits::resolve(&self.0.settings, self.boto())
    }

    pub(crate) fn settings(&self) -> &AwsSettings {
        &self.0.settings
    }

    pub(crate) fn boto(&self) -> &Boto {
        self.0.boto.get_or_init(|| {
            let settings = &self.0.settings;
            let files = settings.boto_files.clone().unwrap_or_else(|| usual_files(&settings.environment));
            Boto::load(&files)
        })
    }

    pub(crate) fn http(&self) -> &Http {
        self.0.http.get_or_init(|| Http::new(self.limits(), &self.0.settings.environment))
    }

    pub(crate) async fn profiles(&self) -> &Profiles {
        self.0.profiles.get_or_init(|| Profiles::load(&self.0.settings)).await
    }

    pub(crate) fn shared_credentials(&self) -> &Shared<Resolved, RosterError> {
        &self.0.credentials
    }

    /// Region and credentials, found at the same time; a region given here is not looked for.
    pub(crate) async fn ready(&self, region: Option<&str>) -> Result<Ready, RosterError> {
        let region = async {
            match region {
                Some(region) => Ok(region.to_owned()),
                None => self.region().await.map(|(region, _)| region),
            }
        };
        let (region, credentials) = tokio::join!(region, self.credentials());
        Ok(Ready { credentials: credentials?, region: region? })
    }

    /// Where a service is: the settings, the environment, the profile, for classic load balancers of the region that
    /// the boto files are about these, else AWS's own endpoint.
    pub(crate) async fn endpoint(&self, service: Service, region: &str) -> Result<Endpoint, RosterError> {
        let profiles = self.profiles().await;
        let configured = self.0.settings.endpoint_url.clone().or_else(|| profiles.endpoint(service.id()));
        let configured = match service {
            Service::Elb => configured.or_else(|| self.boto().elb_endpoint(region).map(str::to_owned)),
            _ => configured,
        };
        match configured {
            Some(url) => Endpoint::configured(&url),
            None => Ok(Endpoint::of_region(service, region, self.variant().await)),
        }
    }

    /// Whether FIPS or dual-stack endpoints are asked for.
    pub(crate) async fn variant(&self) -> Variant {
        let profiles = self.profiles().await;
        Variant {
            fips: profiles.switch("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
            dual_stack: profiles.switch("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
        }
    }
}
