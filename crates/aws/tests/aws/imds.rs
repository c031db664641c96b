//! The metadata service: tokens, versions and faults.

use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings, ImdsError, InstanceIdentity};
use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::imds::{Builder, FakeImds, Fault};
use tokio::time::timeout;

use crate::support::{TIMEOUT, settings};

fn aws(url: &str) -> Aws {
    let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)];
    Aws::new(AwsSettings { timeout: Some(TIMEOUT), ..settings(&variables) })
}

async fn identity(imds: &FakeImds) -> Result<InstanceIdentity, ImdsError> {
    // Whatever happens, it ends: two requests, two tries each, a second to connect.
    timeout(Duration::from_secs(10), aws(&imds.url()).identity()).await.expect("an end")
}

fn count(imds: &FakeImds, method: &str) -> usize {
    imds.log().iter().filter(|exchange| exchange.request.method == method).count()
}

#[tokio::test]
async fn concurrent_users_share_one_token_and_one_identity() {
    let imds = Builder::default().v2_required().role("web", "ASIA", "secret", "token").start();
    let aws = aws(&imds.url());
    let (one, two, source) = tokio::join!(aws.identity(), aws.identity(), aws.credentials_source());
    assert_eq!(one.unwrap(), two.unwrap());
    assert_eq!(source.unwrap(), bellwether_aws::CredentialsSource::InstanceRole);
    assert_eq!(count(&imds, "PUT"), 1);
    assert_eq!(count(&imds, "GET"), 3, "the document, the role and its credentials");
    assert_eq!(aws.identity().await.unwrap().region.as_deref(), Some("eu-west-1"));
    assert_eq!(count(&imds, "GET"), 3, "the identity is kept");
}

#[tokio::test]
async fn an_expired_token_is_renewed_once() {
    let imds = Builder::default().fault(Fault::FirstGets(1, 401)).start();
    assert_eq!(identity(&imds).await.unwrap().instance_id.as_str(), "i-0123456789abcdef0");
    assert_eq!((count(&imds, "PUT"), count(&imds, "GET")), (2, 2));
}

#[tokio::test]
async fn a_service_that_refuses_its_own_tokens_is_told() {
    let imds = Builder::default().fault(Fault::FirstGets(99, 401)).start();
    assert!(matches!(identity(&imds).await, Err(ImdsError::Unauthorized(_))));
    assert_eq!((count(&imds, "PUT"), count(&imds, "GET")), (2, 2));
}

#[tokio::test]
async fn version_1_is_used_where_version_2_is_absent() {
    for status in [404, 405] {
        let imds = Builder::default().v1_only(status).start();
        assert!(identity(&imds).await.is_ok(), "{status}");
        let gets = imds.log().into_iter().filter(|exchange| exchange.request.method == "GET");
        assert!(gets.into_iter().all(|get| get.request.header("x-aws-ec2-metadata-token").is_none()));
    }
}

#[tokio::test]
async fn version_1_is_not_used_when_that_is_forbidden() {
    let imds = Builder::default().v1_only(404).start();
    let variables =
        [("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url()), ("AWS_EC2_METADATA_V1_DISABLED", "true".to_owned())];
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert!(matches!(Aws::new(settings(&variables)).identity().await, Err(ImdsError::Disabled(_))));
    assert_eq!(count(&imds, "GET"), 0);
}

#[tokio::test]
async fn a_disabled_service_is_told_with_its_remedy() {
    let imds = Builder::default().fault(Fault::TokenRefused(403)).start();
    let error = identity(&imds).await.unwrap_err();
    assert!(matches!(error, ImdsError::Disabled(_)));
    assert!(error.remedy().contains("--http-endpoint enabled"), "{}", error.remedy());
}

#[tokio::test]
async fn a_busy_service_is_asked_again_once() {
    let busy = Builder::default().fault(Fault::First(1, 503)).start();
    assert!(identity(&busy).await.is_ok());
    let ill = Builder::default().fault(Fault::Always(503)).start();
    assert!(matches!(identity(&ill).await, Err(ImdsError::Unhealthy { status: 503, .. })));
    assert_eq!(ill.log().len(), 2);
}

#[tokio::test]
async fn silence_after_the_connection_is_the_hop_limit() {
    for fault in [Fault::Hang, Fault::HangOnToken] {
        let imds = Builder::default().fault(fault).start();
        let error = identity(&imds).await.unwrap_err();
        assert!(matches!(error, ImdsError::HopLimit(_)), "{error}");
        assert!(error.remedy().contains("--http-put-response-hop-limit 2"));
    }
}

#[tokio::test]
async fn garbage_is_malformed() {
    let imds = Builder::default().fault(Fault::Garbage).start();
    assert!(matches!(identity(&imds).await, Err(ImdsError::Malformed { .. })));
    let endless = Server::start("127.0.0.1:0", |request| match request.method.as_str() {
        "PUT" => Reply::text(200, "token"),
        _ => Reply::text(200, vec![b' '; 1 << 20]),
    });
    assert!(matches!(aws(&endless.url()).identity().await, Err(ImdsError::Malformed { .. })));
    let page = Server::start("127.0.0.1:0", |_| Reply::answer(200, "text/html", "<html>\n<body>welcome</body>"));
    assert!(matches!(aws(&page.url()).identity().await, Err(ImdsError::Malformed { .. })), "a token that is a page");
}

#[tokio::test]
async fn a_host_without_the_service_is_told_apart() {
    let gone = {
        let server = Server::start("127.0.0.1:0", |_| Reply::Drop);
        server.url()
    };
    assert!(matches!(aws(&gone).identity().await, Err(ImdsError::Absent(_))));
    let off = Aws::new(settings(&[("AWS_EC2_METADATA_DISABLED", "true")]));
    assert!(matches!(off.identity().await, Err(ImdsError::Absent(_))));
    let broken = Server::start("127.0.0.1:0", |_| Reply::Drop);
    assert!(matches!(aws(&broken.url()).identity().await, Err(ImdsError::Unanswered { .. })));
}

#[tokio::test]
async fn the_endpoint_may_have_a_prefix_and_a_slash() {
    let imds = Server::start("127.0.0.1:0", |request| match (request.method.as_str(), request.path.as_str()) {
        ("PUT", "/prefix/latest/api/token") => Reply::text(200, "token"),
        ("GET", "/prefix/latest/dynamic/instance-identity/document") => Reply::text(200, r#"{"instanceId":"i-1"}"#),
        _ => Reply::text(400, ""),
    });
    let identity = aws(&format!("{}/prefix/", imds.url())).identity().await.unwrap();
    assert_eq!(identity.instance_id.as_str(), "i-1");
}

#[tokio::test]
async fn any_path_can_be_asked() {
    let imds = Builder::default().start();
    let aws = aws(&imds.url());
    assert_eq!(aws.imds().get("/latest/meta-data/local-ipv4").await.unwrap().as_deref(), Some("10.0.0.10"));
    assert_eq!(aws.imds().get("/latest/meta-data/spot/instance-action").await.unwrap(), None);
    assert_eq!(count(&imds, "PUT"), 1);
}
