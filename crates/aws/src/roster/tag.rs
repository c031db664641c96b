//! EC2 instances that carry a tag: `DescribeInstances`, by a signed request.

use bellwether_core::roster::{Roster, RosterError, RosterSource};

use super::{Pages, instances, node};
use crate::client::Aws;
use crate::errors::{Asked, Failure};
use crate::service::Service;
use crate::signed::Signer;

/// The version of the EC2 Query API.
const VERSION: &str = "2016-11-15";

/// The largest page the API gives.
const PAGE: &str = "1000";

#[derive(Debug)]
pub(super) struct TagRoster {
    pub(super) aws: Aws,
    pub(super) key: String,
    pub(super) value: String,
}

#[async_trait::async_trait]
impl RosterSource for TagRoster {
    async fn roster(&self) -> Result<Roster, RosterError> {
        let group = format!("tag:{}={}", self.key, self.value);
        let ready = self.aws.ready(None).await?;
        let endpoint = self.aws.endpoint(Service::Ec2, &ready.region).await?;
        let asked = Asked::new("ec2:DescribeInstances", group.as_str(), &ready.region, &endpoint);
        let signer = Signer {
            http: self.aws.http(),
            limits: self.aws.limits(),
            service: Service::Ec2,
            region: &ready.region,
            endpoint: &endpoint,
            credentials: &ready.credentials.credentials,
        };
        let (name, value) = (format!("tag:{}", self.key), literal(&self.value));
        let mut roster = Roster::new();
        let (mut pages, mut token) = (Pages::default(), None::<String>);
        loop {
            let mut parameters =
                vec![("Filter.1.Name", name.as_str()), ("Filter.1.Value.1", value.as_str()), ("MaxResults", PAGE)];
            parameters.extend(token.as_deref().map(|token| ("NextToken", token)));
            let answer = signer.ask(VERSION, "DescribeInstances", &parameters).await;
            let page = answer.and_then(|answer| instances::parse(&answer.xml).map_err(Failure::Unreadable));
            let page = page.map_err(|failure| asked.failed(&failure))?;
            for (id, health) in page.instances {
                roster.add(node(&group, &id)?, health);
            }
            token = pages.next(&group, page.next.as_deref())?;
            if token.is_none() {
                return Ok(roster);
            }
        }
    }
}

/// Filters take `*` and `?` for wildcards; a tag's value is meant as it is written.
fn literal(value: &str) -> String {
    let mut literal = String::with_capacity(value.len());
    for character in value.chars() {
        if matches!(character, '*' | '?' | '\\') {
            literal.push('\\');
        }
        literal.push(character);
    }
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_taken_literally() {
        assert_eq!(literal("web-1"), "web-1");
        assert_eq!(literal(r"a*b?c\d"), r"a\*b\?c\\d");
    }
}
