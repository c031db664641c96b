//! What a web server is told: JSON, by a template.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use url::Url;

use super::journal::Occasion;
use crate::names::NodeId;

/// The longest template, in bytes.
const LONGEST_TEMPLATE: usize = 16 * 1024;

/// What is told unless a template is given.
const USUAL: &str = r#"{"node": "{node}", "state": "{state}", "previous": "{previous}", "source": "{source}",
 "said": "{said}", "deadline": "{deadline}", "detail": "{detail}"}"#;

/// Where it is told. Whoever knows the address can tell lies: it is shown without all that follows its host.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(Url);

/// Why a text is no address of a web server. It does not repeat the text, which may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the webhook is no URL that starts with https:// or http://; write for example https://example.com/hook")]
pub struct WebhookUrlError;

impl FromStr for WebhookUrl {
    type Err = WebhookUrlError;

    fn from_str(text: &str) -> Result<Self, WebhookUrlError> {
        let url = Url::parse(text.trim()).map_err(|_| WebhookUrlError)?;
        if matches!(url.scheme(), "http" | "https") { Ok(Self(url)) } else { Err(WebhookUrlError) }
    }
}

impl WebhookUrl {
    /// All of it, for the request.
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())?;
        self.0.port().map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookUrl({self})")
    }
}

/// JSON in whose texts `{node}`, `{state}`, `{previous}`, `{source}`, `{said}`, `{deadline}` and `{detail}` stand for
/// what is known of the occasion; empty where nothing is.
#[derive(Debug, Clone, PartialEq)]
pub struct Template(Value);

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// More than anybody needs.
    #[error("it has more than {LONGEST_TEMPLATE} bytes")]
    TooLong,
    /// No JSON.
    #[error("it is no JSON: {0}")]
    NotJson(String),
}

impl Default for Template {
    fn default() -> Self {
        Self(serde_json::from_str(USUAL).unwrap_or_default())
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        if text.len() > LONGEST_TEMPLATE {
            return Err(TemplateError::TooLong);
        }
        serde_json::from_str(text).map(Self).map_err(|error| TemplateError::NotJson(error.to_string()))
    }
}

impl Template {
    /// The body for an occasion. What is filled in stays text, whatever characters it has.
    pub fn fill(&self, node: &NodeId, occasion: &Occasion) -> String {
        let word = |word: &Option<crate::notice::Word>| word.as_ref().map(ToString::to_string).unwrap_or_default();
        let values = [
            ("{node}", node.to_string()),
            ("{state}", occasion.name.to_string()),
            ("{previous}", word(&occasion.previous)),
            ("{source}", word(&occasion.source)),
            ("{said}", word(&occasion.said)),
            ("{deadline}", occasion.deadline.map(|deadline| deadline.to_string()).unwrap_or_default()),
            ("{detail}", occasion.detail.clone()),
        ];
        filled(&self.0, &values).to_string()
    }
}

fn filled(value: &Value, values: &[(&str, String)]) -> Value {
    match value {
        Value::String(text) => Value::String(replaced(text, values)),
        Value::Array(items) => items.iter().map(|item| filled(item, values)).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), filled(value, values))).collect())
        }
        other => other.clone(),
    }
}

/// Once from left to right, so that what is filled in is never taken for a placeholder.
fn replaced(text: &str, values: &[(&str, String)]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('{') {
        result.push_str(&rest[..place]);
        rest = &rest[place..];
        let (shown, length) = match values.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => (value.as_str(), name.len()),
            None => ("{", 1),
        };
        result.push_str(shown);
        rest = &rest[length..];
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::{NodeState, Word};

    fn occasion(detail: &str) -> Occasion {
        Occasion {
            name: Word::new("draining").unwrap(),
            state: NodeState::Draining,
            previous: Some(Word::new("running").unwrap()),
            source: Some(Word::new("clonesquad").unwrap()),
            said: Some(Word::new("draining").unwrap()),
            deadline: None,
            detail: detail.to_owned(),
        }
    }

    fn told(template: &str, detail: &str) -> Value {
        let template: Template = template.parse().unwrap();
        serde_json::from_str(&template.fill(&NodeId::new("i-1").unwrap(), &occasion(detail))).unwrap()
    }

    #[test]
    fn placeholders_are_filled_in_and_everything_else_stays() {
        let body = told(r#"{"text": "{node}: {previous} -> {state} {deadline}{x}", "n": 1, "l": ["{said}"]}"#, "");
        assert_eq!(body, serde_json::json!({"text": "i-1: running -> draining {x}", "n": 1, "l": ["draining"]}));
    }

    #[test]
    fn what_is_filled_in_cannot_change_the_shape() {
        let hostile = "\", \"state\": \"{node}\"}\n";
        assert_eq!(told(r#"{"d": "{detail}"}"#, hostile), serde_json::json!({"d": hostile}));
    }

    #[test]
    fn the_usual_body_has_all_that_is_known() {
        let body: Value =
            serde_json::from_str(&Template::default().fill(&NodeId::new("i-1").unwrap(), &occasion("x"))).unwrap();
        assert_eq!((&body["node"], &body["state"], &body["detail"]), (&"i-1".into(), &"draining".into(), &"x".into()));
    }

    #[test]
    fn a_url_is_shown_by_its_host_alone() {
        let url: WebhookUrl = "https://hooks.example.com:8443/T0/secret?token=hush".parse().unwrap();
        assert_eq!(
            format!("{url} {url:?}"),
            "https://hooks.example.com:8443 WebhookUrl(https://hooks.example.com:8443)"
        );
        assert!(url.reveal().ends_with("hush"));
        for text in ["", "example.com", "ftp://example.com", "file:///etc/passwd"] {
            assert!(text.parse::<WebhookUrl>().is_err(), "{text}");
        }
    }
}
