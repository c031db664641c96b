//! The instance identity document.

use std::net::IpAddr;

use bellwether_core::names::{NodeId, looks_like_region};
use bellwether_core::roster::Identity;
use serde_json::Value;

use super::client::Imds;
use super::error::ImdsError;
use crate::text::shown;

const PATH: &str = "/latest/dynamic/instance-identity/document";

/// Who this instance is, as the identity document tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceIdentity {
    /// `instanceId`.
    pub instance_id: NodeId,
    /// `region`.
    pub region: Option<String>,
    /// `availabilityZone`.
    pub zone: Option<String>,
    /// `privateIp`.
    pub private_ip: Option<IpAddr>,
    /// `accountId`.
    pub account: Option<String>,
    /// `instanceType`, such as `t3.micro`.
    pub instance_type: Option<String>,
    /// `imageId`, such as `ami-0123456789abcdef0`.
    pub image: Option<String>,
}

impl From<InstanceIdentity> for Identity {
    fn from(instance: InstanceIdentity) -> Self {
        let names = instance.private_ip.iter().map(IpAddr::to_string).collect();
        Self { id: instance.instance_id, names, region: instance.region, zone: instance.zone }
    }
}

pub(super) async fn fetch(imds: &Imds) -> Result<InstanceIdentity, ImdsError> {
    let malformed = |why: String| ImdsError::Malformed { what: PATH.to_owned(), why };
    match imds.get(PATH).await? {
        Some(document) => parse(&document).map_err(malformed),
        None => Err(malformed("there is no such document".to_owned())),
    }
}

/// Only the instance id must be there; other fields that are missing or make no sense are left out.
fn parse(document: &str) -> Result<InstanceIdentity, String> {
    let document: Value = serde_json::from_str(document).map_err(|error| format!("no JSON: {error}"))?;
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    let id = text("instanceId").ok_or("it has no instanceId")?;
    Ok(InstanceIdentity {
        instance_id: NodeId::new(id).map_err(|error| shown(&error.to_string()))?,
        region: text("region").filter(|region| looks_like_region(region)).map(str::to_owned),
        // Zones are named like regions, with a letter or more behind.
        zone: text("availabilityZone").filter(|zone| looks_like_region(zone)).map(str::to_owned),
        private_ip: text("privateIp").and_then(|address| address.parse().ok()),
        account: text("accountId").filter(|account| is_account(account)).map(str::to_owned),
        instance_type: text("instanceType").filter(|name| is_plain(name)).map(str::to_owned),
        image: text("imageId").filter(|name| is_plain(name)).map(str::to_owned),
    })
}

/// Whether a text can be the name of an image or of a type of instances.
fn is_plain(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_document_is_read() {
        let instance = parse(
            r#"{"accountId":"123456789012","architecture":"x86_64","availabilityZone":"eu-west-1b","billingProducts":null,
                "imageId":"ami-0abc","instanceId":"i-0abc","instanceType":"u-6tb1.metal","privateIp":"10.0.0.7","region":"eu-west-1","version":"2017-09-30"}"#,
        )
        .unwrap();
        assert_eq!(instance.account.as_deref(), Some("123456789012"));
        assert_eq!(
            (instance.instance_type.as_deref(), instance.image.as_deref()),
            (Some("u-6tb1.metal"), Some("ami-0abc"))
        );
        let identity = Identity::from(instance);
        assert_eq!(identity.id.as_str(), "i-0abc");
        assert!(identity.names.contains("10.0.0.7"));
        assert_eq!((identity.region.as_deref(), identity.zone.as_deref()), (Some("eu-west-1"), Some("eu-west-1b")));
    }

    #[test]
    fn hostile_fields_are_left_out() {
        let instance = parse(
            r#"{"instanceId":"i-1","region":"evil.com/","privateIp":7,"availabilityZone":"a\nb","accountId":"x",
                "instanceType":"t3 micro","imageId":""}"#,
        )
        .unwrap();
        assert_eq!(instance.region, None);
        assert_eq!((instance.zone, instance.private_ip, instance.account), (None, None, None));
        assert_eq!((instance.instance_type, instance.image), (None, None));
    }

    #[test]
    fn without_an_instance_id_there_is_no_identity() {
        for document in
            ["", "<html>", "[]", "{}", r#"{"instanceId":""}"#, r#"{"instanceId":"a\u0000b"}"#, r#"{"instanceId":1}"#]
        {
            assert!(parse(document).is_err(), "{document}");
        }
        assert!(parse(&format!(r#"{{"instanceId":"{}"}}"#, "i".repeat(1_000))).is_err());
    }
}
