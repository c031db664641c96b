//! Where a group's API is: its function `CloneSquad-Discovery-GROUP` tells.

use bellwether_core::notice::{NoticeError, NoticeErrorKind};
use serde::Deserialize;
use serde_json::Value;

use super::{api, malformed};
use crate::client::Aws;
use crate::errors::{Asked, Failure};
use crate::service::{Endpoint, Service};
use crate::signed::{Message, Received, Signer, error_code, percent_encoded};
use crate::text::shown;

/// The longest answer that is read, in bytes: it is a handful of names and URLs.
const LONGEST: usize = 64 << 10;

/// The longest name of a group. Names of functions are shorter; so nothing is refused that could be one.
const LONGEST_GROUP: usize = 140;

/// What the function answers; what else it may tell is not needed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Discovered {
    #[serde(rename = "InteractAPIGWUrl")]
    pub(super) url: String,
    #[serde(rename = "InteractApi")]
    pub(super) api: String,
    #[serde(rename = "ApiGwVpcEndpointDNSEntry")]
    pub(super) vpc_endpoint: Option<String>,
}

pub(super) async fn find(aws: &Aws, group: &str, region: &str) -> Result<api::Place, NoticeError> {
    let usable = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if group.len() > LONGEST_GROUP || !group.bytes().all(usable) {
        return Err(malformed(
            format!("the tag clonesquad:group-name is '{}', which cannot be a group", shown(group)),
            "correct the tag: the name of a CloneSquad group has letters, digits, '-' and '_'",
        ));
    }
    let arn = arn(aws, group, region).await?;
    let endpoint = aws.endpoint(Service::Lambda, region).await?;
    let discovered = invoke(aws, &arn, group, region, &endpoint).await?;
    // Where the function is asked without TLS, as by tests, its API may be without TLS, too.
    let plain = endpoint.configured && endpoint.url.starts_with("http:");
    api::Place::of(&discovered, plain).map_err(|why| {
        malformed(
            format!("CloneSquad-Discovery-{group} in {region} ({}) told no usable API: {why}", endpoint.host),
            "look at what the function answers, and at the deployment of CloneSquad",
        )
    })
}

/// The caller's own ARN tells the partition.
async fn arn(aws: &Aws, group: &str, region: &str) -> Result<String, NoticeError> {
    let caller = aws.caller(Some(region)).await?;
    let partition = caller.arn.split(':').nth(1).unwrap_or_default();
    let account = caller.account.as_str();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    let digits = |byte: u8| byte.is_ascii_digit();
    if !partition.starts_with("aws")
        || !partition.bytes().all(plain)
        || account.is_empty()
        || !account.bytes().all(digits)
    {
        return Err(malformed(
            format!("sts:GetCallerIdentity in {region} told no account: '{account}', '{}'", caller.arn),
            "check what answers as AWS",
        ));
    }
    Ok(format!("arn:{partition}:lambda:{region}:{account}:function:CloneSquad-Discovery-{group}"))
}

async fn invoke(
    aws: &Aws,
    arn: &str,
    group: &str,
    region: &str,
    endpoint: &Endpoint,
) -> Result<Discovered, NoticeError> {
    let ready = aws.ready(Some(region)).await?;
    let asked = Asked::new("lambda:InvokeFunction", format!("CloneSquad-Discovery-{group}"), region, endpoint);
    let signer = Signer {
        http: aws.http(),
        limits: aws.limits(),
        service: Service::Lambda,
        region,
        endpoint,
        credentials: &ready.credentials.credentials,
    };
    let message = Message {
        method: "POST",
        url: format!("{}/2015-03-31/functions/{}/invocations", endpoint.url, percent_encoded(arn)),
        headers: vec![("x-amz-invocation-type", "RequestResponse")],
        body: "",
        longest: LONGEST,
    };
    let answer = signer.exchange(&message, invoked).await;
    match answer.map_err(|failure| asked.notice_error(&failure))? {
        Invoked::Answered(discovered) => Ok(discovered),
        Invoked::Failed(why) => Err(NoticeError {
            kind: NoticeErrorKind::Unavailable,
            message: format!("{} in {region} ({}) failed: {why}", asked.subject, endpoint.host),
            remedy: format!("look at the function's log, /aws/lambda/CloneSquad-Discovery-{group}"),
        }),
    }
}

/// What became of an invocation that Lambda carried out.
#[derive(Debug)]
enum Invoked {
    Answered(Discovered),
    Failed(String),
}

/// Lambda API reference, `Invoke`: a function that fails has status 200 and a header that tells so.
fn invoked(received: Received) -> Result<Invoked, Failure> {
    let Received { status, headers, text, clocks } = received;
    if !(200..=299).contains(&status) {
        let code = error_code(&headers);
        return Err(Failure::Refused { status, code, message: message_of(&text), clocks });
    }
    if let Some(kind) = headers.get("x-amz-function-error") {
        return Ok(Invoked::Failed(shown(&format!("{kind}: {}", message_of(&text)))));
    }
    let discovered = serde_json::from_str(&text).map_err(|error| Failure::Unreadable(shown(&error.to_string())))?;
    Ok(Invoked::Answered(discovered))
}

/// The message of an error of Lambda (`Message`, `message`) or of a function (`errorMessage`), else the text itself.
fn message_of(text: &str) -> String {
    let json: Option<Value> = serde_json::from_str(text).ok();
    let named = |name: &str| json.as_ref()?.get(name)?.as_str().map(str::to_owned);
    ["Message", "message", "errorMessage"].into_iter().find_map(named).unwrap_or_else(|| shown(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_in_every_shape() {
        for (text, message) in [
            (r#"{"Type":"User","Message":"not found"}"#, "not found"),
            (r#"{"message":"Forbidden"}"#, "Forbidden"),
            (r#"{"errorMessage":"boom","errorType":"KeyError"}"#, "boom"),
            ("plain\ntext", "plain text"),
            ("7", "7"),
        ] {
            assert_eq!(message_of(text), message);
        }
    }

    #[test]
    fn the_vpc_endpoint_may_be_missing_or_null() {
        for rest in ["", r#","ApiGwVpcEndpointDNSEntry":null,"Other":[1]"#] {
            let answer = format!(r#"{{"InteractAPIGWUrl":"https://x/v1/","InteractApi":"a1"{rest}}}"#);
            let discovered: Discovered = serde_json::from_str(&answer).unwrap();
            assert_eq!(discovered.vpc_endpoint, None, "{rest}");
        }
    }
}
