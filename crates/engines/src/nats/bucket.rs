//! The bucket and the stream of its history: how they are opened, and judged.

use bellwether_core::store::StoreError;
use serde::Deserialize;
use serde_json::Value;

use super::clock;
use super::failure::{self, Failure};
use super::keys::Keys;
use super::link::Link;
use super::making::find_or_make;
use super::new_stream::NewStream;
use super::release::Release;

/// Copies of a bucket in a cluster of three or more servers: one may be lost.
pub(super) const COPIES: u32 = 3;
/// A record has less than 2 KiB; this leaves room for those of later releases.
const LARGEST_RECORD: usize = 64 * 1024;
/// An entry has 64 KiB of output and some text; a server takes 1 MiB at most when it is not told otherwise.
const LARGEST_ENTRY: usize = 1024 * 1024;

/// What the server tells of a stream.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Info {
    pub(super) config: Config,
    pub(super) cluster: Option<Cluster>,
    #[serde(flatten)]
    told: clock::Told,
}

/// A stream's settings, as far as they matter here.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Config {
    #[serde(default)]
    subjects: Vec<String>,
    retention: String,
    pub(super) storage: String,
    num_replicas: u32,
    #[serde(default)]
    discard: String,
    #[serde(default)]
    max_age: u64,
    #[serde(default)]
    max_msgs: i64,
    #[serde(default)]
    max_bytes: i64,
    mirror: Option<Value>,
    sources: Option<Vec<Value>>,
    #[serde(default)]
    sealed: bool,
    #[serde(default)]
    no_ack: bool,
}

/// Where a stream is, on servers that form a cluster.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Cluster {
    name: Option<String>,
}

impl Info {
    /// How many copies of the stream there are.
    pub(super) fn copies(&self) -> u32 {
        self.config.num_replicas
    }

    /// Whether its server says what its clock shows.
    pub(super) fn tells_time(&self) -> bool {
        self.told.time().is_some()
    }

    /// Whether its server is part of a cluster.
    pub(super) fn is_clustered(&self) -> bool {
        self.cluster.as_ref().is_some_and(|cluster| cluster.name.as_ref().is_some_and(|name| !name.is_empty()))
    }
}

/// The two streams of a store.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    pub(super) records: Info,
    pub(super) history: Info,
}

/// Opens the bucket and its history, and makes what is missing.
pub(super) async fn open(link: &Link, keys: &Keys, release: &Release, what: &str) -> Result<Bucket, StoreError> {
    let (records, history) = (keys.records_stream(), keys.history_stream());
    let (records_config, history_config) = (records_config(keys), history_config(keys));
    let copies = if release.is_unsafe_with_copies() { 1 } else { COPIES };
    let (found, found_history) = tokio::join!(
        find_or_make(link, &records, &records_config, copies),
        find_or_make(link, &history, &history_config, copies)
    );
    let failed = |failure: Failure| failure::changing(what, &failure);
    let bucket = Bucket { records: found.map_err(failed)?, history: found_history.map_err(failed)? };
    refuse_unfit(&bucket.records, &records, &keys.bucket_subjects(), what)?;
    refuse_unfit(&bucket.history, &history, &keys.all_history(), what)?;
    refuse_forgetful(&bucket.records, &records, what)?;
    refuse_unsafe(&bucket.records, release, what)?;
    Ok(bucket)
}

fn records_config(keys: &Keys) -> Value {
    let stream = NewStream {
        name: &keys.records_stream(),
        description: "Claims of bellwether: one record per job",
        subjects: &keys.bucket_subjects(),
        largest: LARGEST_RECORD,
    };
    stream.bucket_config()
}

fn history_config(keys: &Keys) -> Value {
    let stream = NewStream {
        name: &keys.history_stream(),
        description: "History of bellwether: one message per run and outcome",
        subjects: &keys.all_history(),
        largest: LARGEST_ENTRY,
    };
    stream.config()
}

/// Refuses a stream that is another's, or that does not keep what it is given.
fn refuse_unfit(info: &Info, stream: &str, subjects: &str, what: &str) -> Result<(), StoreError> {
    let config = &info.config;
    let why = match () {
        () if config.subjects != [subjects] => format!("the stream {stream} does not keep {subjects} alone"),
        () if config.mirror.is_some() || config.sources.as_ref().is_some_and(|sources| !sources.is_empty()) => {
            format!("the stream {stream} is fed from another stream")
        }
        () if config.retention != "limits" => format!("the stream {stream} forgets what was read"),
        () if config.sealed || config.no_ack => format!("the stream {stream} is sealed, or does not answer"),
        () => return Ok(()),
    };
    Err(StoreError::unreadable(what, why, "use another bucket, which is then made as it must be"))
}

/// Refuses a bucket that forgets records by itself: a tick that was run would be run again.
fn refuse_forgetful(info: &Info, stream: &str, what: &str) -> Result<(), StoreError> {
    let config = &info.config;
    let has_limits = config.max_msgs > 0 || config.max_bytes > 0;
    if config.max_age == 0 && (config.discard == "new" || !has_limits) {
        return Ok(());
    }
    let why = "the bucket forgets records by their age, or when it is full";
    let remedy = format!("use another bucket, or run 'nats stream edit {stream} --max-age 0 --discard new'");
    Err(StoreError::unreadable(what, why, remedy))
}

/// Refuses copies on servers that do not compare and swap: of two nodes that claim a tick at once, both would win.
fn refuse_unsafe(info: &Info, release: &Release, what: &str) -> Result<(), StoreError> {
    if info.copies() > 1 && release.is_unsafe_with_copies() {
        let why = format!(
            "nats-server {release} may confirm two changes of one revision where a bucket has copies, and this has {}",
            info.copies()
        );
        let remedy = "upgrade all servers of the cluster to release 2.10 or later, or use a bucket with one copy";
        return Err(StoreError::unavailable(what, why, remedy));
    }
    Ok(())
}
