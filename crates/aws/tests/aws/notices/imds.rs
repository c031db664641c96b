//! The pages of the metadata service that tell of the instance's end.

use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings, ImdsNotices, ImdsPage};
use bellwether_core::notice::{Ledger, NodeState, Notice, NoticeError, NoticeErrorKind, NoticeSource, View};
use bellwether_testkit::imds::{Builder, FakeImds, Fault};
use bellwether_testkit::notice::moment;
use jiff::SignedDuration;
use tokio::time::timeout;

use crate::support::settings;

const SPOT: &str = r#"{"action": "terminate", "time": "2026-11-21T08:22:00Z"}"#;

fn aws(imds: &FakeImds) -> Aws {
    aws_within(imds, Duration::from_secs(10))
}

fn aws_within(imds: &FakeImds, limit: Duration) -> Aws {
    let url = imds.url();
    let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.as_str())];
    Aws::new(AwsSettings { timeout: Some(limit), ..settings(&variables) })
}

async fn observe(aws: &Aws, page: ImdsPage) -> Result<Vec<Notice>, NoticeError> {
    let source = ImdsNotices::new(aws.imds(), page);
    timeout(Duration::from_secs(90), source.observe(moment(0))).await.expect("an end")
}

fn count(imds: &FakeImds, method: &str) -> usize {
    imds.log().iter().filter(|exchange| exchange.request.method == method).count()
}

#[tokio::test]
async fn a_page_that_is_not_there_is_no_notice() {
    let imds = Builder::default().v2_required().start();
    let aws = aws(&imds);
    for page in ImdsPage::ALL {
        assert_eq!(observe(&aws, page).await.unwrap(), [], "{page:?}");
    }
    assert_eq!((count(&imds, "PUT"), count(&imds, "GET")), (1, 4), "one token for all");
}

#[tokio::test]
async fn all_pages_together_make_one_view() {
    let imds = Builder::default().v2_required().start();
    let event = r#"[{"NotBefore":"21 Dec 2026 09:00:43 GMT","Code":"system-reboot","EventId":"instance-event-1"}]"#;
    imds.set_page(ImdsPage::Rebalance.path(), 200, r#"{"noticeTime":"2026-11-21T08:00:00Z"}"#);
    imds.set_page(ImdsPage::Maintenance.path(), 200, event);
    imds.set_page(ImdsPage::AutoScaling.path(), 200, "InService");
    let aws = aws(&imds);
    let mut ledger = Ledger::default();
    let mut look = async || {
        for page in ImdsPage::ALL {
            let source = ImdsNotices::new(aws.imds(), page);
            ledger.observe(source.name(), source.observe(moment(0)).await.unwrap());
        }
        ledger.view(moment(0).wall, SignedDuration::from_mins(10))
    };
    let calm: View = look().await;
    assert_eq!((calm.state(), calm.notices().len(), calm.deadline()), (Some(NodeState::Scheduled), 3, None));
    imds.set_page(ImdsPage::Spot.path(), 200, SPOT);
    let leaving = look().await;
    assert_eq!(leaving.foremost().unwrap().key.as_str(), "spot/terminate/2026-11-21T08:22:00Z");
    assert_eq!(leaving.deadline().unwrap().to_string(), "2026-11-21T08:22:00Z");
    let changes = leaving.changes_since(&calm);
    assert_eq!((changes.began.len(), changes.ended.len()), (1, 0));
    assert_eq!((changes.from, changes.to), (Some(NodeState::Scheduled), Some(NodeState::Terminating)));
}

#[tokio::test]
async fn an_expired_token_is_renewed() {
    let imds = Builder::default().v2_required().start();
    imds.set_page(ImdsPage::Spot.path(), 200, SPOT);
    let aws = aws(&imds);
    let before = observe(&aws, ImdsPage::Spot).await.unwrap();
    imds.misbehave(Fault::FirstGets(1, 401));
    assert_eq!(observe(&aws, ImdsPage::Spot).await.unwrap(), before);
    assert_eq!((count(&imds, "PUT"), count(&imds, "GET")), (2, 3));
}

#[tokio::test]
async fn every_failure_is_an_error_and_passes() {
    let imds = Builder::default().v2_required().start();
    let aws = aws(&imds);
    for page in ImdsPage::ALL {
        assert!(observe(&aws, page).await.is_ok());
        for (fault, kind) in [
            (Fault::FirstGets(2, 401), NoticeErrorKind::Unavailable),
            (Fault::FirstGets(2, 503), NoticeErrorKind::Unavailable),
            (Fault::FirstGets(2, 429), NoticeErrorKind::Throttled),
            (Fault::FirstGets(1, 403), NoticeErrorKind::Denied),
            (Fault::FirstGets(1, 400), NoticeErrorKind::Unavailable),
            (Fault::Always(503), NoticeErrorKind::Unavailable),
            (Fault::Drop, NoticeErrorKind::Unavailable),
            (Fault::Garbage, NoticeErrorKind::Malformed),
        ] {
            imds.misbehave(fault);
            let error = observe(&aws, page).await.unwrap_err();
            assert_eq!(error.kind, kind, "{page:?} {fault:?}: {error}");
            assert!(error.message.contains(page.path()), "{error}");
            imds.misbehave(Fault::None);
            assert_eq!(observe(&aws, page).await.unwrap(), [], "{page:?} after {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_service_that_hangs_is_an_error_in_time() {
    let imds = Builder::default().v2_required().start();
    let aws = aws_within(&imds, Duration::from_secs(1));
    assert!(observe(&aws, ImdsPage::Spot).await.is_ok());
    for fault in [Fault::Hang, Fault::HangOnToken] {
        imds.misbehave(fault);
        let error = observe(&aws_within(&imds, Duration::from_millis(300)), ImdsPage::Spot).await.unwrap_err();
        assert_eq!(error.kind, NoticeErrorKind::Unavailable, "without a token, {fault:?}");
    }
    imds.misbehave(Fault::Hang);
    let error = observe(&aws, ImdsPage::Spot).await.unwrap_err();
    assert_eq!(error.kind, NoticeErrorKind::Unavailable);
    assert!(error.message.contains(ImdsPage::Spot.path()), "{error}");
    imds.misbehave(Fault::None);
    assert_eq!(observe(&aws, ImdsPage::Spot).await.unwrap(), []);
}

#[tokio::test]
async fn a_service_that_is_away_is_absent_and_comes_back() {
    let imds = Builder::default().v2_required().start();
    let address = imds.url().trim_start_matches("http://").to_owned();
    let aws = aws(&imds);
    assert!(observe(&aws, ImdsPage::Spot).await.is_ok());
    drop(imds);
    let error = observe(&aws, ImdsPage::Spot).await.unwrap_err();
    assert!(matches!(error.kind, NoticeErrorKind::Absent | NoticeErrorKind::Unavailable), "{error:?}");
    let back = Builder::default().v2_required().start_at(&address);
    back.set_page(ImdsPage::Spot.path(), 200, SPOT);
    assert_eq!(observe(&aws, ImdsPage::Spot).await.unwrap().len(), 1);
}

#[tokio::test]
async fn pages_that_make_no_sense_are_errors_that_name_them() {
    let imds = Builder::default().v2_required().start();
    let aws = aws(&imds);
    let long = "x".repeat(70_000);
    for page in ImdsPage::ALL {
        for body in ["", "<html><body>welcome</body></html>", r#"{"action": ["#, "\u{1b}[2J", long.as_str()] {
            imds.set_page(page.path(), 200, body);
            let error = observe(&aws, page).await.unwrap_err();
            assert_eq!(error.kind, NoticeErrorKind::Malformed, "{page:?}: {error}");
            assert!(error.message.contains(page.path()), "{error}");
            assert!(!error.message.contains('\u{1b}'));
        }
        imds.remove_page(page.path());
    }
}
