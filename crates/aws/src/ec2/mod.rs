//! EC2, as far as it is needed: its instances and its regions, by signed requests.

mod instances;
mod regions;

use bellwether_core::roster::RosterError;

use crate::client::{Aws, Ready};
use crate::errors::{Asked, Failure};
use crate::roster::Pages;
use crate::service::{Endpoint, Service};
use crate::signed::{Answer, Signer};
pub(crate) use instances::Instance;

/// The version of the EC2 Query API.
const VERSION: &str = "2016-11-15";

/// The largest page of instances the API gives.
const PAGE: &str = "1000";

/// EC2 in one region.
pub(crate) struct Ec2<'a> {
    aws: &'a Aws,
    ready: Ready,
    endpoint: Endpoint,
}

impl<'a> Ec2<'a> {
    /// EC2 in this region, else in the configured one.
    pub(crate) async fn open(aws: &'a Aws, region: Option<&str>) -> Result<Self, RosterError> {
        let ready = aws.ready(region).await?;
        let endpoint = aws.endpoint(Service::Ec2, &ready.region).await?;
        Ok(Self { aws, ready, endpoint })
    }

    /// The region that is asked.
    pub(crate) fn region(&self) -> &str {
        &self.ready.region
    }

    /// What errors of an action tell.
    pub(crate) fn asked(&self, action: &'static str, subject: impl Into<String>) -> Asked {
        Asked::new(action, subject, &self.ready.region, &self.endpoint)
    }

    /// The instances that a filter lets through (`DescribeInstances`), every page of them. Values may have wildcards.
    pub(crate) async fn instances(&self, filter: &str, values: &[&str]) -> Result<Vec<Instance>, Failure> {
        let names: Vec<String> = (1..=values.len()).map(|place| format!("Filter.1.Value.{place}")).collect();
        let mut question = vec![("Filter.1.Name", filter), ("MaxResults", PAGE)];
        question.extend(names.iter().map(String::as_str).zip(values.iter().copied()));
        let (mut pages, mut token, mut found) = (Pages::default(), None::<String>, Vec::new());
        loop {
            let mut parameters = question.clone();
            parameters.extend(token.as_deref().map(|token| ("NextToken", token)));
            let answer = self.ask("DescribeInstances", &parameters).await?;
            let page = instances::parse(&answer.xml).map_err(Failure::Unreadable)?;
            found.extend(page.instances);
            let next = pages.next("instances", page.next.as_deref());
            token = next.map_err(|error| Failure::Unreadable(error.message))?;
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// The names of the regions that are enabled for the account (`DescribeRegions`), in order.
    pub(crate) async fn regions(&self) -> Result<Vec<String>, Failure> {
        let answer = self.ask("DescribeRegions", &[]).await?;
        regions::parse(&answer.xml).map_err(Failure::Unreadable)
    }

    async fn ask(&self, action: &str, parameters: &[(&str, &str)]) -> Result<Answer, Failure> {
        let signer = Signer {
            http: self.aws.http(),
            limits: self.aws.limits(),
            service: Service::Ec2,
            region: &self.ready.region,
            endpoint: &self.endpoint,
            credentials: &self.ready.credentials.credentials,
        };
        signer.ask(VERSION, action, parameters).await
    }
}
