//! The attributes of a group (`TargetGroupAttribute` of the API reference).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::types::TargetGroupAttribute;
use bellwether_core::drain::TargetGroupArn;
use serde::Serialize;

use super::TargetGroups;
use super::session::alb;
use crate::api_error::ApiError;
use crate::text::shown;

const READ: &str = "elasticloadbalancing:DescribeTargetGroupAttributes";
const CHANGE: &str = "elasticloadbalancing:ModifyTargetGroupAttributes";

const DELAY: &str = "deregistration_delay.timeout_seconds";
const TERMINATION: &str = "deregistration_delay.connection_termination.enabled";
const SLOW_START: &str = "slow_start.duration_seconds";
const STICKINESS: &str = "stickiness.enabled";
const STICKINESS_TYPE: &str = "stickiness.type";
const ALGORITHM: &str = "load_balancing.algorithm.type";

/// How long a target drains where AWS does not say (the API's default).
const USUAL_DELAY: Duration = Duration::from_secs(300);

/// The longest key and value that are sent.
const LONGEST: usize = 256;

/// The attributes of a group: what this release knows by its own name, everything by AWS's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct TargetGroupAttributes(BTreeMap<String, String>);

impl TargetGroupAttributes {
    /// The value of an attribute, by AWS's name for it.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// All attributes, in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// How long a deregistered target drains: `deregistration_delay.timeout_seconds`, 300 s where AWS does not say.
    pub fn deregistration_delay(&self) -> Duration {
        self.seconds(DELAY).unwrap_or(USUAL_DELAY)
    }

    /// Whether connections are cut when the delay is over (network load balancers).
    pub fn terminates_connections(&self) -> bool {
        self.get(TERMINATION) == Some("true")
    }

    /// How long a new target gets only a growing share of requests; zero when that is off.
    pub fn slow_start(&self) -> Duration {
        self.seconds(SLOW_START).unwrap_or_default()
    }

    /// What makes a client stay with its target, such as `lb_cookie`; none when nothing does.
    pub fn stickiness(&self) -> Option<&str> {
        self.get(STICKINESS_TYPE).filter(|_| self.get(STICKINESS) == Some("true"))
    }

    /// How targets are chosen, such as `round_robin` (application load balancers).
    pub fn algorithm(&self) -> Option<&str> {
        self.get(ALGORITHM)
    }

    fn seconds(&self, key: &str) -> Option<Duration> {
        self.get(key).and_then(|text| text.parse().ok()).map(Duration::from_secs)
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for TargetGroupAttributes {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(attributes: I) -> Self {
        Self(attributes.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

/// A change of one attribute: `KEY=VALUE`, by AWS's names. Those that are known are checked; others are AWS's to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeChange {
    key: String,
    value: String,
}

impl AttributeChange {
    /// Checks and takes a change.
    ///
    /// # Errors
    /// When the key is empty, or the value of a known attribute is out of range.
    pub fn new(key: &str, value: &str) -> Result<Self, ApiError> {
        let writable = |text: &str| text.len() <= LONGEST && !text.chars().any(char::is_control);
        if key.is_empty() || !writable(key) || !writable(value) {
            return Err(wrong(key, value, "write KEY=VALUE, at most 256 bytes each".to_owned()));
        }
        check(key, value)?;
        Ok(Self { key: key.to_owned(), value: value.to_owned() })
    }

    /// Of the deregistration delay.
    ///
    /// # Errors
    /// When it is longer than 3,600 s.
    pub fn deregistration_delay(delay: Duration) -> Result<Self, ApiError> {
        Self::new(DELAY, &delay.as_secs().to_string())
    }

    /// Of the slow start; zero turns it off.
    ///
    /// # Errors
    /// When it is neither zero nor 30 to 900 s.
    pub fn slow_start(duration: Duration) -> Result<Self, ApiError> {
        Self::new(SLOW_START, &duration.as_secs().to_string())
    }

    /// AWS's name of the attribute.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value.
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl FromStr for AttributeChange {
    type Err = ApiError;

    fn from_str(text: &str) -> Result<Self, ApiError> {
        match text.split_once('=') {
            Some((key, value)) => Self::new(key, value),
            None => Err(wrong(text, "", "write KEY=VALUE".to_owned())),
        }
    }
}

impl fmt::Display for AttributeChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

fn wrong(key: &str, value: &str, remedy: String) -> ApiError {
    ApiError::invalid(format!("'{}={}' cannot be set", shown(key), shown(value)), remedy)
}

/// The values that the API reference gives for the attributes whose values are known.
fn check(key: &str, value: &str) -> Result<(), ApiError> {
    let week = 604_800;
    match key {
        DELAY => number(key, value, false, 0, 3_600),
        SLOW_START => number(key, value, true, 30, 900),
        "stickiness.app_cookie.duration_seconds" | "stickiness.lb_cookie.duration_seconds" => {
            number(key, value, false, 1, week)
        }
        "target_health_state.unhealthy.draining_interval_seconds" => number(key, value, false, 0, 360_000),
        STICKINESS
        | TERMINATION
        | "lambda.multi_value_headers.enabled"
        | "preserve_client_ip.enabled"
        | "proxy_protocol_v2.enabled"
        | "target_health_state.unhealthy.connection_termination.enabled" => one_of(key, value, &["true", "false"]),
        "load_balancing.cross_zone.enabled" => {
            one_of(key, value, &["true", "false", "use_load_balancer_configuration"])
        }
        ALGORITHM => one_of(key, value, &["round_robin", "least_outstanding_requests", "weighted_random"]),
        "load_balancing.algorithm.anomaly_mitigation" => one_of(key, value, &["on", "off"]),
        STICKINESS_TYPE => {
            let known = ["lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"];
            one_of(key, value, &known)
        }
        _ => Ok(()),
    }
}

fn number(key: &str, value: &str, or_zero: bool, least: u32, most: u32) -> Result<(), ApiError> {
    match value.parse::<u32>() {
        Ok(0) if or_zero => Ok(()),
        Ok(number) if (least..=most).contains(&number) => Ok(()),
        _ => {
            let or_zero = if or_zero { "0, or " } else { "" };
            Err(wrong(key, value, format!("give {or_zero}{least} to {most} (seconds)")))
        }
    }
}

fn one_of(key: &str, value: &str, known: &[&str]) -> Result<(), ApiError> {
    match known.contains(&value) {
        true => Ok(()),
        false => Err(wrong(key, value, format!("give one of: {}", known.join(", ")))),
    }
}

impl TargetGroups {
    /// The attributes (`DescribeTargetGroupAttributes`).
    ///
    /// # Errors
    /// When the group does not exist, AWS refuses, or there is no answer.
    pub async fn attributes(&self, group: &TargetGroupArn) -> Result<TargetGroupAttributes, ApiError> {
        let session = self.session_of(group).await?;
        let call = session.client.describe_target_group_attributes().target_group_arn(group.as_str());
        let answer = call.send().await.map_err(session.failed(READ, alb(group)))?;
        Ok(read(answer.attributes()))
    }

    /// Changes attributes (`ModifyTargetGroupAttributes`) and returns all of them; what is not given stays.
    ///
    /// # Errors
    /// When there is nothing to change (nothing is sent), the group does not exist, AWS refuses, or there is no answer.
    pub async fn set_attributes(
        &self,
        group: &TargetGroupArn,
        changes: &[AttributeChange],
    ) -> Result<TargetGroupAttributes, ApiError> {
        if changes.is_empty() {
            return Err(ApiError::invalid("there is no attribute to set", "give at least one KEY=VALUE"));
        }
        let attribute =
            |change: &AttributeChange| TargetGroupAttribute::builder().key(change.key()).value(change.value()).build();
        let session = self.session_of(group).await?;
        let call = session.client.modify_target_group_attributes().target_group_arn(group.as_str());
        let sent = call.set_attributes(Some(changes.iter().map(attribute).collect())).send().await;
        Ok(read(sent.map_err(session.failed(CHANGE, alb(group)))?.attributes()))
    }
}

fn read(attributes: &[TargetGroupAttribute]) -> TargetGroupAttributes {
    let named =
        attributes.iter().filter_map(|attribute| Some((attribute.key()?, attribute.value().unwrap_or_default())));
    named.map(|(key, value)| (shown(key), shown(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_attributes_are_checked_and_others_are_not() {
        for text in [
            "deregistration_delay.timeout_seconds=0",
            "deregistration_delay.timeout_seconds=3600",
            "slow_start.duration_seconds=0",
            "slow_start.duration_seconds=30",
            "stickiness.type=lb_cookie",
            "load_balancing.cross_zone.enabled=use_load_balancer_configuration",
            "something.new=a=b",
        ] {
            assert_eq!(text.parse::<AttributeChange>().unwrap().to_string(), text);
        }
        for (text, says) in [
            ("deregistration_delay.timeout_seconds=3601", "0 to 3600"),
            ("deregistration_delay.timeout_seconds=-1", "0 to 3600"),
            ("slow_start.duration_seconds=29", "0, or 30 to 900"),
            ("stickiness.enabled=yes", "true, false"),
            ("stickiness.type=cookie", "app_cookie"),
            ("nothing", "KEY=VALUE"),
            ("=1", "KEY=VALUE"),
            ("a=b\n", "KEY=VALUE"),
        ] {
            let error = text.parse::<AttributeChange>().unwrap_err();
            assert!(error.remedy.contains(says), "{text}: {}", error.remedy);
        }
    }

    #[test]
    fn known_attributes_have_names_of_their_own() {
        let none = TargetGroupAttributes::default();
        assert_eq!(
            (none.deregistration_delay(), none.slow_start(), none.stickiness()),
            (USUAL_DELAY, Duration::ZERO, None)
        );
        let some: TargetGroupAttributes = [
            (DELAY, "20"),
            (SLOW_START, "30"),
            (STICKINESS, "true"),
            (STICKINESS_TYPE, "lb_cookie"),
            (TERMINATION, "true"),
        ]
        .into_iter()
        .collect();
        assert_eq!(some.deregistration_delay(), Duration::from_secs(20));
        assert_eq!((some.slow_start(), some.stickiness()), (Duration::from_secs(30), Some("lb_cookie")));
        assert!(some.terminates_connections());
    }
}
