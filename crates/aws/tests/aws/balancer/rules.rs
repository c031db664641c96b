//! What breaks a rule is refused before anything is sent.

use bellwether_aws::{ApiError, ApiErrorKind};
use bellwether_core::balancer::{AttributeChanges, HealthCheck, Listener, NewBalancer, Protocol, Tag};
use bellwether_testkit::http::{Reply, Server};

use super::{all, balancers_at, named, plain};

const REGION: &str = "eu-west-1";

#[tokio::test]
async fn nothing_is_sent_that_breaks_a_rule() {
    let server = Server::start("127.0.0.1:0", |_| Reply::text(500, ""));
    let balancers = balancers_at(&server.url(), REGION);
    let web = named("web");
    let slow = HealthCheck { interval: 600, ..HealthCheck::new("TCP:80".parse().unwrap()) };
    let mixed = Listener { instance_protocol: Some(Protocol::Tcp), ..Listener::new(Protocol::Http, 80, 80) };
    let idle = AttributeChanges { idle_timeout: Some(0), ..AttributeChanges::default() };
    let tag = Tag { key: "aws:x".to_owned(), value: String::new() };
    let nowhere = NewBalancer { zones: Vec::new(), ..plain(REGION) };
    let tagged = NewBalancer { tags: vec![tag.clone()], ..plain(REGION) };
    let refused: Vec<Result<(), ApiError>> = vec![
        balancers.create(&web, &nowhere).await.map(drop),
        balancers.create(&web, &tagged).await.map(drop),
        balancers.configure_health_check(&web, &slow).await.map(drop),
        balancers.add_listeners(&web, &[mixed]).await,
        balancers.add_listeners(&web, &[]).await,
        balancers.remove_listeners(&web, &[]).await,
        balancers.remove_listeners(&web, &[80, 0]).await,
        balancers.set_certificate(&web, 443, "web").await,
        balancers.modify_attributes(&web, &idle).await,
        balancers.modify_attributes(&web, &AttributeChanges::default()).await,
        balancers.add_tags(&web, &[tag]).await,
        balancers.add_tags(&web, &all(&["a=1", "a=2"])).await,
        balancers.remove_tags(&web, &[]).await,
        balancers.register(&web, &[]).await.map(drop),
        balancers.deregister(&web, &[]).await.map(drop),
        balancers.enable_zones(&web, &[]).await.map(drop),
        balancers.disable_zones(&web, &[]).await.map(drop),
        balancers.attach_subnets(&web, &[]).await.map(drop),
        balancers.detach_subnets(&web, &[]).await.map(drop),
        balancers.set_security_groups(&web, &[]).await.map(drop),
        balancers.create_app_cookie_policy(&web, &"p".parse().unwrap(), "a b").await,
        balancers.create_app_cookie_policy(&web, &"p".parse().unwrap(), "").await,
        balancers.set_listener_policies(&web, 0, &[]).await,
        balancers.set_backend_policies(&web, 0, &[]).await,
        balancers.list(Some(0)).await.map(drop),
        balancers.list(Some(401)).await.map(drop),
        balancers_at(&server.url(), "EU/west").list(None).await.map(drop),
        balancers_at(&server.url(), "EU/west").region().await.map(drop),
    ];
    for (place, result) in refused.into_iter().enumerate() {
        let error = result.expect_err(&format!("number {place} is taken"));
        assert_eq!(error.kind, ApiErrorKind::Invalid, "number {place}: {error}");
        assert!(!error.remedy.is_empty(), "number {place}: {error}");
    }
    assert!(server.requests().is_empty(), "{:?}", server.requests());
}

#[tokio::test]
async fn no_names_ask_nothing() {
    let server = Server::start("127.0.0.1:0", |_| Reply::text(500, ""));
    let balancers = balancers_at(&server.url(), REGION);
    assert!(balancers.describe(&[]).await.unwrap().is_empty());
    assert!(balancers.tags(&[]).await.unwrap().is_empty());
    assert!(server.requests().is_empty());
}
