//! Which region is asked.

use bellwether_aws::{ApiError, Aws, Balancers, RegionSource};
use bellwether_core::roster::RosterErrorKind;

use super::failure::Failure;

/// boto's region where none is given.
const DEFAULT: &str = "us-east-1";

/// The load balancers of the region that was given; else of the configured one; else of boto's. The region that this
/// instance is in is not taken: who relied on boto's would change other load balancers than those meant.
pub(super) async fn balancers(aws: &Aws, given: Option<&str>) -> Result<Balancers, Failure> {
    if let Some(region) = given {
        let balancers = aws.balancers(Some(region));
        return match balancers.region().await {
            Ok(_) => Ok(balancers),
            Err(_) => Err(Failure::Said { text: format!("Invalid region ({region})"), status: 1 }),
        };
    }
    match aws.region().await {
        Ok((_, RegionSource::Instance)) => Ok(aws.balancers(Some(DEFAULT))),
        Ok((region, _)) => Ok(aws.balancers(Some(&region))),
        Err(error) if error.kind == RosterErrorKind::Invalid => Err(ApiError::from(error).into()),
        Err(_) => Ok(aws.balancers(Some(DEFAULT))),
    }
}
