//! What is kept for nodes and callers that are away.
//!
//! A stream holds the requests, another the replies. Each node that was ever sent a durable request has a consumer: the
//! server delivers to the node whenever it listens, and again until the node says that a request is dealt with. The
//! caller makes streams and consumers; an agent only listens, and so costs the server nothing when nobody needs this.

use std::time::Duration;

use async_nats::HeaderMap;
use bellwether_core::fleet::envelope::LARGEST;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::LONGEST_TTL;
use bellwether_core::fleet::transport::TransportError;
use bellwether_core::names::NodeId;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::connection::Connection;
use super::failure::{failed, of, of_jetstream};
use super::subjects::Subjects;
use crate::nats::api::{self, code};
use crate::nats::bucket::COPIES;
use crate::nats::failure::Failure;
use crate::nats::link::Link;
use crate::nats::making::find_or_make;
use crate::nats::new_stream::NewStream;
use crate::nats::scan::{Content, Found, Scan};

/// The largest message in a stream of the fleet: an envelope, and headers.
pub(super) const LARGEST_MESSAGE: usize = LARGEST + 1_024;
/// How long replies are kept.
const RESULTS_AGE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// How many bytes of them, of all calls together; the oldest go first.
const RESULTS_BYTES: u64 = 1024 * 1024 * 1024;
/// How many bytes of requests are kept; more are refused.
const REQUESTS_BYTES: u64 = 1024 * 1024 * 1024;
/// How soon a request that was not settled is delivered again.
const REDELIVERY: Duration = Duration::from_secs(5);
/// How many requests are delivered to a node before it has settled the first.
const MOST_UNSETTLED: u32 = 16;
/// How long the server keeps the consumer of a node that does not return.
const CONSUMER_LIFE: Duration = Duration::from_secs(8 * 24 * 3_600);
/// How many nodes are sent to at once.
const AT_ONCE: usize = 32;
/// The most that is read at once.
const MOST_READ: usize = 512 * 1024 * 1024;
/// How many of the nodes that were not reached an error names.
const NAMED: usize = 10;

/// Opens the streams, and makes what is missing.
pub(super) async fn make_streams(
    connection: &Connection,
    subjects: &Subjects,
    what: &str,
) -> Result<(), TransportError> {
    let (requests, results) = (subjects.requests_stream(), subjects.results_stream());
    let mut requests_config = NewStream {
        name: &requests,
        description: "Requests of bellwether, kept for their nodes",
        subjects: &subjects.all_requests(),
        largest: LARGEST_MESSAGE,
    }
    .config();
    requests_config["max_age"] = nanoseconds(LONGEST_TTL);
    requests_config["max_bytes"] = REQUESTS_BYTES.into();
    let mut results_config = NewStream {
        name: &results,
        description: "Replies to requests of bellwether that are kept",
        subjects: &subjects.all_results(),
        largest: LARGEST_MESSAGE,
    }
    .config();
    results_config["discard"] = "old".into();
    results_config["max_age"] = nanoseconds(RESULTS_AGE);
    results_config["max_bytes"] = RESULTS_BYTES.into();
    let link = connection.link();
    let made = tokio::try_join!(
        find_or_make(link, &requests, &requests_config, COPIES),
        find_or_make(link, &results, &results_config, COPIES)
    );
    made.map(|_| ()).map_err(|failure| of_jetstream(what, &failure))
}

fn nanoseconds(duration: Duration) -> Value {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX).into()
}

/// Keeps a request for each of the nodes.
pub(super) async fn send(
    connection: &Connection,
    subjects: &Subjects,
    nodes: &[NodeId],
    message: &[u8],
    what: &str,
) -> Result<(), TransportError> {
    make_streams(connection, subjects, what).await?;
    let sending: Vec<_> =
        nodes.iter().map(|node| async move { (node, send_to(connection, subjects, node, message).await) }).collect();
    let results: Vec<_> = stream::iter(sending).buffer_unordered(AT_ONCE).collect().await;
    let unreached: Vec<_> = results.iter().filter_map(|(node, sent)| Some((node, sent.as_ref().err()?))).collect();
    let Some((_, first)) = unreached.first() else { return Ok(()) };
    let mut names = unreached.iter().take(NAMED).map(|(node, _)| node.to_string()).collect::<Vec<_>>().join(", ");
    if unreached.len() > NAMED {
        names.push_str(", ...");
    }
    let mut error = of_jetstream(what, first);
    error.why = format!("{} of {} nodes may not get it ({names}): {}", unreached.len(), nodes.len(), error.why);
    if unreached.len() < nodes.len() {
        error.unreached = unreached.iter().map(|(node, _)| (**node).clone()).collect();
    }
    Err(error)
}

async fn send_to(connection: &Connection, subjects: &Subjects, node: &NodeId, message: &[u8]) -> Result<(), Failure> {
    let (link, stream, consumer) = (connection.link(), subjects.requests_stream(), subjects.consumer(node));
    let config = json!({
        "durable_name": consumer,
        "deliver_subject": subjects.deliver(node),
        "deliver_policy": "all",
        "ack_policy": "explicit",
        "ack_wait": nanoseconds(REDELIVERY),
        "max_ack_pending": MOST_UNSETTLED,
        "replay_policy": "instant",
        "filter_subject": subjects.durable_node(node),
        "inactive_threshold": nanoseconds(CONSUMER_LIFE),
    });
    let action = format!("CONSUMER.DURABLE.CREATE.{stream}.{consumer}");
    let body = json!({ "stream_name": stream, "config": config });
    // Making it again changes nothing, so it may be asked for more than once.
    let _: Value = api::ask(link, &action, &body).await?;
    keep(link, &stream, subjects.durable_node(node), message).await
}

/// Stores a message in a stream.
pub(super) async fn keep(link: &Link, stream: &str, subject: String, message: &[u8]) -> Result<(), Failure> {
    api::store(link, stream, subject, HeaderMap::new(), message.to_vec()).await.map(|_| ())
}

/// Keeps a reply for its caller.
pub(super) async fn keep_reply(
    connection: &Connection,
    subjects: &Subjects,
    call: RequestId,
    message: &[u8],
    what: &str,
) -> Result<(), TransportError> {
    let (stream, subject) = (subjects.results_stream(), subjects.reply(call, true).0);
    keep(connection.link(), &stream, subject, message).await.map_err(|failure| match failure {
        Failure::NobodyThere => {
            let why = format!("the stream {stream}, which keeps replies, is gone");
            failed(what, why, "call again: the caller makes it anew")
        }
        failure => of(what, &failure),
    })
}

/// The replies that are kept of a call; none when there never was a durable call.
pub(super) async fn results(
    connection: &Connection,
    subjects: &Subjects,
    call: RequestId,
    what: &str,
) -> Result<Vec<Vec<u8>>, TransportError> {
    let found = read_all(connection, &subjects.results_stream(), &subjects.reply(call, true).0, what).await?;
    Ok(found.into_iter().map(|found| found.payload).collect())
}

/// All messages of a stream whose subjects match; none when there is no such stream.
pub(super) async fn read_all(
    connection: &Connection,
    stream: &str,
    filter: &str,
    what: &str,
) -> Result<Vec<Found>, TransportError> {
    let link = connection.link();
    let failed_to = |failure: Failure| of_jetstream(what, &failure);
    let newest = match api::last(link, stream, filter).await {
        Err(failure) if failure.is_refusal(code::STREAM_NOT_FOUND) => None,
        newest => newest.map_err(failed_to)?,
    };
    let Some(newest) = newest else { return Ok(Vec::new()) };
    let (mut messages, mut bytes) = (Vec::new(), 0);
    let mut scan = Scan::open(link, stream, filter, 1, newest.sequence, Content::All).await.map_err(failed_to)?;
    while let Some(found) = scan.next().await.map_err(failed_to)? {
        bytes += found.payload.len();
        if bytes > MOST_READ {
            let why = format!("there are more than {} MiB", MOST_READ / (1024 * 1024));
            return Err(failed(what, why, format!("look at the stream {stream} with 'nats stream view'")));
        }
        messages.push(found);
    }
    scan.close().await;
    Ok(messages)
}
