//! Where an environment's queues and topic are: partition, region and account.

use crate::api_error::ApiError;
use crate::text::shown;

/// A region of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    partition: String,
    region: String,
    account: String,
}

impl Place {
    pub(super) fn new(partition: &str, region: &str, account: &str) -> Self {
        Self { partition: partition.to_owned(), region: region.to_owned(), account: account.to_owned() }
    }

    /// That of a thing, by its ARN.
    ///
    /// # Errors
    /// When this is no ARN.
    pub(super) fn of(arn: &str) -> Result<Self, ApiError> {
        match arn.split(':').collect::<Vec<_>>()[..] {
            ["arn", partition, _, region, account, _, ..] => Ok(Self::new(partition, region, account)),
            _ => Err(ApiError::invalid(format!("'{}' is not an ARN", shown(arn)), "check what answers as AWS")),
        }
    }

    pub(super) fn queue(&self, name: &str) -> String {
        self.arn("sqs", name)
    }

    pub(super) fn topic(&self, name: &str) -> String {
        self.arn("sns", name)
    }

    fn arn(&self, service: &str, name: &str) -> String {
        let Self { partition, region, account } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_beside_its_queues() {
        let place = Place::of("arn:aws-cn:sqs:cn-north-1:123456789012:bw-x-node-y").unwrap();
        assert_eq!(place.topic("bw-x"), "arn:aws-cn:sns:cn-north-1:123456789012:bw-x");
        assert_eq!(place.queue("q"), "arn:aws-cn:sqs:cn-north-1:123456789012:q");
        assert!(Place::of("arn:aws:sqs").is_err() && Place::of("").is_err());
    }
}
