//! Short answers, and the settling of messages, beside the loop: none of them holds up the next message.

use std::sync::Arc;
use std::time::Duration;

use bellwether_core::fleet::admit::Believed;
use bellwether_core::fleet::reply::Event;
use bellwether_core::fleet::transport::Receipt;
use tokio::task::JoinSet;

use super::job::deadline;
use super::letters::Letters;
use super::station::Station;

/// How many may be under way; beyond that no message is taken until one is done.
const MOST: usize = 256;
/// How long an answer is tried to be sent: who asked does not wait longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is under way.
#[derive(Default)]
pub(super) struct Errands(JoinSet<()>);

impl Errands {
    /// Whether there is room for another one.
    pub(super) fn has_room(&self) -> bool {
        self.0.len() < MOST
    }

    /// Waits until one is done; forever when there is none. Cancel-safe.
    pub(super) async fn one_done(&mut self) {
        if self.0.is_empty() {
            std::future::pending::<()>().await;
        }
        self.0.join_next().await;
    }

    /// Waits until all are done.
    pub(super) async fn all_done(&mut self) {
        while self.0.join_next().await.is_some() {}
    }

    /// Tells the transport that a message is dealt with.
    pub(super) fn settle(&mut self, station: &Arc<Station>, receipt: Receipt) {
        // Most transports need nothing for messages that are not kept, and then nothing is to be waited for.
        let station = Arc::clone(station);
        self.0.spawn(async move { station.settle(&receipt).await });
    }

    /// Answers a request with its one and last reply, and settles it.
    pub(super) fn answer(&mut self, station: &Arc<Station>, believed: &Believed, event: Event, receipt: Receipt) {
        let (station, mut letters) = (Arc::clone(station), Letters::to(station, &believed.request));
        let known = believed.known();
        self.0.spawn(async move {
            // Who is told that it was refused relies on it.
            station.ledger.secure(known).await;
            if let Err(undelivered) = letters.send(event, deadline(PATIENCE)).await {
                station.not_delivered(&undelivered);
            }
            station.settle(&receipt).await;
        });
    }
}
