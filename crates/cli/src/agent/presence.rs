//! What the node knows of itself: kept up to date, and told to the inventory at the start, on every change, and once in a
//! period.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bellwether_core::facts::Facts;
use bellwether_core::fleet::announcing::Announcing;
use bellwether_host::{clock, random};
use tokio::sync::watch;

use super::plan::FactsPlan;
use super::reader::Reader;
use super::station::Station;

/// Reads and announces while [`Presence::go_on`] is being awaited.
pub(super) struct Presence {
    reader: Arc<Reader>,
    period_ms: u64,
    work: Pin<Box<dyn Future<Output = ()>>>,
}

impl Presence {
    /// Begins with facts that were read.
    pub(super) fn begin(station: &Arc<Station>, plan: &FactsPlan, reader: Reader) -> Self {
        let reader = Arc::new(reader);
        let period_ms = u64::try_from(plan.announce.as_millis()).unwrap_or(u64::MAX);
        let herald = Herald { station: Arc::clone(station), period_ms, told_of_left_out: 0 };
        let work = Box::pin(work(herald, Arc::clone(&reader), plan.refresh, plan.announce));
        Self { reader, period_ms, work }
    }

    /// Reads and announces, for ever. Cancel-safe: await it again to go on.
    pub(super) async fn go_on(&mut self) {
        self.work.as_mut().await;
    }

    /// Reads the files that have changed; whether anything else is known then. Takes seconds at most.
    pub(super) async fn look(&self) -> bool {
        let before = (self.facts(), self.is_read());
        self.reader.look_for_request().await;
        before != (self.facts(), self.is_read())
    }

    /// What is known now.
    pub(super) fn facts(&self) -> Arc<Facts> {
        self.reader.facts()
    }

    /// Whether that was ever read in full.
    pub(super) fn is_read(&self) -> bool {
        self.reader.is_read()
    }

    /// Says nothing more but, once, that the node leaves on purpose.
    pub(super) async fn leave(self, station: &Station) {
        let Self { reader, period_ms, work } = self;
        drop(work);
        let Some((record, _)) = station.record(&reader.facts(), period_ms, true) else { return };
        if let Err(error) = station.transport.announce(&record).await {
            station.log.warning(&format!("{error}; this node will seem silent for a while"));
        }
    }
}

/// All at the same time: a slow program holds up neither the files nor the announcements.
async fn work(herald: Herald, reader: Arc<Reader>, refresh: Duration, announce: Duration) {
    tokio::join!(reader.keep_all(refresh), reader.keep_files(), herald.go_on(reader.watch(), announce));
}

struct Herald {
    station: Arc<Station>,
    period_ms: u64,
    told_of_left_out: usize,
}

impl Herald {
    async fn go_on(mut self, mut facts: watch::Receiver<Arc<Facts>>, period: Duration) {
        let mut announcing = Announcing::new(period, clock::mono());
        loop {
            tokio::select! {
                () = clock::sleep_until(announcing.due()) => {
                    let known = Arc::clone(&facts.borrow_and_update());
                    let is_told = self.announce(&known).await;
                    announcing.tried(is_told, clock::mono(), random::fraction());
                }
                Ok(()) = facts.changed() => announcing.changed(clock::mono()),
            }
        }
    }

    async fn announce(&mut self, facts: &Facts) -> bool {
        let station = &self.station;
        station.gauges.facts(facts.len());
        let Some((record, left_out)) = station.record(facts, self.period_ms, false) else { return true };
        if left_out != self.told_of_left_out && left_out > 0 {
            station.log.warning(&format!(
                "{left_out} facts, the longest ones, do not fit into a message: others do not see them, filters do"
            ));
        }
        self.told_of_left_out = left_out;
        match station.transport.announce(&record).await {
            Ok(()) => true,
            Err(error) => {
                station.log.warning(&format!("{error}; {}", error.remedy));
                false
            }
        }
    }
}
