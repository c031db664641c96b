//! The ids that AWS gives: checked for their shape alone, since only AWS knows which exist.

use super::invalid::Invalid;
use super::text_type::text_type;

/// Longer than any id or zone of AWS.
const LONGEST: usize = 64;

text_type! {
    /// The id of an EC2 instance, such as `i-0123456789abcdef0`.
    InstanceId, check_instance
}

text_type! {
    /// The id of a subnet of a VPC, such as `subnet-0123456789abcdef0`.
    SubnetId, check_subnet
}

text_type! {
    /// The id of a security group of a VPC, such as `sg-0123456789abcdef0`.
    SecurityGroupId, check_security_group
}

text_type! {
    /// The name of an availability zone, such as `eu-west-1a`.
    ZoneName, check_zone
}

fn check_instance(text: &str) -> Result<(), Invalid> {
    check_id(text, "i-", "instance id", "i-0123456789abcdef0")
}

fn check_subnet(text: &str) -> Result<(), Invalid> {
    check_id(text, "subnet-", "subnet id", "subnet-0123456789abcdef0")
}

fn check_security_group(text: &str) -> Result<(), Invalid> {
    check_id(text, "sg-", "security group id", "sg-0123456789abcdef0")
}

fn check_id(text: &str, prefix: &str, what: &str, example: &str) -> Result<(), Invalid> {
    let rest = text.strip_prefix(prefix).unwrap_or_default();
    match !rest.is_empty() && text.len() <= LONGEST && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(Invalid::text(text, what, format!("give ids such as {example}"))),
    }
}

/// `eu-west-1a`, and the local zones' `us-west-2-lax-1a`.
fn check_zone(text: &str) -> Result<(), Invalid> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let starts = text.starts_with(|first: char| first.is_ascii_lowercase());
    match starts && text.len() <= LONGEST && !text.ends_with('-') && text.bytes().all(allowed) {
        true => Ok(()),
        false => Err(Invalid::text(text, "availability zone", "give zones such as eu-west-1a")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_prefix_of_their_kind() {
        assert!(InstanceId::new("i-4f8cf126").is_ok());
        assert!(SubnetId::new("subnet-0bb1c79de3EXAMPLE").is_ok());
        assert!(SecurityGroupId::new("sg-1").is_ok());
        for text in ["", "i", "i-", "i_1", "subnet-1", "i-1 i-2", "i-1,i-2", "i-é", " i-1", &format!("i-{:063}", 1)] {
            assert!(InstanceId::new(text).is_err(), "{text}");
        }
        assert!(SubnetId::new("sg-1").is_err());
        assert!(SecurityGroupId::new("web").is_err());
    }

    #[test]
    fn zones_are_those_of_regions_and_local_zones() {
        for zone in ["us-east-1a", "us-west-2-lax-1a", "us-gov-west-1b"] {
            assert!(ZoneName::new(zone).is_ok(), "{zone}");
        }
        for text in ["", "EU-WEST-1A", "eu-west-1a,eu-west-1b", "-a", "a-", "1a"] {
            assert!(ZoneName::new(text).is_err(), "{text}");
        }
    }
}
