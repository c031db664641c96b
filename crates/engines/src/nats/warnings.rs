//! What an administrator should know of how safe the claims are.

use super::bucket::{Bucket, Info};
use super::keys::Keys;
use super::place::Place;
use super::release::Release;

/// Sentences, each with what to do; none when there is nothing to say.
pub(super) fn warnings(place: &Place, keys: &Keys, release: &Release, bucket: &Bucket) -> Vec<String> {
    let (records, history) = (keys.records_stream(), keys.history_stream());
    let mut warnings = Vec::new();
    for (stream, info) in [(&records, &bucket.records), (&history, &bucket.history)] {
        warnings.extend(about_memory(stream, info));
        warnings.extend(about_copies(stream, info, release));
    }
    warnings.extend(about_power(&records, &bucket.records));
    warnings.extend(about_servers(place, &bucket.records));
    warnings.extend(about_clock(release, &bucket.records));
    warnings
}

fn about_memory(stream: &str, info: &Info) -> Option<String> {
    (info.config.storage != "file").then(|| {
        format!(
            "the stream {stream} is kept in memory: when its servers restart, claims are forgotten and ticks may run \
             again; use another bucket, which is then made with file storage"
        )
    })
}

fn about_copies(stream: &str, info: &Info, release: &Release) -> Option<String> {
    let copies = info.copies();
    if !info.is_clustered() || copies >= 3 {
        return None;
    }
    let remedy = if release.is_unsafe_with_copies() {
        format!(
            "upgrade all servers from {release} to 2.10 or later, then run 'nats stream edit {stream} --replicas 3'"
        )
    } else {
        format!("run 'nats stream edit {stream} --replicas 3' on a cluster of three servers or more")
    };
    Some(format!("the stream {stream} has {copies} of 3 copies: while its server is away no job runs; {remedy}"))
}

/// A client is not told how often servers sync; by default it is every two minutes.
fn about_power(stream: &str, info: &Info) -> Option<String> {
    let loss = if info.copies() >= 3 {
        "when several servers lose power at once, they may forget"
    } else {
        "when its server loses power, it may forget"
    };
    (info.config.storage == "file").then(|| {
        format!(
            "the stream {stream} may be written to disk only every two minutes: {loss} confirmed claims, and ticks may \
             run again; set 'sync_interval: always' in the jetstream block of every server (2.10 or later), and ignore \
             this when it is set"
        )
    })
}

fn about_servers(place: &Place, info: &Info) -> Option<String> {
    (info.is_clustered() && place.servers.count() == 1).then(|| {
        "the URL of the store names one server of a cluster: while that one is away no job runs; name all servers, \
         separated by commas"
            .to_owned()
    })
}

fn about_clock(release: &Release, info: &Info) -> Option<String> {
    (!info.tells_time()).then(|| {
        format!(
            "nats-server {release} does not tell what its clock shows: a node whose clock is ahead takes ticks of the \
             future, and the other nodes leave them; upgrade all servers to 2.10 or later, or watch the nodes' clocks"
        )
    })
}
