//! Every step on the way to CloneSquad's API, failing in every way; and coming back.

use std::time::Duration;

use bellwether_aws::{CloneSquad, CloneSquadStatus};
use bellwether_core::notice::{NoticeError, NoticeErrorKind};
use bellwether_testkit::clonesquad::{FakeCloneSquad, Fault, Step};
use bellwether_testkit::fake_elb;
use bellwether_testkit::imds;
use bellwether_testkit::notice::moment;
use serde_json::json;
use tokio::time::timeout;

use super::{STALE, aws, clonesquad};

use NoticeErrorKind::{Denied, Malformed, NotFound, Throttled, Unavailable};

/// The limit of an attempt where something answers, however busy the machine.
const PATIENT: Duration = Duration::from_secs(10);
/// The limit of an attempt where nothing answers; what comes before must still be answered in it.
const IMPATIENT: Duration = Duration::from_secs(1);
/// Longer than all attempts of all steps take.
const AN_END: Duration = Duration::from_secs(60);

async fn failure(fake: &FakeCloneSquad) -> NoticeError {
    failure_within(fake, PATIENT).await
}

async fn failure_within(fake: &FakeCloneSquad, limit: Duration) -> NoticeError {
    let source = CloneSquad::new(&aws(fake, limit), STALE);
    timeout(AN_END, source.poll(moment(0))).await.expect("an end").unwrap_err()
}

fn told(error: &NoticeError, parts: &[&str]) {
    for part in parts {
        assert!(format!("{} | {}", error.message, error.remedy).contains(part), "no '{part}' in {error:?}");
    }
    assert!(!error.remedy.is_empty(), "{error:?}");
}

#[tokio::test]
async fn ec2_and_sts_fail_in_every_way() {
    for (action, named) in
        [("DescribeInstances", "ec2:DescribeInstances"), ("GetCallerIdentity", "sts:GetCallerIdentity")]
    {
        for (fault, kinds) in [
            (fake_elb::Fault::Denied, &[Denied][..]),
            (fake_elb::Fault::Throttled, &[Throttled]),
            (fake_elb::Fault::InternalFailure, &[Unavailable]),
            (fake_elb::Fault::Garbage, &[Malformed, Unavailable]),
            (fake_elb::Fault::Hang, &[Unavailable]),
            (fake_elb::Fault::Drop, &[Unavailable]),
        ] {
            let fake = FakeCloneSquad::start();
            fake.aws().misbehave(fake_elb::Faults::action(action, fault));
            let limit = if fault == fake_elb::Fault::Hang { IMPATIENT } else { PATIENT };
            let error = failure_within(&fake, limit).await;
            assert!(kinds.contains(&error.kind), "{action} {fault:?}: {error:?}");
            told(&error, &[named]);
            assert_eq!(fake.calls(Step::Metadata), 0);
        }
    }
}

#[tokio::test]
async fn an_instance_that_ec2_does_not_know_is_an_error_and_not_unmanaged() {
    let fake = FakeCloneSquad::start();
    fake.aws().change(|world| world.instances.clear());
    let error = failure(&fake).await;
    assert_eq!(error.kind, Malformed);
    told(&error, &["i-0123456789abcdef0"]);
}

#[tokio::test]
async fn the_function_fails_in_every_way() {
    let text = |text: &str| Fault::Answer(200, text.to_owned());
    for (fault, kind, says) in [
        (Fault::Denied, Denied, "allow lambda:InvokeFunction"),
        (Fault::Throttled, Throttled, "TooManyRequestsException"),
        (Fault::Missing, NotFound, "CloneSquad-Discovery-fleet-1"),
        (Fault::FunctionError, Unavailable, "Unhandled: 'GroupName'"),
        (Fault::Answer(500, "oops".to_owned()), Unavailable, "oops"),
        (Fault::Hang, Unavailable, "no answer in time"),
        (Fault::Drop, Unavailable, "lambda:InvokeFunction"),
        (Fault::Flood, Malformed, "longer than"),
        (text(""), Malformed, "cannot be read"),
        (text("null"), Malformed, "cannot be read"),
        (text("{}"), Malformed, "InteractAPIGWUrl"),
        (text(r#"{"InteractAPIGWUrl":"https://x/v1"}"#), Malformed, "InteractApi"),
        (text(r#"{"InteractAPIGWUrl":7,"InteractApi":"a"}"#), Malformed, "cannot be read"),
        (text(r#"{"InteractAPIGWUrl":"ftp://x/v1","InteractApi":"a"}"#), Malformed, "no https URL"),
        (text(r#"{"InteractAPIGWUrl":"https://x/v1","InteractApi":"a b"}"#), Malformed, "no id of an API"),
    ] {
        let fake = FakeCloneSquad::start();
        fake.misbehave(Step::Discovery, Some(fault.clone()));
        let limit = if fault == Fault::Hang { IMPATIENT } else { PATIENT };
        let error = failure_within(&fake, limit).await;
        assert_eq!(error.kind, kind, "{fault:?}: {error:?}");
        told(&error, &[says]);
        assert_eq!(fake.calls(Step::Metadata), 0);
    }
}

#[tokio::test]
async fn the_api_fails_in_every_way() {
    let text = |status: u16, text: &str| Fault::Answer(status, text.to_owned());
    for (fault, kind, says) in [
        (Fault::Denied, Denied, "resource policy"),
        (Fault::Missing, Denied, "MissingAuthenticationTokenException"),
        (Fault::Throttled, Throttled, "TooManyRequestsException"),
        (text(400, "Unknown instance"), Unavailable, "Unknown instance"),
        (text(403, "Instance is not part of the group"), Denied, "not part of the group"),
        (text(500, "Traceback"), Unavailable, "Traceback"),
        (text(200, "Access is not allowed"), Malformed, "Access is not allowed"),
        (text(200, ""), Malformed, "no JSON"),
        (text(200, r#"{"Status":"ready"}"#), Malformed, "no State"),
        (text(200, r#"{"State":"../x"}"#), Malformed, "no name"),
        (text(200, r#"{"State":"running","InstanceId":"i-2"}"#), Malformed, "speaks of 'i-2'"),
        (Fault::Flood, Malformed, "longer than"),
        (Fault::Hang, Unavailable, "no answer in time"),
        (Fault::Drop, Unavailable, "execute-api:Invoke"),
    ] {
        let fake = FakeCloneSquad::start();
        fake.misbehave(Step::Metadata, Some(fault.clone()));
        let limit = if fault == Fault::Hang { IMPATIENT } else { PATIENT };
        let error = failure_within(&fake, limit).await;
        assert_eq!(error.kind, kind, "{fault:?}: {error:?}");
        told(&error, &[says]);
    }
}

#[tokio::test]
async fn after_a_failure_of_the_api_it_is_found_again() {
    let fake = FakeCloneSquad::start();
    let source = clonesquad(&fake);
    assert!(source.poll(moment(0)).await.is_ok());
    fake.misbehave(Step::Metadata, Some(Fault::Answer(403, "gone".to_owned())));
    assert!(source.poll(moment(10)).await.is_err());
    assert_eq!(fake.calls(Step::Discovery), 1);
    fake.misbehave(Step::Metadata, None);
    assert!(source.poll(moment(20)).await.is_ok());
    assert_eq!((fake.calls(Step::Discovery), fake.aws().calls("DescribeInstances")), (2, 2));
}

#[tokio::test]
async fn what_is_only_old_is_used_on_while_it_cannot_be_refreshed() {
    let fake = FakeCloneSquad::start();
    let source = clonesquad(&fake);
    assert!(source.poll(moment(0)).await.is_ok());
    fake.aws().misbehave(fake_elb::Faults::always(fake_elb::Fault::Throttled));
    fake.set_state("draining");
    let CloneSquadStatus::Managed { metadata, .. } = source.poll(moment(300)).await.unwrap() else { panic!() };
    assert_eq!(metadata.state.as_str(), "draining", "the throttling of EC2 hides nothing");
    let asked = fake.aws().calls("DescribeInstances");
    assert!(source.poll(moment(310)).await.is_ok());
    assert_eq!(fake.aws().calls("DescribeInstances"), asked, "EC2 is left in peace for a while");
    assert!(source.poll(moment(360)).await.is_ok());
    assert!(fake.aws().calls("DescribeInstances") > asked);
}

#[tokio::test]
async fn that_an_instance_was_not_managed_is_no_answer_when_ec2_cannot_be_asked() {
    let fake = FakeCloneSquad::start();
    fake.set_tags(&[]);
    let source = clonesquad(&fake);
    assert_eq!(source.poll(moment(0)).await.unwrap(), CloneSquadStatus::NotManaged);
    fake.aws().misbehave(fake_elb::Faults::always(fake_elb::Fault::Denied));
    assert_eq!(source.poll(moment(300)).await.unwrap_err().kind, Denied);
    fake.aws().misbehave(fake_elb::Faults::default());
    assert_eq!(source.poll(moment(301)).await.unwrap(), CloneSquadStatus::NotManaged);
}

#[tokio::test]
async fn metadata_and_networks_that_come_back_are_used_again() {
    for fault in [
        imds::Fault::Always(401),
        imds::Fault::Always(404),
        imds::Fault::Always(503),
        imds::Fault::TokenRefused(403),
        imds::Fault::Drop,
        imds::Fault::Garbage,
    ] {
        let fake = FakeCloneSquad::start();
        fake.imds().misbehave(fault);
        let source = clonesquad(&fake);
        let error = timeout(AN_END, source.poll(moment(0))).await.expect("an end").unwrap_err();
        told(&error, &["metadata"]);
        fake.imds().misbehave(imds::Fault::None);
        assert!(source.poll(moment(1)).await.is_ok(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_group_that_cannot_be_one_is_told() {
    for group in ["a/b", "a b", "a:b", "groß", &"x".repeat(141)] {
        let fake = FakeCloneSquad::start();
        fake.set_tags(&[("clonesquad:group-name", group)]);
        let error = failure(&fake).await;
        assert_eq!(error.kind, Malformed, "{group}");
        told(&error, &["clonesquad:group-name"]);
        assert_eq!(fake.calls(Step::Discovery), 0);
    }
}

#[tokio::test]
async fn an_https_url_is_asked_with_tls_alone() {
    let fake = FakeCloneSquad::start();
    let url = format!("{}/v1", fake.url().replace("http:", "https:"));
    fake.change_discovery(|discovery| discovery["InteractAPIGWUrl"] = json!(url));
    let error = failure(&fake).await;
    assert_eq!(error.kind, Unavailable, "the fake has no TLS: {error:?}");
    assert_eq!((fake.calls(Step::Discovery), fake.calls(Step::Metadata)), (1, 0));
}

#[tokio::test]
async fn no_secret_is_shown() {
    let fake = FakeCloneSquad::start();
    fake.misbehave(Step::Metadata, Some(Fault::Denied));
    let source = clonesquad(&fake);
    let error = source.poll(moment(0)).await.unwrap_err();
    let shown = format!("{source:?} {error:?}");
    for secret in [bellwether_testkit::clonesquad::SECRET_KEY, bellwether_testkit::clonesquad::SESSION_TOKEN] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
