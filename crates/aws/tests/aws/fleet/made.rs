//! What is made at AWS.

use bellwether_core::fleet::transport::{AgentTransport, Audience, CallerTransport};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use serde_json::json;
use std::time::Duration;

use super::{boto, call, fleet, fleet_at, node};

#[tokio::test]
async fn an_agent_makes_its_queue_the_topic_and_the_subscription() {
    fleet("made").agent(&node("i-1")).await.unwrap();
    let seen = boto(
        "[(a := sqs.get_queue_attributes(QueueUrl=url('bw-made-node-i-1'), AttributeNames=['All'])['Attributes']) and
            [a['VisibilityTimeout'], a['MessageRetentionPeriod'], a['MaximumMessageSize'], a['ReceiveMessageWaitTimeSeconds']],
          json.loads(a['Policy'])['Statement'], sqs.list_queue_tags(QueueUrl=url('bw-made-node-i-1'))['Tags']]",
    );
    let (queue, topic) =
        ("arn:aws:sqs:eu-west-1:123456789012:bw-made-node-i-1", "arn:aws:sns:eu-west-1:123456789012:bw-made");
    assert_eq!(seen[0], json!(["10", "604800", "262144", "20"]));
    assert_eq!(seen[1][0]["Condition"], json!({"ArnEquals": {"aws:SourceArn": topic}}));
    assert_eq!((&seen[1][0]["Resource"], seen[1].as_array().unwrap().len()), (&json!(queue), 1));
    assert_eq!(seen[2], json!({"bellwether:environment": "made", "bellwether:node": "i-1"}));
    let subscriptions = boto(&format!(
        "[[s['Endpoint'], sns.get_subscription_attributes(SubscriptionArn=s['SubscriptionArn'])['Attributes']['RawMessageDelivery']]
            for s in sns.list_subscriptions_by_topic(TopicArn='{topic}')['Subscriptions']]"
    ));
    assert_eq!(subscriptions, json!([[queue, "true"]]));
}

/// An agent that starts again changes nothing, and needs no right to.
#[tokio::test]
async fn an_agent_that_starts_again_makes_nothing() {
    fleet("again").agent(&node("i-1")).await.unwrap().announce(b"{}").await.unwrap();
    let proxy = Proxy::start(Moto::shared().endpoint(), Duration::ZERO);
    let agent = fleet_at(&proxy.url(), "again").agent(&node("i-1")).await.unwrap();
    agent.announce(b"{}").await.unwrap();
    let log = proxy.log();
    let actions: Vec<String> = log
        .iter()
        .map(|exchange| match exchange.request.header("x-amz-target") {
            Some(target) => target.split('.').next_back().unwrap().to_owned(),
            None => exchange.request.text().split(['=', '&']).nth(1).unwrap().to_owned(),
        })
        .collect();
    for changing in ["CreateQueue", "SetQueueAttributes", "TagQueue", "CreateTopic", "CreateTable"] {
        assert!(!actions.iter().any(|action| action == changing), "{actions:?}");
    }
    assert!(actions.iter().any(|action| action == "Subscribe"), "{actions:?}");
}

#[tokio::test]
async fn the_tables_are_billed_by_request_and_results_expire() {
    let agent = fleet("tables").agent(&node("i-1")).await.unwrap();
    agent.announce(b"{\"a\":1}").await.unwrap();
    let caller = fleet("tables").caller();
    let address = caller.listen(call(1), true).await.unwrap();
    agent.reply(&address, call(1), true, b"{\"b\":1}").await.unwrap();
    let seen = boto(
        "[[(t := dynamodb.describe_table(TableName='bw-tables-' + n)['Table'])['BillingModeSummary']['BillingMode'],
            t['KeySchema']] for n in ('nodes', 'results')]
         + [dynamodb.describe_time_to_live(TableName='bw-tables-results')['TimeToLiveDescription']['AttributeName']]",
    );
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    assert_eq!(seen[0], json!(["PAY_PER_REQUEST", [key("node", "HASH")]]));
    assert_eq!(seen[1], json!(["PAY_PER_REQUEST", [key("call", "HASH"), key("reply", "RANGE")]]));
    assert_eq!(seen[2], "expires");
    let item = boto("dynamodb.scan(TableName='bw-tables-results')['Items'][0]['expires']['N']");
    let days = (item.as_str().unwrap().parse::<i64>().unwrap()
        - boto("int(__import__('time').time())").as_i64().unwrap()) as f64
        / 86_400.0;
    assert!((6.9..7.1).contains(&days), "{days}");
    caller.close().await;
}

#[tokio::test]
async fn a_callers_queue_is_deleted_at_the_end() {
    let names =
        || boto("[u.split('/')[-1] for u in sqs.list_queues(QueueNamePrefix='bw-caller-').get('QueueUrls', [])]");
    let caller = fleet("caller").caller();
    let address = caller.listen(call(9), false).await.unwrap();
    assert_eq!(names(), json!([address.0]));
    caller.close().await;
    assert_eq!(names(), json!([]));
    assert!(caller.receive().await.is_err());
    assert!(caller.send(Audience::Everyone, false, b"{}").await.is_err());
}

/// What travels is what the envelope is, so that other programs can be written against it.
#[tokio::test]
async fn messages_are_the_envelopes_themselves() {
    let agent = fleet("plain").agent(&node("i-1")).await.unwrap();
    let caller = fleet("plain").caller();
    caller.listen(call(1), false).await.unwrap();
    for audience in [Audience::Everyone, Audience::Nodes(&[node("i-1")])] {
        caller.send(audience, false, b"{\"v\":1}").await.unwrap();
    }
    let bodies = boto(
        "[m['Body'] for m in sqs.receive_message(QueueUrl=url('bw-plain-node-i-1'), VisibilityTimeout=0,
            MaxNumberOfMessages=10)['Messages']]",
    );
    assert_eq!(bodies, json!(["{\"v\":1}", "{\"v\":1}"]));
    boto("sqs.send_message(QueueUrl=url('bw-plain-node-i-1'), MessageBody='base64:aGk=')['MessageId']");
    let mut received = Vec::new();
    for _ in 0..3 {
        let delivery = agent.receive().await.unwrap();
        agent.settle(&delivery.receipt).await.unwrap();
        received.push(delivery.message);
    }
    received.sort();
    assert_eq!(received, [&b"hi"[..], b"{\"v\":1}", b"{\"v\":1}"]);
    let rest = tokio::time::timeout(Duration::from_millis(500), agent.receive()).await;
    assert!(rest.is_err(), "{rest:?}");
    caller.close().await;
}
