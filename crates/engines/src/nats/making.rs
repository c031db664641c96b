//! Streams that are made when they are needed first, by many nodes at once perhaps.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::api::{self, code};
use super::bucket::Info;
use super::failure::{Failure, RUN_AGAIN};
use super::link::Link;

/// How soon something that others are making at this moment is looked for again.
const PAUSE: Duration = Duration::from_millis(50);
/// Making a stream takes so many times longer than other requests: servers choose its leader.
const MAKING: u32 = 5;

/// Opens a stream; makes a missing one with so many copies, or with one where there are too few servers for them.
pub(super) async fn find_or_make(link: &Link, stream: &str, config: &Value, copies: u32) -> Result<Info, Failure> {
    let end = Instant::now() + limit(link);
    loop {
        if let Some(info) = find(link, stream).await? {
            return Ok(info);
        }
        // Of many that ask the servers of a cluster for one stream at once, some are never answered. Until that is
        // likely the answer is better: it comes when the stream takes messages, and not when there is one.
        let made = tokio::select! {
            biased;
            made = make(link, stream, config, copies) => made?,
            info = appearance(link, stream) => Some(info),
        };
        if let Some(info) = made {
            return Ok(info);
        }
        if Instant::now() >= end {
            let why = format!("the stream {stream} is made and removed by others");
            return Err(Failure::NotSent { why, remedy: RUN_AGAIN });
        }
        sleep(PAUSE).await;
    }
}

/// What the server tells of a stream; none when there is none.
async fn find(link: &Link, stream: &str) -> Result<Option<Info>, Failure> {
    match api::ask(link, &format!("STREAM.INFO.{stream}"), &json!({})).await {
        Ok(info) => Ok(Some(info)),
        Err(failure) if failure.is_refusal(code::STREAM_NOT_FOUND) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Waits for a stream that is being made. What goes wrong meanwhile, its making tells.
async fn appearance(link: &Link, stream: &str) -> Info {
    loop {
        sleep(link.limit()).await;
        if let Ok(Some(info)) = find(link, stream).await {
            return info;
        }
    }
}

/// How long making a stream may take.
fn limit(link: &Link) -> Duration {
    link.limit() * MAKING
}

/// Makes a stream with as many copies as there can be; none when another has made it meanwhile.
///
/// Only the servers know how many they are. All copies are asked for first; a refusal for want of servers is taken
/// at its word, but not one because some are away at this moment: a bucket made then would stay without copies.
async fn make(link: &Link, stream: &str, config: &Value, copies: u32) -> Result<Option<Info>, Failure> {
    match make_with(link, stream, config, copies).await {
        Err(failure) if failure.is_refusal(code::REPLICAS_NOT_SUPPORTED) => make_with(link, stream, config, 1).await,
        Err(Failure::Refused(refusal)) if refusal.err_code == code::NO_PEERS => {
            if refusal.description.contains("offline") {
                let why = "one of the cluster's servers is away, and the bucket would stay without copies".to_owned();
                let remedy = "start all servers for the first use, or make the bucket with 'nats kv add --replicas'";
                return Err(Failure::NotSent { why, remedy });
            }
            make_with(link, stream, config, 1).await
        }
        made => made,
    }
}

async fn make_with(link: &Link, stream: &str, config: &Value, copies: u32) -> Result<Option<Info>, Failure> {
    let mut config = config.clone();
    config["num_replicas"] = copies.into();
    match api::order(link, limit(link), &format!("STREAM.CREATE.{stream}"), &config).await {
        Ok(info) => Ok(Some(info)),
        Err(failure) if is_made_by_others(&failure) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// A server of release 2.9 hands the second of two equal orders to the stream's leader, who may not know it yet.
fn is_made_by_others(failure: &Failure) -> bool {
    failure.is_refusal(code::STREAM_NAME_EXISTS) || failure.is_refusal(code::STREAM_NOT_FOUND)
}
