//! Which load balancers there are.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancing::operation::describe_load_balancers::DescribeLoadBalancersOutput;
use bellwether_core::balancer::{BalancerName, LoadBalancer};

use super::Balancers;
use super::described::load_balancer;
use super::session::{ALL, Session};
use crate::api_error::{ApiError, ApiErrorKind};
use crate::roster::Pages;

const ACTION: &str = "elasticloadbalancing:DescribeLoadBalancers";

/// How many names are asked for at once; a page has room for them.
const NAMES_PER_CALL: usize = 100;

/// The largest page the API gives.
const LARGEST_PAGE: u16 = 400;

impl Balancers {
    /// All load balancers of the region (`DescribeLoadBalancers`), every page of them.
    ///
    /// A page has `page_size` of them, 1 to 400; as many as AWS likes where there is none.
    ///
    /// # Errors
    /// When the page size is out of range (nothing is sent), AWS refuses, or there is no answer. Never a part of the
    /// list.
    pub async fn list(&self, page_size: Option<u16>) -> Result<Vec<LoadBalancer>, ApiError> {
        check_page_size(page_size)?;
        self.session().await?.describe(&[], page_size, ALL).await
    }

    /// The load balancers of these names, in this order; none for no name.
    ///
    /// # Errors
    /// When one of them does not exist, AWS refuses, or there is no answer.
    pub async fn describe(&self, names: &[BalancerName]) -> Result<Vec<LoadBalancer>, ApiError> {
        let places: BTreeMap<&str, usize> =
            names.iter().enumerate().rev().map(|(place, name)| (name.as_str(), place)).collect();
        let distinct: Vec<&str> = places.keys().copied().collect();
        let session = self.session().await?;
        let mut found = Vec::new();
        for names in distinct.chunks(NAMES_PER_CALL) {
            let subject = subject(names);
            let balancers = session.describe(names, None, &subject).await?;
            if let Some(missing) = names.iter().find(|name| balancers.iter().all(|balancer| balancer.name != **name)) {
                return Err(not_found(missing, &session));
            }
            found.extend(balancers);
        }
        found.sort_by_key(|balancer| places.get(balancer.name.as_str()).copied());
        Ok(found)
    }

    /// The load balancer of this name.
    ///
    /// # Errors
    /// When it does not exist, AWS refuses, or there is no answer.
    pub async fn get(&self, name: &BalancerName) -> Result<LoadBalancer, ApiError> {
        let session = self.session().await?;
        let found = session.describe(&[name.as_str()], None, &subject(&[name.as_str()])).await?;
        let found = found.into_iter().find(|balancer| balancer.name == name.as_str());
        found.ok_or_else(|| not_found(name.as_str(), &session))
    }
}

impl Session {
    /// All pages of the load balancers of these names; of all, for no name.
    async fn describe(
        &self,
        names: &[&str],
        page_size: Option<u16>,
        subject: &str,
    ) -> Result<Vec<LoadBalancer>, ApiError> {
        let names = (!names.is_empty()).then(|| names.iter().copied().map(str::to_owned).collect::<Vec<_>>());
        let (mut pages, mut marker, mut found) = (Pages::default(), None, Vec::new());
        loop {
            let answer = self
                .client
                .describe_load_balancers()
                .set_load_balancer_names(names.clone())
                .set_page_size(page_size.map(i32::from))
                .set_marker(marker)
                .send()
                .await
                .map_err(self.failed(ACTION, subject))?;
            found.extend(page(&answer).map_err(self.unreadable(ACTION, subject))?);
            marker = pages.next(subject, answer.next_marker())?;
            if marker.is_none() {
                return Ok(found);
            }
        }
    }
}

fn page(answer: &DescribeLoadBalancersOutput) -> Result<Vec<LoadBalancer>, String> {
    answer.load_balancer_descriptions().iter().map(load_balancer).collect()
}

pub(super) fn check_page_size(size: Option<u16>) -> Result<(), ApiError> {
    match size {
        Some(size) if !(1..=LARGEST_PAGE).contains(&size) => {
            Err(ApiError::invalid(format!("a page cannot have {size} entries"), "give 1 to 400"))
        }
        _ => Ok(()),
    }
}

/// What errors call them: the one, or how many.
fn subject(names: &[&str]) -> String {
    match names {
        [one] => format!("elb:{one}"),
        many => format!("{} load balancers", many.len()),
    }
}

/// AWS has an error for this; a service that plays AWS may answer with what it has instead.
fn not_found(name: &str, session: &Session) -> ApiError {
    ApiError {
        kind: ApiErrorKind::NotFound,
        message: format!("there is no classic load balancer '{name}' in {}", session.region()),
        remedy: "check the name, the region and the account".to_owned(),
    }
}
