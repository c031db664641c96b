//! Where the metadata service is, from the variables that the AWS SDK reference guide gives for it.

use bellwether_core::environment::Environment;
use http::Uri;

/// Whether and where to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// `AWS_EC2_METADATA_DISABLED` says not to.
    TurnedOff,
    /// The base URL, without a slash at its end.
    At(String),
    /// What the variables say makes no sense.
    Nonsense(String),
}

const IPV4: &str = "http://169.254.169.254";
const IPV6: &str = "http://[fd00:ec2::254]";

pub(super) fn place(environment: &Environment) -> Place {
    if is_true(environment, "AWS_EC2_METADATA_DISABLED") {
        return Place::TurnedOff;
    }
    if let Some(url) = environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
        return configured(url);
    }
    match environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE") {
        None => Place::At(IPV4.to_owned()),
        Some(mode) if mode.eq_ignore_ascii_case("ipv4") => Place::At(IPV4.to_owned()),
        Some(mode) if mode.eq_ignore_ascii_case("ipv6") => Place::At(IPV6.to_owned()),
        Some(_) => Place::Nonsense("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6".to_owned()),
    }
}

/// Whether a variable is set to `true`, in any case.
pub(super) fn is_true(environment: &Environment, variable: &str) -> bool {
    environment.get(variable).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Plain HTTP only: the service has no certificate, and TLS would only be a way to send its token elsewhere.
fn configured(url: &str) -> Place {
    let base = url.trim_end_matches('/');
    let usable = base
        .parse::<Uri>()
        .is_ok_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some() && uri.query().is_none());
    match usable {
        true => Place::At(base.to_owned()),
        false => Place::Nonsense("AWS_EC2_METADATA_SERVICE_ENDPOINT is not of the form http://host[:port]".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Place {
        place(&Environment::from_iter(variables.iter().copied()))
    }

    fn at(url: &str) -> Place {
        Place::At(url.to_owned())
    }

    #[test]
    fn the_variables_of_the_sdks_decide() {
        const ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
        const MODE: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
        assert_eq!(of(&[]), at(IPV4));
        assert_eq!(of(&[(MODE, "IPv6")]), at(IPV6));
        assert_eq!(of(&[(MODE, "ipv4")]), at(IPV4));
        assert_eq!(of(&[(ENDPOINT, "http://localhost:1338/"), (MODE, "IPv6")]), at("http://localhost:1338"));
        assert_eq!(of(&[(ENDPOINT, "http://[::1]:80/prefix/")]), at("http://[::1]:80/prefix"));
        assert_eq!(of(&[("AWS_EC2_METADATA_DISABLED", "True"), (ENDPOINT, "http://x")]), Place::TurnedOff);
        assert_eq!(of(&[("AWS_EC2_METADATA_DISABLED", "false")]), at(IPV4));
    }

    #[test]
    fn nonsense_is_told_and_not_guessed_at() {
        for url in ["localhost", "https://host", "http://", "ftp://host", "http://host?x=1", "http://a b"] {
            let place = of(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)]);
            assert!(matches!(place, Place::Nonsense(_)), "{url}: {place:?}");
        }
        assert!(matches!(of(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "v4")]), Place::Nonsense(_)));
    }
}
