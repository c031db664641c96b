//! What Lambda and API Gateway answer.

use super::sigv4::{Expected, check};
use super::{ACCESS_KEY, API, FUNCTION, Fault, Group, REGION, SECRET_KEY, SESSION_TOKEN, Step};
use crate::http::{Reply, Request};

/// The longest answer of the fake: more than any client should read.
const FLOOD: usize = 4 << 20;

pub(super) fn answer(request: &Request, group: &mut Group) -> Reply {
    let step = if request.path.contains("/functions/") { Step::Discovery } else { Step::Metadata };
    *group.calls.entry(step).or_default() += 1;
    if let Some(fault) = group.faults.get(&step) {
        return faulty(step, fault);
    }
    let answered = match step {
        Step::Discovery => discovery(request, group),
        Step::Metadata => metadata(request, group),
    };
    answered.unwrap_or_else(|why| {
        group.refused.push(why.clone());
        forbidden(step, &why)
    })
}

fn discovery(request: &Request, group: &Group) -> Result<Reply, String> {
    check(request, &expected("lambda", &["x-amz-security-token"]))?;
    check_token(request)?;
    // An ARN stands in a path with its colons encoded.
    let path = format!("/2015-03-31/functions/{}/invocations", FUNCTION.replace(':', "%3A"));
    if (request.method.as_str(), &request.path) != ("POST", &path) {
        return Ok(missing(Step::Discovery));
    }
    match request.header("x-amz-invocation-type") {
        Some("RequestResponse") => Ok(Reply::answer(200, "application/json", group.discovery.to_string())),
        other => Err(format!("an invocation of type {other:?}")),
    }
}

fn metadata(request: &Request, group: &Group) -> Result<Reply, String> {
    // Of the headers that are not AWS's own, as x-apigw-api-id, none must be signed.
    check(request, &expected("execute-api", &["x-amz-security-token"]))?;
    check_token(request)?;
    if request.header("x-apigw-api-id") != Some(API) {
        return Err("another API".to_owned());
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/metadata") => Ok(Reply::answer(200, "application/json", group.metadata.to_string())),
        (method, path) => Err(format!("{method} of {path}")),
    }
}

fn expected<'a>(service: &'a str, headers: &'a [&'a str]) -> Expected<'a> {
    Expected { access_key: ACCESS_KEY, secret_key: SECRET_KEY, region: REGION, service, headers }
}

fn check_token(request: &Request) -> Result<(), String> {
    match request.header("x-amz-security-token") {
        Some(SESSION_TOKEN) => Ok(()),
        _ => Err("another session token".to_owned()),
    }
}

fn faulty(step: Step, fault: &Fault) -> Reply {
    match fault {
        Fault::Denied => forbidden(step, "not allowed"),
        Fault::Throttled => json_error(429, "TooManyRequestsException", "Rate Exceeded."),
        Fault::Missing => missing(step),
        Fault::Answer(status, text) => Reply::text(*status, text.as_bytes()),
        Fault::FunctionError => {
            let body = r#"{"errorMessage":"'GroupName'","errorType":"KeyError","stackTrace":[]}"#;
            Reply::answer(200, "application/json", body).with_header("x-amz-function-error", "Unhandled")
        }
        Fault::Flood => Reply::answer(200, "application/json", vec![b' '; FLOOD]),
        Fault::Hang => Reply::Hang,
        Fault::Drop => Reply::Drop,
    }
}

fn forbidden(step: Step, why: &str) -> Reply {
    match step {
        Step::Discovery => json_error(403, "AccessDeniedException", why),
        Step::Metadata => json_error(403, "ForbiddenException", "Forbidden"),
    }
}

fn missing(step: Step) -> Reply {
    match step {
        Step::Discovery => json_error(404, "ResourceNotFoundException", &format!("Function not found: {FUNCTION}")),
        Step::Metadata => json_error(403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    }
}

/// Lambda adds where its errors are explained; API Gateway adds nothing. Both have a code before a colon.
fn json_error(status: u16, code: &str, message: &str) -> Reply {
    let body = serde_json::json!({ "message": message }).to_string();
    let kind = format!("{code}:http://internal.amazon.com/coral/com.amazonaws.awsgirapi/");
    Reply::answer(status, "application/json", body).with_header("x-amzn-errortype", &kind)
}
