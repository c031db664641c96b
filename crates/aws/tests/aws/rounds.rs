//! What can run at the same time does: the number of round trips made one after the other.

use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings};
use bellwether_testkit::fake_elb::{FakeAws, Faults};
use bellwether_testkit::http::{Reply, Server, sequential_rounds};

use crate::support::{known, members, roster, settings};

const DELAY: Duration = Duration::from_millis(60);

/// A metadata service with a role, whose every answer takes a while.
fn slow_imds() -> Server {
    Server::start("127.0.0.1:0", |request| {
        let role = "/latest/meta-data/iam/security-credentials/";
        let reply = match (request.method.as_str(), request.path.as_str()) {
            ("PUT", _) => Reply::text(200, "token"),
            (_, "/latest/dynamic/instance-identity/document") => {
                Reply::text(200, r#"{"instanceId":"i-1","region":"eu-west-1"}"#)
            }
            (_, path) if path == role => Reply::text(200, "web"),
            (_, path) if path.starts_with(role) => Reply::text(
                200,
                r#"{"Code":"Success","AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t","Expiration":"2100-01-01T00:00:00Z"}"#,
            ),
            _ => Reply::text(404, ""),
        };
        reply.delayed(DELAY)
    })
}

fn slow_aws() -> FakeAws {
    let fake = FakeAws::start();
    fake.change(|world| world.set_load_balancer("web", &[("i-1", "InService")]));
    fake.misbehave(Faults::slow(DELAY));
    fake
}

async fn rounds(aws: &Aws, imds: &Server, fake: &FakeAws) -> usize {
    let (identity, roster) = tokio::join!(aws.identity(), roster(aws, "elb:web"));
    assert_eq!(identity.unwrap().instance_id.as_str(), "i-1");
    assert_eq!(members(&roster.unwrap()), ["i-1+"]);
    sequential_rounds(&[imds.log(), fake.log()].concat())
}

#[tokio::test]
async fn a_roster_with_region_and_keys_does_not_wait_for_the_identity() {
    let (imds, fake) = (slow_imds(), slow_aws());
    let url = fake.url();
    let mut variables = known(&url);
    let imds_url = imds.url();
    variables[4] = ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &imds_url);
    assert_eq!(rounds(&Aws::new(settings(&variables)), &imds, &fake).await, 2, "token and identity; roster beside");
}

#[tokio::test]
async fn a_roster_that_needs_the_region_waits_for_the_identity_alone() {
    let (imds, fake) = (slow_imds(), slow_aws());
    let (imds_url, url) = (imds.url(), fake.url());
    let variables = [
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
        ("AWS_ENDPOINT_URL", url.as_str()),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds_url.as_str()),
    ];
    assert_eq!(rounds(&Aws::new(settings(&variables)), &imds, &fake).await, 3, "token, identity, roster");
    assert_eq!(imds.requests().len(), 2);
}

#[tokio::test]
async fn with_the_instance_role_identity_and_role_are_asked_together() {
    let (imds, fake) = (slow_imds(), slow_aws());
    let (imds_url, url) = (imds.url(), fake.url());
    let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds_url.as_str())];
    let aws = Aws::new(AwsSettings { endpoint_url: Some(url), ..settings(&variables) });
    assert_eq!(rounds(&aws, &imds, &fake).await, 4, "token, identity and role, role's credentials, roster");
    assert_eq!(imds.requests().len(), 4);
    // Everything but the question itself is kept.
    assert!(roster(&aws, "elb:web").await.is_ok());
    assert_eq!((imds.requests().len(), fake.log().len()), (4, 2));
}
