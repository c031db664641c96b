//! As whom AWS knows us.

use bellwether_core::roster::RosterErrorKind;
use bellwether_testkit::http::{Reply, Server};

use crate::support::aws_at;

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn>\
    <UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

#[tokio::test]
async fn the_caller_comes_with_both_clocks() {
    let server = Server::start("127.0.0.1:0", |_| {
        Reply::answer(200, "text/xml", IDENTITY).with_header("date", "Sat, 21 Nov 2026 10:00:00 GMT")
    });
    let caller = aws_at(&server.url()).caller(None).await.unwrap();
    assert_eq!((caller.arn.as_str(), caller.account.as_str()), ("arn:aws:iam::123456789012:user/me", "123456789012"));
    assert_eq!(caller.aws_date.unwrap().to_string(), "2026-11-21T10:00:00Z");
    assert!(caller.local_sent.is_some());
}

#[tokio::test]
async fn a_wrong_clock_is_told_by_the_refusal() {
    let server = Server::start("127.0.0.1:0", |_| {
        let body =
            "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error></ErrorResponse>";
        Reply::answer(403, "text/xml", body).with_header("date", "Thu, 01 Jan 1970 00:00:00 GMT")
    });
    let error = aws_at(&server.url()).caller(None).await.unwrap_err();
    assert_eq!(error.kind, RosterErrorKind::Denied);
    assert!(error.message.contains("ahead of AWS's"), "{}", error.message);
    assert!(!error.message.contains("example-secret"));
}
