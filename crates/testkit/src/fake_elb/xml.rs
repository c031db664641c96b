//! Writing XML.

use super::call::Service;
use super::refusal::REQUEST_ID;

/// `<NAME>TEXT</NAME>`, the text escaped.
pub(super) fn element(name: &str, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<{name}>{text}</{name}>")
}

/// `<NAME>...</NAME>` around XML.
pub(super) fn around(name: &str, inner: &str) -> String {
    format!("<{name}>{inner}</{name}>")
}

/// A list: `<NAME>` around items, each in `<ITEM>`.
pub(super) fn list(name: &str, item: &str, items: impl Iterator<Item = String>) -> String {
    around(name, &items.map(|inner| around(item, &inner)).collect::<String>())
}

/// An element where there is a text, else nothing.
pub(super) fn optional(name: &str, text: Option<&str>) -> String {
    text.map(|text| element(name, text)).unwrap_or_default()
}

/// The envelope of the query protocol around the members of a result.
pub(super) fn query_answer(service: Service, action: &str, result: &str) -> String {
    let namespace = service.namespace();
    format!(
        "<{action}Response xmlns=\"{namespace}\"><{action}Result>{result}</{action}Result>\
         <ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{action}Response>"
    )
}

/// The envelope of the EC2 protocol around the members of an answer.
pub(super) fn ec2_answer(action: &str, result: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{action}Response xmlns=\"{}\">\
         <requestId>{REQUEST_ID}</requestId>{result}</{action}Response>",
        Service::Ec2.namespace()
    )
}
