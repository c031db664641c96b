//! Query APIs: forms that are posted, and answers in XML.

use super::{Message, Received, Signer};
use crate::errors::{Clocks, Failure};
use crate::xml;

/// The longest page that is read.
const LONGEST_PAGE: usize = 16 << 20;

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) xml: String,
    /// AWS's clock, from the answer's `Date`, and ours when the request was signed.
    pub(crate) clocks: Option<Clocks>,
}

impl Signer<'_> {
    /// Asks an action of a Query API, and again while that may help and attempts are left.
    pub(crate) async fn ask(
        &self,
        version: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let mut form = vec![("Action", action), ("Version", version)];
        form.extend_from_slice(parameters);
        let body = encode(&form);
        let url = format!("{}/", self.endpoint.url);
        let headers = vec![("content-type", FORM)];
        let message = Message { method: "POST", url, headers, body: &body, longest: LONGEST_PAGE };
        self.exchange(&message, answered).await
    }
}

fn answered(Received { status, text, clocks, .. }: Received) -> Result<Answer, Failure> {
    match status {
        200..=299 => Ok(Answer { xml: text, clocks }),
        status => Err(refused(status, &text, clocks)),
    }
}

/// EC2 wraps an error as `Response/Errors/Error`, the others as `ErrorResponse/Error`.
fn refused(status: u16, text: &str, clocks: Option<Clocks>) -> Failure {
    let (mut code, mut message) = (String::new(), String::new());
    let readable = xml::visit_elements(text, |path, text| {
        if xml::ends_with(path, &["Error", "Code"]) {
            text.trim().clone_into(&mut code);
        } else if xml::ends_with(path, &["Error", "Message"]) {
            text.trim().clone_into(&mut message);
        }
    });
    if readable.is_err() {
        // A proxy's or load balancer's page: only the status can be believed.
        (code, message) = (String::new(), String::new());
    }
    Failure::Refused { status, code, message, clocks }
}

/// RFC 3986 percent-encoding of everything but unreserved characters, as signatures want it.
fn encode(pairs: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in pairs {
        if !form.is_empty() {
            form.push('&');
        }
        encode_into(&mut form, name);
        form.push('=');
        encode_into(&mut form, value);
    }
    form
}

/// A text with everything but unreserved characters percent-encoded, as it stands in one segment of a path.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    encode_into(&mut encoded, text);
    encoded
}

fn encode_into(form: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => form.push(char::from(byte)),
            other => {
                form.push('%');
                form.push(char::from(HEX[usize::from(other >> 4)]));
                form.push(char::from(HEX[usize::from(other & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_percent_encoded() {
        assert_eq!(
            encode(&[("Filter.1.Name", "tag:Rôle"), ("b", "a b+c&d=e~")]),
            "Filter.1.Name=tag%3AR%C3%B4le&b=a%20b%2Bc%26d%3De~"
        );
    }

    #[test]
    fn both_shapes_of_error_are_read() {
        let ec2 = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>";
        let query = "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>old</Message></Error></ErrorResponse>";
        let code = |text| match refused(403, text, None) {
            Failure::Refused { code, .. } => code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code(ec2), "UnauthorizedOperation");
        assert_eq!(code(query), "ExpiredToken");
        assert_eq!(code("<html><Error><Code>x</Code>"), "");
    }
}
