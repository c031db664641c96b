//! Where the table is, and as whom it is asked.

use std::sync::atomic::{AtomicU32, Ordering};

use bellwether_aws::Aws;
use bellwether_core::store::ClaimStore;
use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::store::fixtures::job;

use super::{new_table, recording};
use crate::support::settings;

/// A metadata service that gives new keys whenever it is asked, valid for two minutes.
fn short_lived_keys() -> Server {
    #[expect(clippy::disallowed_methods, reason = "keys expire by the clock")]
    let expiration = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(120);
    let given = AtomicU32::new(1);
    let role = "/latest/meta-data/iam/security-credentials/";
    Server::start("127.0.0.1:0", move |request| match (request.method.as_str(), request.path.as_str()) {
        ("PUT", _) => Reply::text(200, "token"),
        (_, path) if path == role => Reply::text(200, "web"),
        (_, path) if path.starts_with(role) => {
            let number = given.fetch_add(1, Ordering::Relaxed);
            let keys = format!(
                r#"{{"Code":"Success","AccessKeyId":"ASIA{number}","SecretAccessKey":"s","Token":"t","Expiration":"{expiration}"}}"#
            );
            Reply::text(200, keys)
        }
        _ => Reply::text(404, ""),
    })
}

#[tokio::test]
async fn a_store_outlives_the_keys_it_was_opened_with() {
    let (imds, proxy, table) = (short_lived_keys(), recording(), new_table().await);
    let (imds_url, url) = (imds.url(), proxy.url());
    let variables = [
        ("AWS_REGION", "eu-west-1"),
        // The service's own variable, and one for others that must not be used.
        ("AWS_ENDPOINT_URL_DYNAMODB", url.as_str()),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds_url.as_str()),
    ];
    let store = Aws::new(settings(&variables)).claim_store(&table).await.unwrap();
    store.read(&job("j")).await.unwrap();
    store.read(&job("j")).await.unwrap();
    let log = proxy.log();
    let key = |number: usize| {
        let signed = log[number].request.header("authorization").unwrap();
        signed.split("Credential=").nth(1).unwrap().split('/').next().unwrap()
    };
    assert_ne!(key(0), key(1));
}
