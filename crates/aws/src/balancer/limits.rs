//! The quotas of the account.

use bellwether_core::balancer::AccountLimit;

use super::Balancers;
use super::described::text;
use crate::api_error::ApiError;
use crate::roster::Pages;

const ACTION: &str = "elasticloadbalancing:DescribeAccountLimits";
const SUBJECT: &str = "the limits of the account";

impl Balancers {
    /// The quotas of the account for classic load balancers (`DescribeAccountLimits`), every page of them.
    ///
    /// # Errors
    /// When AWS refuses, or there is no answer.
    pub async fn account_limits(&self) -> Result<Vec<AccountLimit>, ApiError> {
        let session = self.session().await?;
        let (mut pages, mut marker, mut limits) = (Pages::default(), None, Vec::new());
        loop {
            let call = session.client.describe_account_limits().set_marker(marker);
            let answer = call.send().await.map_err(session.failed(ACTION, SUBJECT))?;
            let limit = |limit: &aws_sdk_elasticloadbalancing::types::Limit| AccountLimit {
                name: text(limit.name()),
                max: text(limit.max()),
            };
            limits.extend(answer.limits().iter().map(limit));
            marker = pages.next(SUBJECT, answer.next_marker())?;
            if marker.is_none() {
                return Ok(limits);
            }
        }
    }
}
