//! The session of this API, and what its errors call a group.

use aws_sdk_elasticloadbalancingv2::Client;
use bellwether_core::drain::TargetGroupArn;

use crate::api_error::ApiError;
use crate::api_session::ApiSession;
use crate::client::Aws;
use crate::service::Service;

/// What an error is about when it is about no single group.
pub(super) const ALL: &str = "the target groups";

/// A client of one region.
pub(super) type Session = ApiSession<Client>;

pub(super) async fn open(aws: &Aws, region: Option<&str>) -> Result<Session, ApiError> {
    Session::open(aws, Service::ElbV2, region, Client::new).await
}

/// What errors call a group, as command lines name it.
pub(super) fn alb(group: &TargetGroupArn) -> String {
    format!("alb:{}", group.name())
}
