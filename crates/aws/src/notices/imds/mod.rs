//! What the metadata service tells about this instance's end: one file for each page.

mod auto_scaling;
mod maintenance;
mod rebalance;
mod spot;

use bellwether_core::notice::{Notice, NoticeError, NoticeSource, Word};
use bellwether_core::time::Now;

use crate::imds::{Imds, ImdsError};

/// A page of the metadata service that tells about this instance's end (EC2 user guide, "Instance metadata
/// categories").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImdsPage {
    /// `spot/instance-action`: a spot instance is interrupted.
    Spot,
    /// `events/recommendations/rebalance`: a spot instance may be interrupted soon.
    Rebalance,
    /// `events/maintenance/scheduled`: AWS plans to restart, stop or retire the instance.
    Maintenance,
    /// `autoscaling/target-lifecycle-state`: where Auto Scaling takes the instance.
    AutoScaling,
}

impl ImdsPage {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Spot, Self::Rebalance, Self::Maintenance, Self::AutoScaling];

    /// Its path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Spot => spot::PATH,
            Self::Rebalance => rebalance::PATH,
            Self::Maintenance => maintenance::PATH,
            Self::AutoScaling => auto_scaling::PATH,
        }
    }

    fn name(self) -> &'static Word {
        match self {
            Self::Spot => &spot::NAME,
            Self::Rebalance => &rebalance::NAME,
            Self::Maintenance => &maintenance::NAME,
            Self::AutoScaling => &auto_scaling::NAME,
        }
    }

    fn parse(self, page: &str) -> Result<Vec<Notice>, String> {
        match self {
            Self::Spot => spot::parse(page),
            Self::Rebalance => rebalance::parse(page),
            Self::Maintenance => maintenance::parse(page),
            Self::AutoScaling => auto_scaling::parse(page),
        }
    }
}

/// The notices of one page.
#[derive(Debug, Clone)]
pub struct ImdsNotices {
    imds: Imds,
    page: ImdsPage,
}

impl ImdsNotices {
    /// The notices of a page. Sources of the same metadata service share its token.
    pub fn new(imds: &Imds, page: ImdsPage) -> Self {
        Self { imds: imds.clone(), page }
    }
}

#[async_trait::async_trait]
impl NoticeSource for ImdsNotices {
    fn name(&self) -> &Word {
        self.page.name()
    }

    /// A page that is not there (404) is how the service says that there is nothing.
    async fn observe(&self, _: Now) -> Result<Vec<Notice>, NoticeError> {
        let path = self.page.path();
        match self.imds.get(path).await? {
            None => Ok(Vec::new()),
            Some(page) => {
                let malformed = |why| ImdsError::Malformed { what: path.to_owned(), why };
                Ok(self.page.parse(&page).map_err(malformed)?)
            }
        }
    }
}
