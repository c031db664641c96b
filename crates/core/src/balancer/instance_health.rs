//! How an instance is, as its load balancer sees it, and what that means (`InstanceState` of the API reference).

use std::fmt;

use serde::{Serialize, Serializer};

/// The state of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum InstanceState {
    /// It gets traffic.
    InService,
    /// It is registered and gets none.
    OutOfService,
    /// The load balancer does not know.
    Unknown,
    /// Something that the API reference does not know.
    Other(String),
}

impl InstanceState {
    /// Reads AWS's word for it.
    pub fn from_aws(text: &str) -> Self {
        match text {
            "InService" => Self::InService,
            "OutOfService" => Self::OutOfService,
            "Unknown" => Self::Unknown,
            other => Self::Other(other.to_owned()),
        }
    }

    /// AWS's word for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::InService => "InService",
            Self::OutOfService => "OutOfService",
            Self::Unknown => "Unknown",
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for InstanceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for InstanceState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How an instance is (`DescribeInstanceHealth`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstanceHealth {
    /// Its id.
    pub id: String,
    /// Its state.
    pub state: InstanceState,
    /// Who is the cause of it: `ELB`, `Instance`, or `N/A` for nobody. See [`explain_reason_code`].
    pub reason_code: String,
    /// The cause in AWS's words; `N/A` where there is none. See [`explain_description`].
    pub description: String,
}

impl InstanceHealth {
    /// What the state means and what to do about it, in sentences; empty where there is nothing to explain.
    pub fn explanation(&self) -> String {
        let mut parts = explain_description(&self.description);
        if self.state != InstanceState::InService && parts.is_empty() {
            parts.extend(explain_reason_code(&self.reason_code));
        }
        parts.join(" ")
    }
}

/// What a reason code means; none for `N/A` and unknown ones.
pub fn explain_reason_code(code: &str) -> Option<&'static str> {
    match code {
        "ELB" => Some("The load balancer itself is the cause, not the instance; it usually passes."),
        "Instance" => Some("The instance is the cause: it does not run, or does not pass the health check."),
        _ => None,
    }
}

/// What the documented messages in a description mean, and what to do; there may be several in one text.
pub fn explain_description(description: &str) -> Vec<&'static str> {
    MESSAGES.iter().filter(|(part, _)| description.contains(part)).map(|(_, meaning)| *meaning).collect()
}

/// The telling part of each message of the API reference, and its meaning.
const MESSAGES: [(&str, &str); 11] = [
    ("transient error occurred", "AWS had trouble finding out; ask again in a moment."),
    (
        "failed at least the UnhealthyThreshold",
        "The health check fails: try its target on the instance itself, then look at the security groups and at the \
         timeout.",
    ),
    (
        "not passed the configured HealthyThreshold",
        "It has not passed enough health checks yet: wait for interval times healthy threshold, then try the target.",
    ),
    ("registration is still in progress", "It was registered a moment ago; wait for it."),
    (
        "Availability Zone for which LoadBalancer is not configured",
        "Its zone is not enabled: enable the zone, attach a subnet of it, or deregister the instance.",
    ),
    ("not currently registered", "It is not registered; register it if it should be."),
    ("deregistration currently in progress", "It is leaving: open connections may end, new ones go elsewhere."),
    ("Disable Availability Zone is currently in progress", "Its zone is being disabled."),
    ("in pending state", "It is starting; wait until it runs."),
    ("in stopped state", "It is stopped: start it, or deregister it."),
    ("in terminated state", "It is gone: deregister it."),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The list of the API reference.
    const DOCUMENTED: [&str; 11] = [
        "A transient error occurred. Please try again later.",
        "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
        "Instance has not passed the configured HealthyThreshold number of health checks consecutively.",
        "Instance registration is still in progress.",
        "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.",
        "Instance is not currently registered with the LoadBalancer.",
        "Instance deregistration currently in progress.",
        "Disable Availability Zone is currently in progress.",
        "Instance is in pending state.",
        "Instance is in stopped state.",
        "Instance is in terminated state.",
    ];

    fn health(state: &str, reason_code: &str, description: &str) -> InstanceHealth {
        InstanceHealth {
            id: "i-1".to_owned(),
            state: InstanceState::from_aws(state),
            reason_code: reason_code.to_owned(),
            description: description.to_owned(),
        }
    }

    #[test]
    fn every_documented_message_has_a_meaning_of_its_own() {
        let meanings: Vec<_> = DOCUMENTED.iter().map(|message| explain_description(message)).collect();
        for (message, meaning) in DOCUMENTED.iter().zip(&meanings) {
            assert_eq!(meaning.len(), 1, "{message}: {meaning:?}");
        }
        let distinct: std::collections::BTreeSet<_> = meanings.concat().into_iter().collect();
        assert_eq!(distinct.len(), DOCUMENTED.len());
        assert_eq!(explain_description(&DOCUMENTED.join(" ")).len(), DOCUMENTED.len());
    }

    #[test]
    fn the_reason_code_explains_where_the_description_does_not() {
        assert_eq!(health("InService", "N/A", "N/A").explanation(), "");
        assert!(health("OutOfService", "ELB", "N/A").explanation().contains("load balancer itself"));
        assert!(health("OutOfService", "Instance", "Instance is in stopped state.").explanation().contains("start it"));
        assert!(health("InService", "N/A", DOCUMENTED[6]).explanation().contains("leaving"));
        assert_eq!(health("Odd", "N/A", "N/A").explanation(), "");
    }

    proptest! {
        #[test]
        fn every_state_is_told_in_its_own_word(text in ".*", code in ".*") {
            let health = health(&text, &code, &text);
            prop_assert_eq!(health.state.to_string(), text);
            let _ = health.explanation();
        }
    }
}
