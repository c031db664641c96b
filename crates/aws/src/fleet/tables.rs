//! The tables: what nodes say of themselves, and the replies to durable requests.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_async::time::{SystemTimeSource, TimeSource};
use aws_types::SdkConfig;
use aws_types::endpoint_config::AccountIdEndpointMode;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::names::NodeId;
use jiff::Timestamp;

use super::names::Names;
use super::queue::ENVIRONMENT_TAG;
use crate::api_error::{ApiError, ApiErrorKind};
use crate::api_session::{ApiSession, KeptSession};
use crate::client::Aws;
use crate::dynamodb::Shape;
use crate::service::Service;

const PUT: &str = "dynamodb:PutItem";
const SCAN: &str = "dynamodb:Scan";
const QUERY: &str = "dynamodb:Query";

const NODE: &str = "node";
const RECORD: &str = "record";
/// When a node last spoke, in seconds since 1970 and by its own clock.
const SEEN: &str = "seen";
const CALL: &str = "call";
const REPLY: &str = "reply";
const MESSAGE: &str = "message";
/// When a reply may go, in seconds since 1970.
const EXPIRES: &str = "expires";

/// For how long replies to durable requests are kept.
pub(super) const RESULTS_KEPT: Duration = Duration::from_secs(7 * 24 * 3_600);
/// More than any fleet has; a list that never ends must not fill the memory.
const MOST_ITEMS: usize = 200_000;

type Item = HashMap<String, AttributeValue>;
type Session = ApiSession<Client>;

/// The two tables of an environment.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    aws: Aws,
    names: Names,
    session: Arc<KeptSession<Client>>,
}

/// What is known of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NodeItem {
    pub(super) node: String,
    pub(super) record: Vec<u8>,
    pub(super) seen: Option<Timestamp>,
}

impl Tables {
    pub(super) fn new(aws: &Aws, names: &Names) -> Self {
        let session = Arc::new(KeptSession::new(aws, Service::DynamoDb, client));
        Self { aws: aws.clone(), names: names.clone(), session }
    }

    /// Replaces what is known of a node.
    pub(super) async fn put_node(&self, node: &NodeId, record: &[u8]) -> Result<(), ApiError> {
        let mut item = Item::from([text(NODE, node.as_str()), bytes(RECORD, record)]);
        item.extend(now().map(|now| seconds(SEEN, now)));
        self.put(&self.names.nodes_table(), item, || self.nodes_shape()).await
    }

    /// All that is known of nodes; nothing where no node ever spoke.
    pub(super) async fn nodes(&self) -> Result<Vec<NodeItem>, ApiError> {
        let session = self.session.get().await?;
        let table = self.names.nodes_table();
        let scan =
            |start| session.client.scan().table_name(&table).consistent_read(true).set_exclusive_start_key(start);
        let (mut start, mut found) = (None, Vec::new());
        loop {
            let answer = match scan(start).send().await.map_err(session.failed(SCAN, named(&table))) {
                Err(error) if error.kind == ApiErrorKind::NotFound => return Ok(found),
                answer => answer?,
            };
            found.extend(answer.items.unwrap_or_default().iter().filter_map(node_item));
            start = next(&session, (SCAN, &table), found.len(), answer.last_evaluated_key)?;
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// Forgets a node.
    pub(super) async fn remove_node(&self, node: &str) -> Result<(), ApiError> {
        let session = self.session.get().await?;
        let table = self.names.nodes_table();
        let (key, value) = text(NODE, node);
        let removed = session.client.delete_item().table_name(&table).key(key, value).send().await;
        removed.map(|_| ()).map_err(session.failed("dynamodb:DeleteItem", named(&table)))
    }

    /// Keeps a reply. The same one twice is kept once.
    pub(super) async fn put_reply(&self, call: RequestId, message: &[u8]) -> Result<(), ApiError> {
        let mut item =
            Item::from([text(CALL, &call.to_string()), text(REPLY, &hash(message)), bytes(MESSAGE, message)]);
        item.extend(now().and_then(|now| now.checked_add(RESULTS_KEPT).ok()).map(|at| seconds(EXPIRES, at)));
        self.put(&self.names.results_table(), item, || self.results_shape()).await
    }

    /// The replies that are kept of a call.
    pub(super) async fn replies(&self, call: RequestId) -> Result<Vec<Vec<u8>>, ApiError> {
        let session = self.session.get().await?;
        let table = self.names.results_table();
        let query = |start| {
            let query = session.client.query().table_name(&table).consistent_read(true).set_exclusive_start_key(start);
            query
                .key_condition_expression("#call = :call")
                .expression_attribute_names("#call", CALL)
                .expression_attribute_values(":call", AttributeValue::S(call.to_string()))
        };
        let (mut start, mut found) = (None, Vec::new());
        loop {
            let answer = match query(start).send().await.map_err(session.failed(QUERY, named(&table))) {
                Err(error) if error.kind == ApiErrorKind::NotFound => return Ok(found),
                answer => answer?,
            };
            let messages = answer.items.unwrap_or_default();
            found.extend(messages.iter().filter_map(|item| Some(item.get(MESSAGE)?.as_b().ok()?.as_ref().to_vec())));
            start = next(&session, (QUERY, &table), found.len(), answer.last_evaluated_key)?;
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// Writes an item, and makes the table when there is none: agents that come later need not be allowed to.
    async fn put(&self, table: &str, item: Item, shape: impl FnOnce() -> Shape) -> Result<(), ApiError> {
        match self.session.get().await?.put(table, item.clone()).await {
            Err(error) if error.kind == ApiErrorKind::NotFound => {
                self.aws.create_table(table, &shape()).await?;
                self.session.get().await?.put(table, item).await
            }
            put => put,
        }
    }

    fn nodes_shape(&self) -> Shape {
        self.shape(NODE, None, None)
    }

    fn results_shape(&self) -> Shape {
        self.shape(CALL, Some(REPLY), Some(EXPIRES))
    }

    fn shape(&self, partition: &'static str, sort: Option<&'static str>, expires: Option<&'static str>) -> Shape {
        Shape {
            partition,
            sort,
            expires,
            otherwise: "delete the table, or choose another environment",
            tags: vec![(ENVIRONMENT_TAG, self.names.environment.clone())],
        }
    }
}

impl Session {
    async fn put(&self, table: &str, item: Item) -> Result<(), ApiError> {
        let put = self.client.put_item().table_name(table).set_item(Some(item)).send().await;
        put.map(|_| ()).map_err(self.failed(PUT, named(table)))
    }
}

/// One host for all accounts: the one that errors name and firewalls know.
fn client(config: &SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).account_id_endpoint_mode(AccountIdEndpointMode::Disabled).build())
}

/// Where the next page begins; none at the end.
fn next(
    session: &Session,
    (action, table): (&'static str, &str),
    found: usize,
    key: Option<Item>,
) -> Result<Option<Item>, ApiError> {
    let key = key.filter(|key| !key.is_empty());
    match key.is_some() && found > MOST_ITEMS {
        true => Err(session.unreadable(action, named(table))(format!("it has more than {MOST_ITEMS} items"))),
        false => Ok(key),
    }
}

fn node_item(item: &Item) -> Option<NodeItem> {
    let seen = item.get(SEEN).and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
    Some(NodeItem {
        node: item.get(NODE)?.as_s().ok()?.clone(),
        record: item.get(RECORD)?.as_b().ok()?.as_ref().to_vec(),
        seen: seen.and_then(|seconds| Timestamp::from_second(seconds).ok()),
    })
}

fn text(name: &str, value: &str) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::S(value.to_owned()))
}

fn bytes(name: &str, value: &[u8]) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::B(Blob::new(value)))
}

fn seconds(name: &str, at: Timestamp) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::N(at.as_second().to_string()))
}

/// The clock that requests are signed with.
pub(super) fn now() -> Option<Timestamp> {
    Timestamp::try_from(SystemTimeSource::new().now()).ok()
}

fn hash(message: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in digest(&SHA256, message).as_ref() {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What errors call a table.
fn named(table: &str) -> String {
    format!("table {table}")
}
