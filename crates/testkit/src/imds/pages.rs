//! The pages of the metadata service, as the EC2 user guide lists them ("Instance metadata categories").

use serde_json::json;

use super::instance::{Instance, RoleCredentials};
use crate::http::Reply;

const IDENTITY: &str = "/latest/dynamic/instance-identity";
const METADATA: &str = "/latest/meta-data";

/// One spelling for each page: boto 2 asks for `instance-identity//document/`, which the real service takes too.
pub(super) fn normalised(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    format!("/{}", parts.join("/"))
}

/// The page at a normalised path; `None` where there is none.
pub(super) fn get(instance: &Instance, page: &str) -> Option<Reply> {
    if let Some(name) = page.strip_prefix(IDENTITY) {
        return identity(instance, name).map(|body| Reply::text(200, body));
    }
    let name = page.strip_prefix(METADATA)?;
    if let Some(name) = name.strip_prefix("/iam/security-credentials") {
        return credentials(instance.role.as_ref()?, name).map(|body| Reply::text(200, body));
    }
    let body = match name {
        "" => "instance-id\ninstance-type\nlocal-hostname\nlocal-ipv4\nplacement/",
        "/instance-id" => &instance.id,
        "/instance-type" => "t3.micro",
        "/local-hostname" => &format!("{}.{}.compute.internal", host_label(instance), instance.region),
        "/local-ipv4" => &instance.private_ip,
        "/placement" => "availability-zone\nregion",
        "/placement/availability-zone" => &instance.zone,
        "/placement/region" => &instance.region,
        _ => return None,
    };
    Some(Reply::text(200, body))
}

fn host_label(instance: &Instance) -> String {
    format!("ip-{}", instance.private_ip.replace('.', "-"))
}

/// boto 2 walks the directory and reads every page in it, so each must be there and none may be empty.
fn identity(instance: &Instance, name: &str) -> Option<String> {
    match name {
        "" => Some("document\npkcs7\nrsa2048\nsignature".to_owned()),
        "/document" => Some(document(instance)),
        "/pkcs7" | "/rsa2048" | "/signature" => Some("bm90IGEgc2lnbmF0dXJl\nbm90IGEgc2lnbmF0dXJl".to_owned()),
        _ => None,
    }
}

fn document(instance: &Instance) -> String {
    let document = json!({
        "accountId": "123456789012",
        "architecture": "x86_64",
        "availabilityZone": instance.zone,
        "billingProducts": null,
        "devpayProductCodes": null,
        "marketplaceProductCodes": null,
        "imageId": "ami-0123456789abcdef0",
        "instanceId": instance.id,
        "instanceType": "t3.micro",
        "kernelId": null,
        "pendingTime": "2026-01-02T03:04:05Z",
        "privateIp": instance.private_ip,
        "ramdiskId": null,
        "region": instance.region,
        "version": "2017-09-30",
    });
    format!("{document:#}")
}

fn credentials(role: &RoleCredentials, name: &str) -> Option<String> {
    if name.is_empty() {
        return Some(role.role.clone());
    }
    let credentials = json!({
        "Code": "Success",
        "LastUpdated": "2026-01-02T03:04:05Z",
        "Type": "AWS-HMAC",
        "AccessKeyId": role.access_key,
        "SecretAccessKey": role.secret_key,
        "Token": role.session_token,
        "Expiration": "2099-01-02T03:04:05Z",
    });
    (name.strip_prefix('/')? == role.role).then(|| format!("{credentials:#}"))
}
