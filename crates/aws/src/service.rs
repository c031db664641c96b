//! The services that are asked, and where each one is.

use http::Uri;

use crate::errors::invalid;
use bellwether_core::roster::RosterError;

/// A service of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Elb,
    ElbV2,
    AutoScaling,
    Ec2,
    Sts,
    DynamoDb,
    Sqs,
    Sns,
    Lambda,
    ExecuteApi,
}

impl Service {
    /// The service id, from which the names of its settings are made (`AWS_ENDPOINT_URL_AUTO_SCALING`).
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Elb => "Elastic Load Balancing",
            Self::ElbV2 => "Elastic Load Balancing v2",
            Self::AutoScaling => "Auto Scaling",
            Self::Ec2 => "EC2",
            Self::Sts => "STS",
            Self::DynamoDb => "DynamoDB",
            Self::Sqs => "SQS",
            Self::Sns => "SNS",
            Self::Lambda => "Lambda",
            Self::ExecuteApi => "ExecuteAPI",
        }
    }

    /// The name in host names and signatures.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Elb | Self::ElbV2 => "elasticloadbalancing",
            Self::AutoScaling => "autoscaling",
            Self::Ec2 => "ec2",
            Self::Sts => "sts",
            Self::DynamoDb => "dynamodb",
            Self::Sqs => "sqs",
            Self::Sns => "sns",
            Self::Lambda => "lambda",
            Self::ExecuteApi => "execute-api",
        }
    }
}

/// Where a service is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The URL, without a slash at its end.
    pub(crate) url: String,
    /// Whether it was configured, rather than made from the region.
    pub(crate) configured: bool,
    /// Its host, and the port where one is configured, for errors.
    pub(crate) host: String,
}

/// Which variant of AWS's own endpoints is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Variant {
    pub(crate) fips: bool,
    pub(crate) dual_stack: bool,
}

impl Endpoint {
    /// A configured endpoint.
    ///
    /// # Errors
    /// When it is no `http` or `https` URL.
    pub(crate) fn configured(url: &str) -> Result<Self, RosterError> {
        let url = url.trim_end_matches('/');
        let uri = url.parse::<Uri>().ok().filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
        let Some(host) = uri.as_ref().and_then(host_and_port) else {
            return Err(invalid(
                "the configured AWS endpoint is not a URL",
                "give endpoint URLs as https://host or http://host:port (option, AWS_ENDPOINT_URL or profile)",
            ));
        };
        Ok(Self { url: url.to_owned(), configured: true, host })
    }

    /// AWS's own endpoint of a service in a region.
    pub(crate) fn of_region(service: Service, region: &str, variant: Variant) -> Self {
        let china = region.starts_with("cn-");
        let domain = match (variant.dual_stack, china) {
            (false, false) => "amazonaws.com",
            (false, true) => "amazonaws.com.cn",
            (true, false) => "api.aws",
            (true, true) => "api.amazonwebservices.com.cn",
        };
        let fips = if variant.fips { "-fips" } else { "" };
        let host = format!("{}{fips}.{region}.{domain}", service.name());
        Self { url: format!("https://{host}"), configured: false, host }
    }
}

/// Without a user name and password, should there be some: errors must not show them.
fn host_and_port(uri: &Uri) -> Option<String> {
    let host = uri.host()?;
    Some(uri.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_made_from_service_and_region() {
        let host = |service, region, variant| Endpoint::of_region(service, region, variant).host;
        let plain = Variant::default();
        assert_eq!(host(Service::Ec2, "eu-west-1", plain), "ec2.eu-west-1.amazonaws.com");
        assert_eq!(host(Service::Sts, "cn-north-1", plain), "sts.cn-north-1.amazonaws.com.cn");
        let both = Variant { fips: true, dual_stack: true };
        assert_eq!(host(Service::Ec2, "us-east-1", both), "ec2-fips.us-east-1.api.aws");
    }

    #[test]
    fn configured_endpoints_are_http_urls() {
        let endpoint = Endpoint::configured("http://localhost:5000/").unwrap();
        assert_eq!((endpoint.url.as_str(), endpoint.host.as_str()), ("http://localhost:5000", "localhost:5000"));
        assert_eq!(Endpoint::configured("https://user:hush@elb.example.com/x").unwrap().host, "elb.example.com");
        for url in ["", "localhost:5000", "ftp://host", "https://", "http://a b"] {
            assert!(Endpoint::configured(url).is_err(), "{url}");
        }
    }
}
