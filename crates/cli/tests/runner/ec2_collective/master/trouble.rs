//! SQS that fails, for a while or for good.

use std::sync::atomic::{AtomicU32, Ordering};

use bellwether_testkit::http::{Reply, Request};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use serde_json::json;

use crate::ec2_collective::support::Collective;

/// Whether a request is this call on the queue of this name.
fn is_call(request: &Request, call: &str, queue: &str) -> bool {
    request.header("x-amz-target") == Some(&format!("AmazonSQS.{call}")) && request.text().contains(queue)
}

fn refusal(status: u16, code: &str) -> Reply {
    Reply::text(status, json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": "not now"}).to_string())
}

/// Does something to one call on one queue; all others are passed on.
fn proxy(
    call: &'static str,
    queue: String,
    alter: impl Fn(&dyn Fn() -> Reply) -> Reply + Send + Sync + 'static,
) -> Proxy {
    Proxy::altering(
        Moto::shared().endpoint(),
        move |request, pass_on| {
            if is_call(request, call, &queue) { alter(pass_on) } else { pass_on() }
        },
    )
}

#[test]
fn replies_that_cannot_be_received_for_a_while_are_received_later() {
    let collective = Collective::new();
    let failures = AtomicU32::new(0);
    let proxy = proxy("ReceiveMessage", collective.queue("agent"), move |pass_on| {
        if failures.fetch_add(1, Ordering::Relaxed) < 5 { refusal(503, "ServiceUnavailable") } else { pass_on() }
    });
    let _agent = collective.old_agent("a", &json!({"role": "web"}));
    let done = collective.master(&["-c", "echo x"]).env("AWS_ENDPOINT_URL", proxy.url()).finish().expect_code(0);
    assert!(done.stdout_text().starts_with(">>>>>> a exit code: (0):\nx\n"), "{done:?}");
    assert!(done.stderr_text().contains("trying again"), "{}", done.stderr_text());
}

#[test]
fn replies_that_must_not_be_received_end_it_and_the_copies_are_deleted() {
    let collective = Collective::new();
    let proxy = proxy("ReceiveMessage", collective.queue("agent"), |_| refusal(403, "AccessDeniedException"));
    let done = collective.master(&["-c", "true"]).env("AWS_ENDPOINT_URL", proxy.url()).finish().expect_code(1);
    let told = done.stderr_text();
    assert!(told.contains("sqs:ReceiveMessage") && told.contains("not now"), "{told}");
    assert_eq!(collective.count("master"), 0);
}

#[test]
fn facts_that_must_not_be_read_are_done_without() {
    let collective = Collective::new();
    let _agent = collective.old_agent("a", &json!({"role": "web"}));
    let config = collective.master_config(&json!({"ping_timeout": 3}));
    for call in ["ReceiveMessage", "GetQueueUrl"] {
        let proxy = proxy(call, collective.queue("facts"), |_| refusal(403, "AccessDeniedException"));
        let master = collective.master_with(&config, &["-c", "true"]).env("AWS_ENDPOINT_URL", proxy.url());
        let done = master.finish().expect_code(0);
        assert!(done.stdout_text().ends_with("Got response from 1 out of 1/0 (discovered/expected) - exit code (0)\n"));
        assert!(done.stderr_text().contains("it is not known whom to expect: "), "{}", done.stderr_text());
    }
}

#[test]
fn a_command_whose_sending_had_no_answer_is_deleted_however_often_it_was_sent() {
    let collective = Collective::new();
    let proxy = proxy("SendMessageBatch", collective.queue("master"), |pass_on| {
        pass_on();
        refusal(500, "InternalError")
    });
    let config = collective.master_config(&json!({"clean_timeout": 4}));
    let master = collective.master_with(&config, &["-c", "true"]).env("AWS_ENDPOINT_URL", proxy.url());
    let done = master.finish().expect_code(1);
    assert!(done.stderr_text().contains("it may have been done"), "{}", done.stderr_text());
    let sent = proxy.log().iter().filter(|exchange| is_call(&exchange.request, "SendMessageBatch", "")).count();
    assert!(sent > 1, "it was tried again");
    assert_eq!(collective.count("master"), 0);
}

#[test]
fn an_agent_that_takes_a_copy_of_a_try_whose_answer_was_lost_is_heard() {
    let collective = Collective::new();
    let tries = AtomicU32::new(0);
    let proxy = proxy("SendMessageBatch", collective.queue("master"), move |pass_on| {
        let answer = pass_on();
        if tries.fetch_add(1, Ordering::Relaxed) == 0 { refusal(500, "InternalError") } else { answer }
    });
    let _agent = collective.old_agent("a", &json!({"role": "web"}));
    let done = collective.master(&["-c", "echo heard"]).env("AWS_ENDPOINT_URL", proxy.url()).finish().expect_code(0);
    assert!(done.stdout_text().starts_with(">>>>>> a exit code: (0):\nheard\n"), "{done:?}");
    assert_eq!((collective.count("master"), collective.count("agent")), (0, 0));
}
