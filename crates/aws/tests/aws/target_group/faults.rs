//! Refusals and silence.

use std::time::Duration;

use bellwether_aws::{ApiErrorKind, Aws, AwsSettings, GroupFilter};
use bellwether_testkit::fake_elb::{Fault, Faults};
use tokio::time::timeout;

use super::{arn, fake, target};
use crate::support::{TIMEOUT, aws_at, known, settings};

#[tokio::test]
async fn refusals_have_a_kind_and_a_remedy() {
    let fake = fake(|world| {
        world.set_target_group("web", &[]);
    });
    let web = arn(&fake, "web");
    let groups = aws_at(&fake.url()).target_groups(None);
    for (fault, read, change) in [
        (Fault::Denied, ApiErrorKind::Denied, ApiErrorKind::Denied),
        (Fault::Throttled, ApiErrorKind::Throttled, ApiErrorKind::Throttled),
        (Fault::InternalFailure, ApiErrorKind::Unavailable, ApiErrorKind::AnswerLost),
        (Fault::Drop, ApiErrorKind::Unavailable, ApiErrorKind::AnswerLost),
    ] {
        fake.misbehave(Faults::always(fault));
        assert_eq!(groups.health(&web).await.unwrap_err().kind, read, "{fault:?}");
        assert_eq!(groups.attributes(&web).await.unwrap_err().kind, read, "{fault:?}");
        assert_eq!(groups.list(&GroupFilter::All).await.unwrap_err().kind, read, "{fault:?}");
        assert_eq!(groups.register(&web, &[target("i-1")]).await.unwrap_err().kind, change, "{fault:?}");
        let error = groups.deregister(&web, &[target("i-1")]).await.unwrap_err();
        assert_eq!(error.kind, change, "{fault:?}");
        assert!(error.message.contains("elasticloadbalancing:DeregisterTargets on alb:web in eu-west-1"), "{error}");
        assert!(!error.remedy.is_empty());
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let fake = fake(|world| {
        world.set_target_group("web", &[]);
    });
    let web = arn(&fake, "web");
    fake.change(|world| world.target_groups.clear());
    let groups = aws_at(&fake.url()).target_groups(None);
    let names = GroupFilter::Names(vec!["web".to_owned()]);
    let errors = [
        groups.get("web").await.unwrap_err(),
        groups.list(&names).await.unwrap_err(),
        groups.health(&web).await.unwrap_err(),
        groups.register(&web, &[target("i-1")]).await.unwrap_err(),
        groups.deregister(&web, &[target("i-1")]).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind, ApiErrorKind::NotFound, "{error}");
    }
}

#[tokio::test]
async fn a_target_that_does_not_fit_is_invalid() {
    let fake = fake(|world| {
        world.set_target_group("web", &[]);
    });
    let groups = aws_at(&fake.url()).target_groups(None);
    let error = groups.register(&arn(&fake, "web"), &[target("10.0.0.1:80")]).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Invalid, "{error}");
}

#[tokio::test]
async fn a_part_that_fails_says_what_is_done() {
    let fake = fake(|world| {
        world.set_target_group("web", &[]);
    });
    let mut targets: Vec<_> = (1..=150).map(|port| target(&format!("i-1:{port}"))).collect();
    targets.push(target("10.0.0.1:80"));
    let error = aws_at(&fake.url()).target_groups(None).register(&arn(&fake, "web"), &targets).await.unwrap_err();
    assert!(error.message.ends_with("the first 100 of 151 targets are registered"), "{error}");
    assert_eq!(fake.look(|world| world.target_group("web").targets.len()), 100);
}

#[tokio::test]
async fn silence_ends_with_the_limits() {
    let fake = fake(|world| {
        world.set_target_group("web", &[]);
    });
    fake.misbehave(Faults::always(Fault::Hang));
    let aws = Aws::new(AwsSettings { timeout: Some(TIMEOUT), ..settings(&known(&fake.url())) });
    let bound = aws.limits().whole_operation() + Duration::from_secs(5);
    let groups = aws.target_groups(None);
    let health = timeout(bound, groups.health(&arn(&fake, "web"))).await.expect("an end");
    assert_eq!(health.unwrap_err().kind, ApiErrorKind::Unavailable);
}
