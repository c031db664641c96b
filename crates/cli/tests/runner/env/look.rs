//! Looking at the queues.

use serde_json::{Value, json};

use super::{boto, env, printed};
use crate::fleet::support::{end, holds};

#[test]
fn queues_that_are_right_are_shown_with_what_waits_in_them() {
    printed(env(&["create", "shown"]));
    boto("[sqs.send_message(QueueUrl=url('shown_agent'), MessageBody=str(n))['MessageId'] for n in range(3)]");
    let text = "QUEUE         STATE  WAITING\n\
                shown_master  right  0\n\
                shown_agent   right  3\n\
                shown_facts   right  0\n";
    assert_eq!(printed(env(&["show", "shown"])), text);
}

#[test]
fn what_is_missing_or_wrong_is_told_and_is_status_1() {
    boto(
        "sqs.create_queue(QueueName='wrong_agent', Attributes={'VisibilityTimeout': '30',
        'MessageRetentionPeriod': '60', 'MaximumMessageSize': '65536'})['QueueUrl']",
    );
    let done = end(env(&["show", "wrong"]), 1);
    holds(
        &done.stdout_text(),
        &["wrong_master  missing", "wrong_agent   VisibilityTimeout is 30, should be 0", "wrong_facts   missing"],
    );
    holds(&done.stderr_text(), &["'bellwether env create wrong' sets this right"]);
    let shown: Value = serde_json::from_str(&end(env(&["show", "wrong", "--json"]), 1).stdout_text()).unwrap();
    let difference = json!({"what": "VisibilityTimeout", "found": "30", "wanted": "0"});
    assert_eq!(shown[1]["differences"], json!([difference]));
    assert_eq!(
        (&shown[0]["exists"], &shown[1]["exists"], &shown[1]["right"]),
        (&json!(false), &json!(true), &json!(false))
    );
}
