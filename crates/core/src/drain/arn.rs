//! The ARN of a target group.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::names::looks_like_region;
use crate::text::shown;

/// The ARN of a target group: `arn:PARTITION:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TargetGroupArn(String);

/// A text that is no such ARN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not the ARN of a target group (arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID)")]
pub struct ArnError(String);

impl TargetGroupArn {
    /// The ARN as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The region it is in; a target group lives in one region.
    pub fn region(&self) -> &str {
        self.0.split(':').nth(3).unwrap_or_default()
    }

    /// The name of the group.
    pub fn name(&self) -> &str {
        self.0.split('/').nth(1).unwrap_or_default()
    }
}

impl FromStr for TargetGroupArn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let error = || ArnError(shown(text));
        if text.len() > 300 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(error());
        }
        let parts: Vec<_> = text.splitn(6, ':').collect();
        let ["arn", _, "elasticloadbalancing", region, _, resource] = parts[..] else { return Err(error()) };
        let names: Vec<_> = resource.split('/').collect();
        match names[..] {
            ["targetgroup", name, id] if looks_like_region(region) && !name.is_empty() && !id.is_empty() => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(error()),
        }
    }
}

impl fmt::Display for TargetGroupArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for TargetGroupArn {
    type Error = ArnError;

    fn try_from(text: String) -> Result<Self, ArnError> {
        text.parse()
    }
}

impl From<TargetGroupArn> for String {
    fn from(arn: TargetGroupArn) -> Self {
        arn.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_region_and_name() {
        let arn: TargetGroupArn =
            "arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:targetgroup/web/0123456789abcdef".parse().unwrap();
        assert_eq!((arn.region(), arn.name()), ("cn-north-1", "web"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "web",
            "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/1",
            "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web",
            "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup//1",
            "arn:aws:elasticloadbalancing:evil.com/:1:targetgroup/web/1",
            "arn:aws:elasticloadbalancing::1:targetgroup/web/1",
            "arn:aws:ec2:eu-west-1:1:targetgroup/web/1",
            "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/w b/1",
        ] {
            assert!(text.parse::<TargetGroupArn>().is_err(), "{text}");
        }
    }
}
