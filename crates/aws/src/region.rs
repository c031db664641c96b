//! The region: what is configured first, then the one the instance is in.

use std::fmt;

use bellwether_core::names::looks_like_region;
use bellwether_core::roster::{GroupRef, RosterError};

use crate::client::Aws;
use crate::errors::{denied, invalid};
use crate::roster;
use crate::text::shown;

/// Where the region comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionSource {
    /// The caller's settings.
    Settings,
    /// `AWS_REGION` or `AWS_DEFAULT_REGION`.
    Environment,
    /// The `region` of the profile.
    Profile,
    /// `[Boto] elb_region_name`.
    Boto,
    /// The instance identity document.
    Instance,
    /// The group's own ARN.
    Group,
}

impl fmt::Display for RegionSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Settings => "the settings",
            Self::Environment => "the environment",
            Self::Profile => "the profile",
            Self::Boto => "the boto files",
            Self::Instance => "the instance's identity",
            Self::Group => "the group's ARN",
        })
    }
}

impl Aws {
    /// The region to ask, and where it comes from.
    ///
    /// # Errors
    /// When none is configured and the instance cannot tell, or the configured one cannot be a region.
    pub async fn region(&self) -> Result<(String, RegionSource), RosterError> {
        if let Some((region, source)) = self.configured_region().await {
            return match looks_like_region(&region) {
                true => Ok((region, source)),
                false => Err(invalid(
                    format!("'{}', from {source}, is not a region", shown(&region)),
                    "give a region such as eu-west-1",
                )),
            };
        }
        let identity = self.identity().await.map_err(|error| RosterError {
            message: format!("no AWS region found: none is configured, and {error}"),
            remedy: format!("set AWS_REGION, or 'region' in ~/.aws/config; or {}", error.remedy()),
            ..RosterError::from(error)
        })?;
        match identity.region {
            Some(region) => Ok((region, RegionSource::Instance)),
            None => Err(denied(
                "no AWS region found: none is configured, and the instance's identity has none",
                "set AWS_REGION, or 'region' in ~/.aws/config",
            )),
        }
    }

    /// The region that a group is asked in, and where it comes from.
    ///
    /// # Errors
    /// As [`Aws::region`]; and when the group is given by something that is not its ARN.
    pub async fn region_of(&self, group: &GroupRef) -> Result<(String, RegionSource), RosterError> {
        match roster::own_region(group)? {
            Some(region) => Ok((region, RegionSource::Group)),
            None => self.region().await,
        }
    }

    async fn configured_region(&self) -> Option<(String, RegionSource)> {
        let settings = self.settings();
        let variable = |name| settings.environment.get(name).map(str::to_owned);
        if let Some(region) = settings.region.clone() {
            return Some((region, RegionSource::Settings));
        }
        if let Some(region) = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")) {
            return Some((region, RegionSource::Environment));
        }
        if let Some(region) = self.profiles().await.option("region") {
            return Some((region.to_owned(), RegionSource::Profile));
        }
        self.boto().region.clone().map(|region| (region, RegionSource::Boto))
    }
}
