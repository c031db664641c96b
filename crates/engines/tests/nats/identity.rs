//! Credentials and TLS.

use std::time::{Duration, Instant};

use bellwether_core::store::{ClaimStore, StoreError};
use bellwether_engines::nats::{NatsOptions, NatsStore};
use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::store::fixtures::{job, record};

use super::{open, swapped};

const USERS: &str = r#"
accounts {
  jobs {
    jetstream: enabled
    users: [
      { user: "me", password: "p@ss/w:rd%" }
      { user: "reader", password: "r", permissions: { publish: { deny: "$KV.>" } } }
    ]
  }
  plain { users: [ { user: "nobody", password: "n" } ] }
}
"#;

async fn refused(url: &str, options: NatsOptions) -> StoreError {
    NatsStore::connect(url, options).await.unwrap_err()
}

#[tokio::test]
async fn a_user_is_known_by_the_password_and_it_is_never_shown() {
    let server = NatsServer::start_with(Release::System, USERS);
    let store = open(&server.url_as("me:p%40ss%2Fw%3Ard%25", "b")).await;
    swapped(&store, &job("j"), None, &record("r", 1)).await;
    assert!(!format!("{store:?}").contains("p@ss"));

    for credentials in ["me:hunter2", "hunter2:x", "hunter2"] {
        let start = Instant::now();
        let error = refused(&server.url_as(credentials, "b"), NatsOptions::default()).await;
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(error.remedy().contains("password") && !format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    let error = refused(&server.url("b"), NatsOptions::default()).await;
    assert!(error.to_string().contains("credentials"), "{error:?}");

    server.stop();
    let error = store.read(&job("j")).await.unwrap_err();
    assert!(!format!("{error:?} {store:?}").contains("p@ss"), "{error:?}");
}

#[tokio::test]
async fn a_token_is_enough_where_the_server_wants_one() {
    let server = NatsServer::start_with(Release::System, "authorization { token: \"t/k@n\" }");
    open(&server.url_as("t%2Fk%40n", "b")).await;
    assert!(refused(&server.url_as("other", "b"), NatsOptions::default()).await.remedy().contains("token"));
}

#[tokio::test]
async fn what_a_user_may_not_do_is_told() {
    let server = NatsServer::start_with(Release::System, USERS);
    open(&server.url_as("me:p%40ss%2Fw%3Ard%25", "b")).await;
    let store = open(&server.url_as("reader:r", "b")).await;
    assert_eq!(store.read(&job("j")).await.unwrap().current, None);
    let error = store.swap(&job("j"), None, &record("r", 1), &[]).await.unwrap_err();
    assert!(error.to_string().to_lowercase().contains("permissions violation"), "{error:?}");

    let error = refused(&server.url_as("nobody:n", "b"), NatsOptions::default()).await;
    assert!(error.remedy().contains("JetStream"), "{error:?}");
}

#[tokio::test]
async fn a_server_is_known_by_its_certificate() {
    let server = NatsServer::start_with_tls();
    let url = server.url("b").replace("nats://", "tls://");
    let trusting = NatsOptions { ca_file: Some(server.certificate()), ..NatsOptions::default() };
    let store = NatsStore::connect(&url, trusting.clone()).await.unwrap();
    swapped(&store, &job("j"), None, &record("r", 1)).await;
    NatsStore::connect(&server.url("b"), trusting).await.unwrap();

    let error = refused(&url, NatsOptions::default()).await;
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error:?}");
    let missing = NatsOptions { ca_file: Some("/nowhere/ca.pem".into()), ..NatsOptions::default() };
    assert!(matches!(refused(&url, missing).await, StoreError::Unavailable { .. }));
}

#[tokio::test]
async fn credentials_are_not_sent_to_a_server_without_tls() {
    let server = NatsServer::start(Release::System);
    let url = server.url_as("me:hunter2", "b").replace("nats://", "tls://");
    let error = refused(&url, NatsOptions::default()).await;
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
}
