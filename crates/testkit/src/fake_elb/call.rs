//! A request of the query protocol, taken apart.

use std::collections::BTreeMap;

use super::refusal::Refusal;
use crate::http::Request;

/// The services the fake plays, told apart by the version of their API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Elb,
    ElbV2,
    AutoScaling,
    Ec2,
    Sts,
    Unknown,
}

impl Service {
    fn of_version(version: &str) -> Self {
        match version {
            "2012-06-01" => Self::Elb,
            "2015-12-01" => Self::ElbV2,
            "2011-01-01" => Self::AutoScaling,
            // The second is boto 2's.
            "2016-11-15" | "2014-10-01" => Self::Ec2,
            "2011-06-15" => Self::Sts,
            _ => Self::Unknown,
        }
    }

    /// The XML namespace of its answers.
    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::Elb => "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
            Self::ElbV2 => "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
            Self::AutoScaling => "http://autoscaling.amazonaws.com/doc/2011-01-01/",
            Self::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
            Self::Sts | Self::Unknown => "https://sts.amazonaws.com/doc/2011-06-15/",
        }
    }

    fn signing_name(self) -> &'static str {
        match self {
            Self::Elb | Self::ElbV2 => "elasticloadbalancing",
            Self::AutoScaling => "autoscaling",
            Self::Ec2 => "ec2",
            Self::Sts | Self::Unknown => "sts",
        }
    }
}

/// A request of the query protocol: names and values, from the query of the URL and from the body.
#[derive(Debug)]
pub(super) struct Call {
    parameters: BTreeMap<String, String>,
    authorization: String,
}

impl Call {
    pub(super) fn of(request: &Request) -> Self {
        let query = request.path.split_once('?').map_or("", |(_, query)| query);
        let body = request.text();
        let pairs = query.split('&').chain(body.trim().split('&')).filter_map(|pair| pair.split_once('='));
        Self {
            parameters: pairs.map(|(name, value)| (decode(name), decode(value))).collect(),
            authorization: request.header("authorization").unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    pub(super) fn action(&self) -> &str {
        self.get("Action").unwrap_or_default()
    }

    pub(super) fn service(&self) -> Service {
        Service::of_version(self.get("Version").unwrap_or_default())
    }

    /// The values of a list: `PREFIX.1`, `PREFIX.2` and so on.
    pub(super) fn list(&self, prefix: &str) -> Vec<&str> {
        (1..).map_while(|place| self.get(&format!("{prefix}.{place}"))).collect()
    }

    /// The filters of EC2: `Filter.N.Name` and `Filter.N.Value.M`.
    pub(super) fn filters(&self) -> Vec<(&str, Vec<&str>)> {
        let one =
            |place| Some((self.get(&format!("Filter.{place}.Name"))?, self.list(&format!("Filter.{place}.Value"))));
        (1..).map_while(one).collect()
    }

    /// Whether it is signed with Signature Version 4 and scoped to the service it asks.
    pub(super) fn check_signature(&self) -> Result<(), Refusal> {
        let Some((_, rest)) = self.authorization.split_once("AWS4-HMAC-SHA256 Credential=") else {
            return Err(Refusal::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token"));
        };
        // KEY/DATE/REGION/SERVICE/aws4_request
        let scope: Vec<_> = rest.split(',').next().unwrap_or_default().split('/').collect();
        let wanted = self.service().signing_name();
        if scope.get(3) == Some(&wanted) && rest.contains("Signature=") {
            return Ok(());
        }
        let message = format!("Credential should be scoped to correct service: '{wanted}'.");
        Err(Refusal::new(403, "SignatureDoesNotMatch", message))
    }
}

/// Undoes the encoding of `application/x-www-form-urlencoded`.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (first, escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_forms() {
        for (text, plain) in
            [("a+b", "a b"), ("tag%3AName", "tag:Name"), ("100%", "100%"), ("%C3%A9", "é"), ("%zz", "%zz")]
        {
            assert_eq!(decode(text), plain);
        }
    }
}
