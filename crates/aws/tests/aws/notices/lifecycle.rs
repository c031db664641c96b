//! Lifecycle hooks: moto has them; what it does not know, heartbeats and completions, a server here answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bellwether_aws::{ApiErrorKind, Lifecycle, LifecycleOutcome, LifecycleResult, TerminationHook};
use bellwether_core::names::NodeId;
use bellwether_testkit::http::{Reply, Request, Server};
use bellwether_testkit::moto::Moto;

use crate::support::aws_at;

const REGION: &str = "eu-west-1";

fn hook() -> TerminationHook {
    TerminationHook { group: "web".to_owned(), hook: "drain".to_owned(), timeout: Duration::from_secs(60) }
}

fn node(id: &str) -> NodeId {
    NodeId::new(id).unwrap()
}

#[tokio::test]
async fn hooks_and_groups_are_found() {
    let moto = Moto::shared();
    let members = moto.create_asg(REGION, "with-hooks", 1);
    moto.run_boto(
        "import boto3\n\
         autoscaling = boto3.client('autoscaling')\n\
         for name, transition, timeout in [('z-drain', 'TERMINATING', 120), ('backup', 'TERMINATING', 7200),\n\
                                           ('warm-up', 'LAUNCHING', 60)]:\n    \
             autoscaling.put_lifecycle_hook(AutoScalingGroupName='with-hooks', LifecycleHookName=name,\n        \
                 LifecycleTransition='autoscaling:EC2_INSTANCE_' + transition, HeartbeatTimeout=timeout)\n",
        &[],
    );
    let lifecycle = Lifecycle::new(&aws_at(moto.endpoint()));
    let member = lifecycle.member(&node(&members[0])).await.unwrap().unwrap();
    assert_eq!((member.group.as_str(), member.state.as_str()), ("with-hooks", "InService"));
    assert_eq!(lifecycle.member(&node("i-00000000000000000")).await.unwrap(), None);
    let hooks = lifecycle.termination_hooks("with-hooks").await.unwrap();
    let told: Vec<_> = hooks.iter().map(|hook| (hook.hook.as_str(), hook.timeout.as_secs())).collect();
    assert_eq!(told, [("backup", 7_200), ("z-drain", 120)]);
}

/// Answers operations with these; the place of an instance when it is asked for.
fn server(state: &'static str, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
    Server::start("127.0.0.1:0", move |request| {
        if !request.text().contains("Action=DescribeAutoScalingInstances") {
            return answer(request);
        }
        let member = format!(
            "<member><InstanceId>i-1</InstanceId><AutoScalingGroupName>web</AutoScalingGroupName>\
             <AvailabilityZone>z</AvailabilityZone><LifecycleState>{state}</LifecycleState>\
             <HealthStatus>HEALTHY</HealthStatus><ProtectedFromScaleIn>false</ProtectedFromScaleIn></member>"
        );
        let result = format!("<AutoScalingInstances>{member}</AutoScalingInstances>");
        xml(
            200,
            &format!(
                "<DescribeAutoScalingInstancesResponse><DescribeAutoScalingInstancesResult>{result}\
             </DescribeAutoScalingInstancesResult></DescribeAutoScalingInstancesResponse>"
            ),
        )
    })
}

fn xml(status: u16, body: &str) -> Reply {
    Reply::answer(status, "text/xml", body.as_bytes())
}

fn refusal(status: u16, code: &str) -> Reply {
    xml(
        status,
        &format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>No active Lifecycle \
         Action found with instance ID i-1</Message></Error></ErrorResponse>"
        ),
    )
}

fn taken(_: &Request) -> Reply {
    xml(200, "<R><CompleteLifecycleActionResult/><RecordLifecycleActionHeartbeatResult/></R>")
}

#[tokio::test]
async fn heartbeats_and_completions_name_group_hook_and_instance() {
    let server = server("Terminating:Wait", taken);
    let lifecycle = Lifecycle::new(&aws_at(&server.url()));
    assert_eq!(lifecycle.heartbeat(&hook(), &node("i-1")).await.unwrap(), LifecycleOutcome::Taken);
    for (result, word) in [(LifecycleResult::Continue, "CONTINUE"), (LifecycleResult::Abandon, "ABANDON")] {
        let outcome = lifecycle.complete(&hook(), &node("i-1"), result).await.unwrap();
        assert_eq!(outcome, LifecycleOutcome::Taken);
        let sent = server.requests().pop().unwrap().text();
        let wanted = format!("LifecycleActionResult={word}");
        for part in ["Action=CompleteLifecycleAction", "AutoScalingGroupName=web", "LifecycleHookName=drain", &wanted] {
            assert!(sent.contains(part), "{part}: {sent}");
        }
    }
    let heartbeat = server.requests()[0].text();
    for part in ["Action=RecordLifecycleActionHeartbeat", "InstanceId=i-1", "LifecycleHookName=drain"] {
        assert!(heartbeat.contains(part), "{part}: {heartbeat}");
    }
}

#[tokio::test]
async fn an_action_that_is_over_is_no_failure() {
    let server = server("Terminating:Proceed", |_| refusal(400, "ValidationError"));
    let lifecycle = Lifecycle::new(&aws_at(&server.url()));
    assert_eq!(lifecycle.heartbeat(&hook(), &node("i-1")).await.unwrap(), LifecycleOutcome::NotHeld);
    let outcome = lifecycle.complete(&hook(), &node("i-1"), LifecycleResult::Continue).await.unwrap();
    assert_eq!(outcome, LifecycleOutcome::NotHeld);
}

#[tokio::test]
async fn a_completion_whose_answer_was_lost_is_no_failure() {
    let tries = AtomicUsize::new(0);
    let server = server("Terminating:Proceed", move |_| match tries.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::Drop,
        _ => refusal(400, "ValidationError"),
    });
    let lifecycle = Lifecycle::new(&aws_at(&server.url()));
    let outcome = lifecycle.complete(&hook(), &node("i-1"), LifecycleResult::Continue).await.unwrap();
    assert_eq!(outcome, LifecycleOutcome::NotHeld);
}

#[tokio::test]
async fn a_mistake_about_a_held_instance_is_a_failure() {
    let server = server("Terminating:Wait", |_| refusal(400, "ValidationError"));
    let error = Lifecycle::new(&aws_at(&server.url())).heartbeat(&hook(), &node("i-1")).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Invalid);
    assert!(error.message.contains("hook drain of asg:web"), "{error}");
}

#[tokio::test]
async fn refusals_and_silence_are_failures_of_their_kind() {
    for (reply, kind) in [
        (refusal(403, "AccessDenied"), ApiErrorKind::Denied),
        (refusal(400, "Throttling"), ApiErrorKind::Throttled),
        (refusal(500, "InternalFailure"), ApiErrorKind::AnswerLost),
        (Reply::Drop, ApiErrorKind::AnswerLost),
    ] {
        let server = server("Terminating:Wait", move |_| reply.clone());
        let lifecycle = Lifecycle::new(&aws_at(&server.url()));
        let error = lifecycle.complete(&hook(), &node("i-1"), LifecycleResult::Continue).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error:?}");
        if kind == ApiErrorKind::Denied {
            assert!(error.remedy.contains("autoscaling:CompleteLifecycleAction"), "{}", error.remedy);
            assert!(error.remedy.contains("bellwether iam watch"), "{}", error.remedy);
        }
    }
}
