//! Which servers and bucket a URL names.

use std::fmt;

use bellwether_core::store::StoreError;

use super::servers::Servers;

const FORM: &str = "write it as nats://[USER:PASSWORD@]HOST:PORT[,HOST:PORT...]/BUCKET, or tls:// for TLS";
/// Short enough for the names of two streams and their directories.
const LONGEST_BUCKET: usize = 64;

/// A URL, taken apart. Its text is without the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) servers: Servers,
    pub(super) bucket: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.servers, self.bucket)
    }
}

impl Place {
    /// Takes a URL apart. The error never has the URL: it may hold a password.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        parse(url).map_err(|why| StoreError::unavailable("opening the NATS store", format!("the URL {why}"), FORM))
    }
}

fn parse(url: &str) -> Result<Place, String> {
    let (servers, bucket) = Servers::parse(url)?;
    Ok(Place { servers, bucket: checked_bucket(bucket.ok_or("names no bucket")?)? })
}

fn checked_bucket(bucket: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if bucket.is_empty() || bucket.len() > LONGEST_BUCKET || !bucket.bytes().all(allowed) {
        return Err(format!("names no bucket: 1 to {LONGEST_BUCKET} letters, digits, '_' and '-' are allowed"));
    }
    Ok(bucket.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::servers::Identity;
    use super::*;

    fn shown(url: &str) -> String {
        Place::parse(url).unwrap().to_string()
    }

    #[test]
    fn servers_and_bucket_are_found() {
        assert_eq!(shown("nats://a/jobs"), "nats://a:4222/jobs");
        assert_eq!(shown("tls://a.example:1,10.0.0.1,[::1]:2,[::2]/My_jobs-1"), {
            "tls://a.example:1,10.0.0.1:4222,[::1]:2,[::2]:4222/My_jobs-1"
        });
        assert_eq!(Place::parse("nats://a,b,c/x").unwrap().servers.addresses().unwrap().len(), 3);
    }

    #[test]
    fn credentials_are_decoded_and_never_shown() {
        let place = Place::parse("nats://me:p%40ss%2F%25@a/jobs").unwrap();
        assert_eq!(place.servers.identity, Identity::User { name: "me".into(), password: "p@ss/%".into() });
        assert!(!format!("{place} {place:?}").contains("p@ss"));
        let place = Place::parse("nats://s3cret@a/jobs").unwrap();
        assert_eq!(place.servers.identity, Identity::Token("s3cret".into()));
        assert!(!format!("{place} {place:?} {:?}", place.servers.addresses()).contains("s3cret"));
    }

    #[test]
    fn what_is_no_url_of_ours_is_refused_without_being_repeated() {
        for url in [
            "",
            "http://a/jobs",
            "nats://a",
            "nats://a/",
            "nats:///jobs",
            "nats://a,/jobs",
            "nats://a:b/jobs",
            "nats://a:65536/jobs",
            "nats://[::1/jobs",
            "nats://[::1]x/jobs",
            "nats://[localhost]/jobs",
            "nats://a b/jobs",
            "nats://a/jo bs",
            "nats://a/jobs.a",
            "nats://a/jobs/x",
            "nats://a/jobs?x=1",
            "nats://me:hunter2@a,me:hunter2@b/jobs",
            "nats://me:hunter2%@a/jobs",
            "nats://me:hunter2%FF@a/jobs",
            "nats://me:hunter2/x@a/jobs",
        ] {
            let error = Place::parse(url).unwrap_err();
            assert!(matches!(error, StoreError::Unavailable { .. }), "{url}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        assert!(Place::parse(&format!("nats://a/{}", "x".repeat(65))).is_err());
        assert!(Place::parse(&format!("nats://{}/x", ["a"; 17].join(","))).is_err());
    }
}
