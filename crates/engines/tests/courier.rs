//! The courier, against a server that behaves as a test asks it to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "tests")]

use std::time::{Duration, Instant};

use bellwether_core::environment::Environment;
use bellwether_engines::courier::{Courier, Message, Patience};
use bellwether_testkit::http::{Reply, Server};

const SHORT_PAUSE: Duration = Duration::from_millis(10);
const PATIENT: Patience =
    Patience { attempt: Duration::from_secs(60), pauses: &[SHORT_PAUSE, SHORT_PAUSE], total: Duration::from_secs(60) };

fn courier() -> Courier {
    Courier::new(&Environment::default()).unwrap()
}

fn message(server: &Server) -> Message {
    let headers = vec![("x-signature".to_owned(), "5ecre7".to_owned())];
    Message { url: format!("{}/5ecre7?a=b", server.url()), headers, body: b"{\"a\": 1}".to_vec() }
}

#[tokio::test]
async fn url_headers_and_body_arrive_as_they_are() {
    let server = Server::start("127.0.0.1:0", |_| Reply::text(204, ""));
    courier().post(&message(&server), PATIENT).await.unwrap();
    let request = server.requests().remove(0);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/5ecre7?a=b"));
    assert_eq!((request.header("x-signature"), request.text()), (Some("5ecre7"), "{\"a\": 1}".to_owned()));
}

#[tokio::test]
async fn what_can_pass_is_tried_as_often_as_there_is_patience_and_the_rest_once() {
    for (status, tries) in [(500, 3), (503, 3), (429, 3), (408, 3), (425, 3), (400, 1), (404, 1), (410, 1), (304, 1)] {
        let server = Server::start("127.0.0.1:0", move |_| Reply::text(status, "no"));
        let error = courier().post(&message(&server), PATIENT).await.unwrap_err();
        assert_eq!((server.requests().len(), error.can_pass), (tries, tries > 1), "{status}");
        assert!(error.to_string().contains(&format!("answered with status {status}")), "{error}");
    }
}

#[tokio::test]
async fn each_try_and_all_of_them_have_their_limits() {
    let server = Server::start("127.0.0.1:0", |_| Reply::Hang);
    let attempt = Duration::from_millis(100);
    let error = courier().post(&message(&server), Patience { attempt, ..PATIENT }).await.unwrap_err();
    assert_eq!(server.requests().len(), 3);
    assert!(error.can_pass && error.to_string().contains("did not answer within 100ms"), "{error}");
    let total = Duration::from_millis(200);
    let since = Instant::now();
    let error = courier().post(&message(&server), Patience { total, ..PATIENT }).await.unwrap_err();
    assert!(error.to_string().contains("did not answer within 200ms"), "{error}");
    assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
}

#[tokio::test]
async fn the_last_reason_is_told_when_time_is_up_in_a_pause() {
    let server = Server::start("127.0.0.1:0", |_| Reply::text(500, "no"));
    const LONG_PAUSE: Duration = Duration::from_secs(600);
    let patience = Patience { pauses: &[LONG_PAUSE], total: Duration::from_secs(2), ..PATIENT };
    let error = courier().post(&message(&server), patience).await.unwrap_err();
    assert!(error.to_string().contains("answered with status 500"), "{error}");
}

#[tokio::test]
async fn no_secret_is_told_of_a_message_or_its_failure() {
    let server = Server::start("127.0.0.1:0", |_| Reply::Drop);
    let told = format!("{:?}", message(&server));
    assert!(!told.contains("5ecre7"), "{told}");
    let error = courier().post(&message(&server), PATIENT).await.unwrap_err();
    assert!(error.to_string().contains(&server.url()) && !format!("{error} {error:?}").contains("5ecre7"), "{error:?}");
    let nonsense = Message { url: "http://5ecre7 5ecre7/".to_owned(), ..message(&server) };
    let error = courier().post(&nonsense, PATIENT).await.unwrap_err();
    assert!(!error.can_pass && !format!("{error} {error:?}").contains("5ecre7"), "{error:?}");
}

#[tokio::test]
async fn only_http_proxies_can_be_used() {
    for (name, value, works) in [
        ("HTTPS_PROXY", "http://proxy.example.com:3128", true),
        ("http_proxy", "proxy.example.com:3128", true),
        ("ALL_PROXY", "socks5://u:5ecre7@proxy.example.com", false),
        ("https_proxy", "http://", false),
    ] {
        let environment: Environment = [(name, value)].into_iter().collect();
        let made = Courier::new(&environment);
        assert_eq!(made.is_ok(), works, "{name}={value}");
        if let Err(error) = made {
            let said = error.to_string();
            assert!(said.contains(&name.to_uppercase()) && !said.contains("5ecre7"), "{said}");
        }
    }
}
