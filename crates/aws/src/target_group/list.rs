//! Which target groups there are.

use bellwether_core::drain::TargetGroupArn;

use super::session::{ALL, Session};
use super::{TargetGroup, TargetGroups};
use crate::api_error::{ApiError, ApiErrorKind};
use crate::roster::Pages;
use crate::text::shown;

const ACTION: &str = "elasticloadbalancing:DescribeTargetGroups";

/// How many names or ARNs are asked for at once.
const PER_CALL: usize = 20;

/// Which groups are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupFilter {
    /// All of the region.
    All,
    /// Those of these names.
    Names(Vec<String>),
    /// Those of these ARNs.
    Arns(Vec<TargetGroupArn>),
    /// Those that a load balancer uses, given by its ARN.
    LoadBalancer(String),
}

/// What one request asks for.
#[derive(Debug, Clone, Default)]
struct Part {
    names: Option<Vec<String>>,
    arns: Option<Vec<String>>,
    balancer: Option<String>,
}

impl TargetGroups {
    /// The groups that are wanted (`DescribeTargetGroups`), every page of them.
    ///
    /// # Errors
    /// When one that is named does not exist, AWS refuses, or there is no answer. Never a part of the list.
    pub async fn list(&self, filter: &GroupFilter) -> Result<Vec<TargetGroup>, ApiError> {
        let session = self.session().await?;
        let mut found = Vec::new();
        for (part, subject) in parts(filter) {
            found.extend(session.groups(&part, &subject).await?);
        }
        Ok(found)
    }

    /// The group of this name or ARN.
    ///
    /// # Errors
    /// When it does not exist or the text cannot be one, AWS refuses, or there is no answer.
    pub async fn get(&self, name_or_arn: &str) -> Result<TargetGroup, ApiError> {
        let (session, part) = if name_or_arn.starts_with("arn:") {
            let arn: TargetGroupArn = name_or_arn.parse().map_err(invalid_arn)?;
            let part = Part { arns: Some(vec![arn.as_str().to_owned()]), ..Part::default() };
            (self.session_of(&arn).await?, part)
        } else {
            (self.session().await?, Part { names: Some(vec![name_or_arn.to_owned()]), ..Part::default() })
        };
        let found = session.groups(&part, &format!("alb:{}", shown(name_or_arn))).await?;
        found.into_iter().next().ok_or_else(|| ApiError {
            kind: ApiErrorKind::NotFound,
            message: format!("there is no target group '{}' in {}", shown(name_or_arn), session.region()),
            remedy: "check the name, the region and the account".to_owned(),
        })
    }
}

fn invalid_arn(error: bellwether_core::drain::ArnError) -> ApiError {
    ApiError::invalid(error.to_string(), "give the name of the group, or the ARN that AWS shows for it")
}

/// The requests that the groups take, each with what its errors are about.
fn parts(filter: &GroupFilter) -> Vec<(Part, String)> {
    match filter {
        GroupFilter::All => vec![(Part::default(), ALL.to_owned())],
        GroupFilter::Names(names) => {
            let part = |names: &[String]| {
                (Part { names: Some(names.to_vec()), ..Part::default() }, format!("alb:{}", shown(&names.join(","))))
            };
            names.chunks(PER_CALL).map(part).collect()
        }
        GroupFilter::Arns(arns) => {
            let part = |arns: &[TargetGroupArn]| {
                let texts: Vec<_> = arns.iter().map(|arn| arn.as_str().to_owned()).collect();
                let names: Vec<_> = arns.iter().map(TargetGroupArn::name).collect();
                (Part { arns: Some(texts), ..Part::default() }, format!("alb:{}", shown(&names.join(","))))
            };
            arns.chunks(PER_CALL).map(part).collect()
        }
        GroupFilter::LoadBalancer(arn) => {
            vec![(Part { balancer: Some(arn.clone()), ..Part::default() }, shown(arn))]
        }
    }
}

impl Session {
    async fn groups(&self, part: &Part, subject: &str) -> Result<Vec<TargetGroup>, ApiError> {
        let (mut pages, mut marker, mut found) = (Pages::default(), None, Vec::new());
        loop {
            let answer = self
                .client
                .describe_target_groups()
                .set_names(part.names.clone())
                .set_target_group_arns(part.arns.clone())
                .set_load_balancer_arn(part.balancer.clone())
                .set_marker(marker)
                .send()
                .await
                .map_err(self.failed(ACTION, subject))?;
            for group in answer.target_groups() {
                found.push(TargetGroup::from_sdk(group).map_err(self.unreadable(ACTION, subject))?);
            }
            marker = pages.next(subject, answer.next_marker())?;
            if marker.is_none() {
                return Ok(found);
            }
        }
    }
}
