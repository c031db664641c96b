//! The session of this API, and what its requests have in common.

use aws_sdk_elasticloadbalancing::Client;
use aws_smithy_types::error::operation::BuildError;
use bellwether_core::balancer::BalancerName;

use crate::api_error::ApiError;
use crate::api_session::ApiSession;
use crate::client::Aws;
use crate::service::Service;

/// What an error is about when it is about no single load balancer.
pub(super) const ALL: &str = "the load balancers";

/// A client of one region.
pub(super) type Session = ApiSession<Client>;

pub(super) async fn open(aws: &Aws, region: Option<&str>) -> Result<Session, ApiError> {
    Session::open(aws, Service::Elb, region, Client::new).await
}

/// What errors call a load balancer, as command lines name it.
pub(super) fn elb(name: &BalancerName) -> String {
    format!("elb:{name}")
}

/// A part of a request that cannot be written: something is missing in it.
pub(super) fn unwritable(error: BuildError) -> ApiError {
    ApiError::invalid(format!("the request cannot be written: {error}"), "report this as a bug")
}

/// What an empty list is no use for.
pub(super) fn check_some<T>(list: &[T], what: &str) -> Result<(), ApiError> {
    match list.is_empty() {
        true => Err(ApiError::invalid(format!("there is no {what}"), "give at least one")),
        false => Ok(()),
    }
}

/// The texts of checked names and ids.
pub(super) fn texts<'a, T: 'a>(items: impl IntoIterator<Item = &'a T>, text: fn(&T) -> &str) -> Option<Vec<String>> {
    Some(items.into_iter().map(|item| text(item).to_owned()).collect())
}
