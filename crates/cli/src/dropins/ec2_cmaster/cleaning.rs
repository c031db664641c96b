//! Deletes the copies of a command when it is over: undeleted ones stand in the way of other commands for a minute.

use std::collections::BTreeSet;
use std::time::Duration;

use bellwether_aws::{ApiError, Message, Queue, Queues};
use bellwether_core::collective::config::LogLevel;
use bellwether_core::collective::message::Command;
use bellwether_core::collective::names::BatchId;
use bellwether_host::clock;
use tokio::time::timeout;

use super::log::Log;
use super::pace::Pace;
use super::places::Places;
use super::readers::may_pass;

/// How long to wait before the queue is asked again in which only commands of others lie, or after a failure.
const PAUSE: Duration = Duration::from_millis(150);

/// Deletes until the copies that are known of are gone, or for so long. Where none is known, because the sending had no
/// answer, as many may be there as there were tries.
pub(super) async fn delete_copies(
    places: &Places,
    batch: &BatchId,
    known: &BTreeSet<String>,
    limit: Duration,
    log: &Log,
) {
    if limit.is_zero() {
        return;
    }
    let mut deleted = BTreeSet::new();
    let (queues, queue) = (&places.queues, &places.commands);
    let all_gone = timeout(limit, delete_until_gone(queues, queue, batch, known, &mut deleted)).await;
    let left = known.difference(&deleted).count();
    let why = match all_gone {
        Ok(Err(error)) => format!("{error}; {}", error.remedy),
        Err(_) if left > 0 => format!("{} s (clean_timeout) were not enough", limit.as_secs_f64()),
        Ok(Ok(())) | Err(_) => return,
    };
    let text = format!("{left} copies of the command are left in {} until they expire: {why}", queue.name());
    log.tell(LogLevel::Warn, &text);
}

async fn delete_until_gone(
    queues: &Queues,
    queue: &Queue,
    batch: &BatchId,
    known: &BTreeSet<String>,
    deleted: &mut BTreeSet<String>,
) -> Result<(), ApiError> {
    let mut pace = Pace::new(PAUSE);
    while known.is_empty() || !known.is_subset(deleted) {
        let pause = match delete_some(queues, queue, batch, &mut pace, deleted).await {
            Ok(pause) => pause,
            Err(error) if may_pass(&error) => PAUSE,
            Err(error) => return Err(error),
        };
        clock::sleep_until(clock::mono() + pause).await;
    }
    Ok(())
}

async fn delete_some(
    queues: &Queues,
    queue: &Queue,
    batch: &BatchId,
    pace: &mut Pace,
    deleted: &mut BTreeSet<String>,
) -> Result<Duration, ApiError> {
    let messages = queues.receive(queue, &pace.ask()).await?;
    // By the batch, not by the ids: of a copy whose sending had no answer the id is not known.
    let ours: Vec<&Message> = messages.iter().filter(|message| is_of(batch, message)).collect();
    let pause = pace.answered(messages.len(), ours.len());
    if !ours.is_empty() {
        let receipts: Vec<&str> = ours.iter().map(|message| message.receipt.as_str()).collect();
        queues.delete_batch(queue, &receipts).await?;
        deleted.extend(ours.iter().map(|message| message.id.to_string()));
    }
    Ok(pause)
}

fn is_of(batch: &BatchId, message: &Message) -> bool {
    Command::decode(&message.body).is_ok_and(|command| command.batch == *batch)
}
