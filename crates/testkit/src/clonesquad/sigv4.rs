//! Checks signatures as AWS does, after the IAM user guide, "Create a signed AWS API request". Nothing of it is shared
//! with the code under test.

use std::fmt::Write;

use aws_lc_rs::{digest, hmac};

use crate::http::Request;

/// As whom, and for what, a request must be signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) access_key: &'a str,
    pub(super) secret_key: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    /// Headers that must be signed besides `host` and `x-amz-date`, in lower case.
    pub(super) headers: &'a [&'a str],
}

/// What an `Authorization` header says.
struct Authorization<'a> {
    credential: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

/// Checks a request's signature.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(request: &Request, expected: &Expected<'_>) -> Result<(), String> {
    let authorization = authorization(request)?;
    let date = request.header("x-amz-date").ok_or("there is no x-amz-date")?;
    let day = date.get(..8).ok_or("x-amz-date is no date")?;
    let scope = format!("{day}/{}/{}/aws4_request", expected.region, expected.service);
    let credential = format!("{}/{scope}", expected.access_key);
    if authorization.credential != credential {
        return Err(format!("signed as {}, not as {credential}", authorization.credential));
    }
    let signed: Vec<_> = authorization.signed_headers.split(';').collect();
    for header in ["host", "x-amz-date"].iter().chain(expected.headers) {
        if !signed.contains(header) {
            return Err(format!("{header} is not signed"));
        }
    }
    let canonical = canonical_request(request, authorization.signed_headers)?;
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let signature = hex(&keyed(&signing_key(expected, day), &to_sign));
    match signature == authorization.signature {
        true => Ok(()),
        false => Err(format!("the signature does not match; the canonical request is\n{canonical}")),
    }
}

fn authorization(request: &Request) -> Result<Authorization<'_>, String> {
    let header = request.header("authorization").ok_or("there is no authorization")?;
    let parts = header.strip_prefix("AWS4-HMAC-SHA256 ").ok_or("it is no AWS4-HMAC-SHA256")?;
    let part = |name: &str| {
        let value = parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        value.ok_or_else(|| format!("the authorization has no {name}"))
    };
    let (credential, signed_headers) = (part("Credential")?, part("SignedHeaders")?);
    Ok(Authorization { credential, signed_headers, signature: part("Signature")? })
}

/// Steps 1 and 2: the request in the one form that both sides hash.
fn canonical_request(request: &Request, signed_headers: &str) -> Result<String, String> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    let mut headers = String::new();
    for name in signed_headers.split(';') {
        let value = request.header(name).ok_or_else(|| format!("{name} is signed and not there"))?;
        let value: Vec<_> = value.split_ascii_whitespace().collect();
        headers.push_str(&format!("{name}:{}\n", value.join(" ")));
    }
    let body = sha256(&request.body);
    let (method, path, query) = (&request.method, encoded_again(path), pairs.join("&"));
    Ok(format!("{method}\n{path}\n{query}\n{headers}\n{signed_headers}\n{body}"))
}

/// The path of every service but S3 is encoded once more than it is sent.
fn encoded_again(path: &str) -> String {
    let mut encoded = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte))
            }
            other => write!(encoded, "%{other:02X}").unwrap(),
        }
    }
    encoded
}

/// Step 4: a key for a day, a region and a service.
fn signing_key(expected: &Expected<'_>, day: &str) -> Vec<u8> {
    let mut key = format!("AWS4{}", expected.secret_key).into_bytes();
    for part in [day, expected.region, expected.service, "aws4_request"] {
        key = keyed(&key, part);
    }
    key
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
