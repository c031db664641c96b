//! The group's API: `GET metadata`, signed for `execute-api`.

use bellwether_core::notice::clonesquad::Metadata;
use bellwether_core::notice::{NoticeError, NoticeErrorKind};
use http::Uri;
use http::uri::Authority;

use super::Managed;
use super::discovery::Discovered;
use crate::client::Aws;
use crate::errors::{Asked, Failure};
use crate::service::{Endpoint, Service};
use crate::signed::{Message, Received, Signer, error_code};
use crate::text::shown;

/// The longest answer that is read, in bytes: it holds the instance's tags and the ARNs of target groups.
const LONGEST: usize = 256 << 10;

/// The longest URL that is taken.
const LONGEST_URL: usize = 2_000;

/// Where the API is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The URL of the metadata.
    url: String,
    /// The id of the API, by which a VPC endpoint knows whom to pass a request to.
    api: String,
}

impl Place {
    /// Where a function has told that the API is; `plain` allows it to be without TLS.
    pub(super) fn of(discovered: &Discovered, plain: bool) -> Result<Self, String> {
        let Discovered { url, api, vpc_endpoint } = discovered;
        if api.is_empty() || api.len() > 100 || !api.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(format!("InteractApi '{}' is no id of an API", shown(api)));
        }
        let scheme = if plain { "http" } else { "https" };
        let url = match vpc_endpoint.as_deref() {
            Some(host) if !host.is_empty() => format!("{scheme}://{}/v1/metadata", host_name(host)?),
            _ => format!("{}/metadata", checked(url, plain)?.trim_end_matches('/')),
        };
        Ok(Self { url, api: api.clone() })
    }
}

/// A name, with a port where one is given.
fn host_name(host: &str) -> Result<&str, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte);
    let parsed = host.parse::<Authority>().ok().filter(|_| host.bytes().all(allowed));
    match parsed.is_some_and(|authority| !authority.host().is_empty()) {
        true => Ok(host),
        false => Err(format!("ApiGwVpcEndpointDNSEntry '{}' is no name of a host", shown(host))),
    }
}

/// What is asked there is signed: it must not go to others, nor to this one in the clear.
fn checked(url: &str, plain: bool) -> Result<&str, String> {
    let uri = url.parse::<Uri>().ok().filter(|_| url.len() <= LONGEST_URL);
    let usable = uri.is_some_and(|uri| {
        let secure = uri.scheme_str() == Some("https") || (plain && uri.scheme_str() == Some("http"));
        let named = |authority: &Authority| !authority.host().is_empty() && !authority.as_str().contains('@');
        let bare = uri.authority().is_some_and(named);
        secure && bare && !url.contains(['?', '#'])
    });
    match usable {
        true => Ok(url),
        false => Err(format!("InteractAPIGWUrl '{}' is no https URL of a host and a path", shown(url))),
    }
}

/// What the API says of this instance.
pub(super) async fn metadata(aws: &Aws, managed: &Managed) -> Result<Metadata, NoticeError> {
    let Managed { instance, region, api: Place { url, api }, .. } = managed;
    let ready = aws.ready(Some(region)).await?;
    let endpoint = Endpoint::configured(url)?;
    let asked = Asked::new("execute-api:Invoke", format!("CloneSquad's API {api}"), region, &endpoint);
    let signer = Signer {
        http: aws.http(),
        limits: aws.limits(),
        service: Service::ExecuteApi,
        region,
        endpoint: &endpoint,
        credentials: &ready.credentials.credentials,
    };
    let headers = vec![("x-apigw-api-id", api.as_str())];
    let message = Message { method: "GET", url: url.clone(), headers, body: "", longest: LONGEST };
    let metadata = signer.exchange(&message, told).await.map_err(|failure| explained(&asked, &failure))?;
    match metadata.instance_id.as_deref() {
        Some(other) if other != instance.as_str() => {
            let why = format!("it speaks of '{}', and this is {instance}", shown(other));
            Err(explained(&asked, &Failure::Unreadable(why)))
        }
        _ => Ok(metadata),
    }
}

fn told(Received { status, headers, text, clocks }: Received) -> Result<Metadata, Failure> {
    match status {
        200..=299 => Metadata::parse(&text)
            .map_err(|error| Failure::Unreadable(format!("{error}; it begins with '{}'", shown(&beginning(&text))))),
        status => Err(Failure::Refused { status, code: error_code(&headers), message: shown(&text), clocks }),
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(80).collect()
}

fn explained(asked: &Asked, failure: &Failure) -> NoticeError {
    let error = asked.notice_error(failure);
    let remedy = match error.kind {
        NoticeErrorKind::Denied => {
            "check that the resource policy of CloneSquad's API lets this instance's role in, and this host's clock"
        }
        NoticeErrorKind::NotFound | NoticeErrorKind::Malformed => {
            "look at the log of CloneSquad's function CloneSquad-Interact, and whether this instance is in the group"
        }
        _ => return error,
    };
    NoticeError { remedy: remedy.to_owned(), ..error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str, api: &str, vpc: Option<&str>, plain: bool) -> Result<String, String> {
        let discovered = Discovered { url: url.to_owned(), api: api.to_owned(), vpc_endpoint: vpc.map(str::to_owned) };
        Place::of(&discovered, plain).map(|place| place.url)
    }

    const URL: &str = "https://abc123.execute-api.eu-west-1.amazonaws.com/v1";

    #[test]
    fn the_path_is_joined_with_one_slash() {
        for end in ["", "/", "//"] {
            assert_eq!(place(&format!("{URL}{end}"), "abc123", None, false).unwrap(), format!("{URL}/metadata"));
        }
    }

    #[test]
    fn a_vpc_endpoint_comes_first_where_there_is_one() {
        let vpc = "vpce-1.execute-api.eu-west-1.vpce.amazonaws.com";
        assert_eq!(place(URL, "abc123", Some(vpc), false).unwrap(), format!("https://{vpc}/v1/metadata"));
        assert_eq!(place(URL, "abc123", Some(""), false).unwrap(), format!("{URL}/metadata"));
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        for url in [
            "",
            "abc",
            "http://abc.example.com/v1",
            "ftp://abc.example.com",
            "https://",
            "https://:443/",
            "https://user:pass@abc.example.com/",
            "https://abc.example.com/?x=1",
            "https://abc.example.com/#x",
            "https://abc.example.com/a b",
            &format!("https://abc.example.com/{}", "x".repeat(LONGEST_URL)),
        ] {
            assert!(place(url, "abc123", None, false).is_err(), "{url}");
        }
        for host in ["a/b", "a@b", "a?b", "a b", "http://a", "a#b", ":"] {
            assert!(place(URL, "abc123", Some(host), false).is_err(), "{host}");
        }
        for api in ["", "a-b", "a\r\nx: y", &"a".repeat(101)] {
            assert!(place(URL, api, None, false).is_err(), "{api}");
        }
    }

    #[test]
    fn only_with_an_endpoint_of_ones_own_there_is_no_tls() {
        assert!(place("http://127.0.0.1:8080/v1/", "abc123", None, true).is_ok());
        assert!(place("http://127.0.0.1:8080/v1/", "abc123", None, false).is_err());
        assert!(place(URL, "abc123", None, true).is_ok());
    }
}
