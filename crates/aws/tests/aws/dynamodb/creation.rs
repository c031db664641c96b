//! Making the table.

use std::sync::atomic::{AtomicU32, Ordering};

use bellwether_aws::{Aws, Created};
use bellwether_core::store::StoreError;
use bellwether_testkit::http::Reply;
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use serde_json::{Value, json};

use super::{aws_at, boto, new_name, operation, operations, recording, refusing};
use crate::support::settings;

fn moto() -> Aws {
    aws_at(Moto::shared().endpoint())
}

fn is_unreadable(error: &StoreError) -> bool {
    matches!(error, StoreError::Unreadable { .. })
}

#[tokio::test]
async fn a_new_table_is_as_it_should_be() {
    let name = new_name();
    assert_eq!(moto().create_claim_table(&name).await.unwrap(), Created::New);
    let found = boto(
        &name,
        "expiry = table.meta.client.describe_time_to_live(TableName=table.name)['TimeToLiveDescription']
print(json.dumps([table.key_schema, table.billing_mode_summary['BillingMode'], expiry]))",
        &[],
    );
    let keys = json!([{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]);
    let expiry = json!({"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"});
    assert_eq!(serde_json::from_str::<Value>(&found).unwrap(), json!([keys, "PAY_PER_REQUEST", expiry]));
}

#[tokio::test]
async fn a_table_that_is_right_is_left_as_it_is() {
    let name = new_name();
    moto().create_claim_table(&name).await.unwrap();
    let proxy = recording();
    assert_eq!(aws_at(&proxy.url()).create_claim_table(&name).await.unwrap(), Created::AlreadyThere);
    assert_eq!(operations(&proxy.log()), ["DescribeTable", "DescribeTable", "DescribeTimeToLive"]);
}

#[tokio::test]
async fn two_may_create_it_at_the_same_time() {
    let name = new_name();
    let (one, other) = (moto(), moto());
    let created = tokio::join!(one.create_claim_table(&name), other.create_claim_table(&name));
    assert!(created.0.is_ok() && created.1.is_ok(), "{created:?}");
}

#[tokio::test]
async fn a_table_of_another_shape_is_refused() {
    let create = |name: &str, keys: &str| {
        let script = format!(
            "keys = {keys}
boto3.client('dynamodb').create_table(TableName=table.name, BillingMode='PAY_PER_REQUEST',
    KeySchema=[{{'AttributeName': k, 'KeyType': r}} for k, t, r in keys],
    AttributeDefinitions=[{{'AttributeName': k, 'AttributeType': t}} for k, t, r in keys])"
        );
        boto(name, &script, &[]);
    };
    for keys in [
        "[('id', 'S', 'HASH')]",
        "[('pk', 'S', 'HASH')]",
        "[('pk', 'S', 'HASH'), ('sk', 'N', 'RANGE')]",
        "[('sk', 'S', 'HASH'), ('pk', 'S', 'RANGE')]",
    ] {
        let name = new_name();
        create(&name, keys);
        let error = moto().create_claim_table(&name).await.unwrap_err();
        assert!(is_unreadable(&error) && error.to_string().contains("another key"), "{keys}: {error}");
        assert!(error.remedy().contains("another name"), "{}", error.remedy());
    }
}

#[tokio::test]
async fn a_table_whose_items_expire_by_something_else_is_refused() {
    let name = new_name();
    moto().create_claim_table(&name).await.unwrap();
    let set = "table.meta.client.update_time_to_live(TableName=table.name,
    TimeToLiveSpecification={'Enabled': os.environ['ON'] == 'yes', 'AttributeName': os.environ['BY']})";
    boto(&name, set, &[("ON", "no"), ("BY", "expires")]);
    boto(&name, set, &[("ON", "yes"), ("BY", "version")]);
    let error = moto().create_claim_table(&name).await.unwrap_err();
    assert!(is_unreadable(&error) && error.to_string().contains("expire by 'version'"), "{error}");
}

/// moto's tables are ready at once; those of AWS are not.
#[tokio::test]
async fn a_table_is_waited_for() {
    let described = AtomicU32::new(0);
    let proxy = Proxy::altering(Moto::shared().endpoint(), move |request, pass_on| {
        let reply = pass_on();
        let Reply::Answer(mut answer) = reply else { return reply };
        if operation(request) == "DescribeTable" && described.fetch_add(1, Ordering::Relaxed) < 3 {
            answer.body = String::from_utf8(answer.body).unwrap().replace("ACTIVE", "CREATING").into_bytes();
        }
        Reply::Answer(answer)
    });
    assert_eq!(aws_at(&proxy.url()).create_claim_table(&new_name()).await.unwrap(), Created::New);
    let log = proxy.log();
    let expected = ["DescribeTable", "CreateTable", "DescribeTable", "DescribeTable", "DescribeTable"];
    assert_eq!(operations(&log), [&expected[..], &["DescribeTimeToLive", "UpdateTimeToLive"]].concat());
}

#[tokio::test]
async fn a_denial_names_all_that_creation_needs() {
    let proxy = refusing(u32::MAX, 400, "AccessDeniedException");
    let error = aws_at(&proxy.url()).create_claim_table("claims").await.unwrap_err();
    for action in ["CreateTable", "DescribeTable", "DescribeTimeToLive", "UpdateTimeToLive"] {
        assert!(error.remedy().contains(&format!("dynamodb:{action}")), "{}", error.remedy());
    }
    assert!(error.to_string().starts_with("creating dynamodb:claims: dynamodb:DescribeTable in eu-west-1"), "{error}");
}

#[tokio::test]
async fn what_is_no_name_is_refused_at_once() {
    let proxy = recording();
    for name in ["", "ab", "a b c", "täble", "a/b/c", "arn:aws:dynamodb:eu-west-1:1:table/x", &"x".repeat(256)] {
        let aws = aws_at(&proxy.url());
        for error in [aws.claim_store(name).await.unwrap_err(), aws.create_claim_table(name).await.unwrap_err()] {
            assert!(error.remedy().contains("3 to 255"), "{error:?}");
        }
    }
    assert!(proxy.log().is_empty());
}

#[tokio::test]
async fn without_credentials_nothing_is_asked() {
    let proxy = recording();
    let url = proxy.url();
    let variables =
        [("AWS_REGION", "eu-west-1"), ("AWS_ENDPOINT_URL", url.as_str()), ("AWS_EC2_METADATA_DISABLED", "true")];
    let error = Aws::new(settings(&variables)).claim_store("claims").await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert!(
        error.to_string().contains("no AWS credentials") && error.remedy().contains("AWS_ACCESS_KEY_ID"),
        "{error:?}"
    );
    assert!(proxy.log().is_empty());
}
