//! Calls of an API that would be made, for `--dry-run`.

use serde_json::{Value, json};

/// A call that would change something, in the API's own words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    version: &'static str,
    action: &'static str,
    parameters: Value,
}

impl Call {
    /// A call of the API for classic load balancers. What is null in the parameters is not sent.
    pub(crate) fn elb(action: &'static str, parameters: Value) -> Self {
        Self { version: "2012-06-01", action, parameters: without_nulls(parameters) }
    }

    /// The same of the API for target groups.
    pub(crate) fn elbv2(action: &'static str, parameters: Value) -> Self {
        Self { version: "2015-12-01", action, parameters: without_nulls(parameters) }
    }

    /// The same of the API for queues.
    pub(crate) fn sqs(action: &'static str, parameters: Value) -> Self {
        Self { version: "2012-11-05", action, parameters: without_nulls(parameters) }
    }
}

/// The calls as JSON, in their order.
pub(crate) fn as_json(calls: &[Call], region: &str) -> String {
    let call = |Call { version, action, parameters }: &Call| json!({"action": action, "version": version, "region": region, "parameters": parameters});
    format!("{:#}\n", Value::Array(calls.iter().map(call).collect()))
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_null_is_not_sent_and_what_is_empty_is() {
        let call = Call::elb("Act", json!({"A": null, "B": [{"C": null, "D": ""}], "E": []}));
        let shown: Value = serde_json::from_str(&as_json(&[call], "eu-west-1")).unwrap();
        let parameters = json!({"B": [{"D": ""}], "E": []});
        let expected =
            json!([{"action": "Act", "version": "2012-06-01", "region": "eu-west-1", "parameters": parameters}]);
        assert_eq!(shown, expected);
    }
}
