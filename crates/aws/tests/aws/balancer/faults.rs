//! What is told when AWS refuses, is silent, or answers nonsense.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bellwether_aws::{ApiError, ApiErrorKind, Aws, AwsSettings, Balancers};
use bellwether_core::balancer::HealthCheck;
use bellwether_testkit::http::{Reply, Server};
use tokio::time::timeout;

use super::{all, balancers, balancers_at, named, plain};
use crate::support::{TIMEOUT, known, settings};

const REGION: &str = "eu-central-1";

/// An error as the service tells it.
pub(super) fn refusal(status: u16, code: &str) -> Reply {
    let body = format!(
        "<ErrorResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>because</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    );
    Reply::answer(status, "text/xml", body)
}

fn always(reply: Reply) -> Server {
    Server::start("127.0.0.1:0", move |_| reply.clone())
}

/// The error of a question and the error of a change.
async fn errors(balancers: &Balancers) -> [ApiError; 2] {
    let web = named("web");
    [balancers.get(&web).await.unwrap_err(), balancers.create(&web, &plain(REGION)).await.unwrap_err()]
}

#[tokio::test]
async fn unknown_load_balancers_are_not_found() {
    let nobody = named("nobody");
    for error in [
        balancers(REGION).get(&nobody).await.unwrap_err(),
        balancers(REGION).instance_health(&nobody, &[]).await.unwrap_err(),
        balancers(REGION).policies(&nobody, &[]).await.unwrap_err(),
    ] {
        assert_eq!(error.kind, ApiErrorKind::NotFound, "{error}");
        assert!(error.message.contains("nobody") && error.message.contains(REGION), "{error}");
    }
    let silent = always(Reply::answer(
        200,
        "text/xml",
        "<DescribeLoadBalancersResponse><DescribeLoadBalancersResult/></DescribeLoadBalancersResponse>",
    ));
    let error = balancers_at(&silent.url(), REGION).get(&nobody).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::NotFound, "an answer without it is no answer: {error}");
}

#[tokio::test]
async fn every_documented_error_has_its_kind() {
    for (code, kind) in [
        ("LoadBalancerNotFound", ApiErrorKind::NotFound),
        ("CertificateNotFound", ApiErrorKind::NotFound),
        ("SubnetNotFound", ApiErrorKind::NotFound),
        ("DuplicateLoadBalancerName", ApiErrorKind::Exists),
        ("TooManyLoadBalancers", ApiErrorKind::LimitReached),
        ("TooManyTags", ApiErrorKind::LimitReached),
        ("InvalidConfigurationRequest", ApiErrorKind::Invalid),
        ("InvalidSubnet", ApiErrorKind::Invalid),
        ("InvalidSecurityGroup", ApiErrorKind::Invalid),
        ("InvalidScheme", ApiErrorKind::Invalid),
        ("UnsupportedProtocol", ApiErrorKind::Invalid),
        ("DuplicateTagKeys", ApiErrorKind::Invalid),
        ("OperationNotPermitted", ApiErrorKind::Conflict),
    ] {
        let server = always(refusal(400, code));
        let error = balancers_at(&server.url(), REGION).create(&named("web"), &plain(REGION)).await.unwrap_err();
        assert_eq!(error.kind, kind, "{code}: {error}");
        assert!(error.message.contains(code) && !error.remedy.is_empty(), "{code}: {error:?}");
        assert_eq!(server.requests().len(), 1, "{code} is not asked again");
    }
}

#[tokio::test]
async fn a_denial_names_what_to_allow() {
    let server = always(refusal(403, "AccessDenied"));
    let actions = ["elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:CreateLoadBalancer"];
    for (error, action) in errors(&balancers_at(&server.url(), REGION)).await.iter().zip(actions) {
        assert_eq!(error.kind, ApiErrorKind::Denied, "{error}");
        assert!(error.remedy.contains(action) && error.remedy.contains("bellwether iam lb"), "{}", error.remedy);
        assert!(!format!("{error:?}").contains("example-secret"));
    }
    assert_eq!(server.requests().len(), 2, "a denial is final");
}

#[tokio::test]
async fn what_is_throttled_is_asked_again() {
    let left = AtomicU32::new(1);
    let server = Server::start("127.0.0.1:0", move |request| {
        match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
            Ok(_) => refusal(400, "Throttling"),
            Err(_) => super::requests::nothing(request),
        }
    });
    balancers_at(&server.url(), REGION).delete(&named("web")).await.unwrap();
    assert_eq!(server.requests().len(), 2);
    let server = always(refusal(400, "Throttling"));
    for error in errors(&balancers_at(&server.url(), REGION)).await {
        assert_eq!(error.kind, ApiErrorKind::Throttled, "{error}");
    }
    assert_eq!(server.requests().len(), 4, "as many attempts as the settings say");
}

#[tokio::test]
async fn silence_ends_with_the_limits_and_a_change_may_have_been_made() {
    let silent = always(Reply::Hang);
    let url = silent.url();
    let aws = Aws::new(AwsSettings { timeout: Some(TIMEOUT), ..settings(&known(&url)) });
    let bound = 2 * (aws.limits().whole_operation() + Duration::from_secs(5));
    let [question, change] = timeout(bound, errors(&aws.balancers(None))).await.expect("an end");
    assert_eq!(question.kind, ApiErrorKind::Unavailable, "{question}");
    assert_eq!(change.kind, ApiErrorKind::AnswerLost, "{change}");
    assert!(change.remedy.contains("may have been done"), "{}", change.remedy);
}

#[tokio::test]
async fn what_is_broken_is_told_as_such() {
    for reply in [
        Reply::text(500, "no"),
        Reply::Drop,
        Reply::answer(200, "text/xml", "<DescribeLoad"),
        Reply::answer(200, "text/xml", vec![b' '; (16 << 20) + 1]),
    ] {
        let server = always(reply);
        let [question, change] = errors(&balancers_at(&server.url(), REGION)).await;
        assert_eq!(question.kind, ApiErrorKind::Unavailable, "{question}");
        assert_eq!(change.kind, ApiErrorKind::AnswerLost, "{change}");
    }
    let gone = always(Reply::Drop).url();
    for error in errors(&balancers_at(&gone, REGION)).await {
        assert_eq!(error.kind, ApiErrorKind::Unavailable, "nothing was sent: {error}");
    }
}

/// A description with this in it.
fn description(inside: &str) -> Server {
    always(Reply::answer(
        200,
        "text/xml",
        format!(
            "<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancerDescriptions><member>\
             <LoadBalancerName>web</LoadBalancerName>{inside}</member></LoadBalancerDescriptions>\
             </DescribeLoadBalancersResult></DescribeLoadBalancersResponse>"
        ),
    ))
}

#[tokio::test]
async fn numbers_and_words_that_cannot_be_are_not_believed() {
    let listener = |protocol: &str, port: &str| {
        format!(
            "<ListenerDescriptions><member><Listener><Protocol>{protocol}</Protocol><InstancePort>80</InstancePort>\
             <LoadBalancerPort>{port}</LoadBalancerPort></Listener></member></ListenerDescriptions>"
        )
    };
    let check = |target: &str, interval: &str| {
        format!(
            "<HealthCheck><Target>{target}</Target><Interval>{interval}</Interval><Timeout>5</Timeout>\
             <UnhealthyThreshold>2</UnhealthyThreshold><HealthyThreshold>2</HealthyThreshold></HealthCheck>"
        )
    };
    for inside in [
        listener("GOPHER", "80"),
        listener("HTTP", "-1"),
        listener("HTTP", "65536"),
        check("TCP:99999", "30"),
        check("TCP:80", "-30"),
    ] {
        let server = description(&inside);
        let error = balancers_at(&server.url(), REGION).list(None).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Unavailable, "{inside}: {error}");
        assert!(error.message.contains("'web'"), "{error}");
    }
    let good = description(&(listener("HTTP", "80") + &check("TCP:80", "30")));
    let found = balancers_at(&good.url(), REGION).list(None).await.unwrap();
    assert_eq!(
        found[0].health_check,
        Some(HealthCheck {
            healthy_threshold: 2,
            unhealthy_threshold: 2,
            ..HealthCheck::new("TCP:80".parse().unwrap())
        })
    );
}

#[tokio::test]
async fn texts_of_others_cannot_write_to_the_terminal() {
    let server = description("<DNSName>a&#27;[31mb</DNSName>");
    let found = balancers_at(&server.url(), REGION).list(None).await.unwrap();
    assert_eq!(found[0].dns_name, "a [31mb");
    let server = description("<DNSName>a\u{1b}[31mb</DNSName>");
    let error = balancers_at(&server.url(), REGION).list(None).await.expect_err("no XML has such a character");
    assert!(!error.message.contains('\u{1b}'), "{error:?}");
    let server = description("<DNSName>a&#133;b</DNSName>");
    let found = balancers_at(&server.url(), REGION).list(None).await.unwrap();
    assert_eq!(found[0].dns_name, "a b");
}

#[tokio::test]
async fn the_region_that_is_given_is_asked_and_signed_for() {
    let server = always(refusal(403, "AccessDenied"));
    let balancers = balancers_at(&server.url(), "ap-southeast-2");
    assert_eq!(balancers.region().await.unwrap(), "ap-southeast-2");
    assert_eq!(balancers.host().await.unwrap(), server.address().to_string());
    let _ = balancers.register(&named("web"), &all(&["i-1"])).await;
    let request = &server.requests()[0];
    let authorization = request.header("authorization").unwrap();
    assert!(authorization.contains("/ap-southeast-2/elasticloadbalancing/"), "{authorization}");
    let plain = Aws::new(settings(&[("AWS_REGION", "eu-west-1"), ("AWS_EC2_METADATA_DISABLED", "true")]));
    assert_eq!(plain.balancers(None).host().await.unwrap(), "elasticloadbalancing.eu-west-1.amazonaws.com");
}
