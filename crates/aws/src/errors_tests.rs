use super::*;

fn asked() -> Asked {
    Asked {
        action: "elasticloadbalancing:DescribeInstanceHealth",
        subject: "elb:web".into(),
        region: "eu-west-1".into(),
        host: "elb.example.com".into(),
    }
}

fn refused(status: u16, code: &str) -> RosterError {
    asked().failed(&Failure::Refused { status, code: code.into(), message: "why\nnot".into(), clocks: None })
}

#[test]
fn the_code_decides_the_kind() {
    use RosterErrorKind::{Denied, Invalid, NotFound, Throttled, Unavailable};
    for (status, code, kind) in [
        (400, "LoadBalancerNotFound", NotFound),
        (400, "TargetGroupNotFound", NotFound),
        (403, "AccessDenied", Denied),
        (403, "UnauthorizedOperation", Denied),
        (403, "ExpiredToken", Denied),
        (403, "InvalidClientTokenId", Denied),
        (403, "SignatureDoesNotMatch", Denied),
        (403, "", Denied),
        (400, "Throttling", Throttled),
        (503, "RequestLimitExceeded", Throttled),
        (429, "", Throttled),
        (400, "ProvisionedThroughputExceededException", Throttled),
        (400, "ResourceNotFoundException", NotFound),
        (400, "TransactionConflictException", Unavailable),
        (400, "ValidationError", Invalid),
        (500, "InternalFailure", Unavailable),
        (400, "SomethingNew", Unavailable),
    ] {
        assert_eq!(refused(status, code).kind, kind, "{status} {code}");
    }
}

#[test]
fn a_refusal_names_the_action_and_the_policy() {
    let error = refused(403, "AccessDenied");
    let expected = "elasticloadbalancing:DescribeInstanceHealth on elb:web in eu-west-1 (elb.example.com): \
                    AccessDenied: why not";
    assert_eq!(error.message, expected);
    assert!(error.remedy.contains("elasticloadbalancing:DescribeInstanceHealth"), "{}", error.remedy);
    assert!(error.remedy.contains("bellwether iam once --group elb:web"), "{}", error.remedy);
}

#[test]
fn a_message_never_decides() {
    let failure =
        Failure::Refused { status: 400, code: "X".into(), message: "AccessDenied Throttling".into(), clocks: None };
    assert_eq!(asked().failed(&failure).kind, RosterErrorKind::Unavailable);
}

#[test]
fn a_wrong_clock_is_told() {
    let clocks =
        Clocks { aws: "2026-11-21T10:00:00Z".parse().unwrap(), local: "2026-11-21T10:10:00Z".parse().unwrap() };
    let failure = Failure::Refused {
        status: 403,
        code: "SignatureDoesNotMatch".into(),
        message: String::new(),
        clocks: Some(clocks),
    };
    let error = asked().failed(&failure);
    assert!(error.message.contains("600 s ahead of AWS's"), "{}", error.message);
    assert!(difference(Clocks { local: clocks.aws, ..clocks }).is_none());
}

#[test]
fn an_unreached_service_is_named() {
    let error = asked().failed(&Failure::TimedOut);
    assert_eq!(error.kind, RosterErrorKind::Unavailable);
    assert!(error.message.contains("elb.example.com") && error.remedy.contains("eu-west-1"), "{error:?}");
}

#[test]
fn what_may_have_been_done_is_told_from_what_was_not() {
    let refused =
        |status, code: &str| Failure::Refused { status, code: code.into(), message: String::new(), clocks: None };
    for failure in [
        refused(400, "AccessDenied"),
        refused(400, "TransactionConflict"),
        refused(503, "SlowDown"),
        refused(429, ""),
        Failure::NotSent(String::new()),
    ] {
        assert!(failure.certainly_not_done(), "{failure:?}");
    }
    for failure in [
        refused(500, "InternalServerError"),
        refused(503, ""),
        refused(408, ""),
        Failure::TimedOut,
        Failure::Unreached(String::new()),
        Failure::Unreadable(String::new()),
    ] {
        assert!(!failure.certainly_not_done(), "{failure:?}");
    }
}

#[test]
fn only_what_may_pass_is_tried_again() {
    let refused =
        |status, code: &str| Failure::Refused { status, code: code.into(), message: String::new(), clocks: None };
    assert!(refused(503, "").is_passing());
    assert!(refused(400, "Throttling").is_passing());
    assert!(Failure::TimedOut.is_passing());
    assert!(!refused(403, "AccessDenied").is_passing());
    assert!(!Failure::Unreadable(String::new()).is_passing());
}
