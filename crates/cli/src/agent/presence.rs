//! What the node knows of itself: read again and again, and told to the inventory at the start, on every change, and
//! once in a period.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bellwether_aws::{Aws, instance_facts};
use bellwether_core::facts::Facts;
use bellwether_core::time::Mono;
use bellwether_host::facts::FactReader;
use bellwether_host::{clock, random};
use tokio::sync::watch;

use super::plan::FactsPlan;
use super::station::Station;
use crate::watch::log::Log;

/// The facts by which a node is known in filters.
const NODE: &str = "node";
const ENVIRONMENT: &str = "environment";
/// How often EC2 is asked: the metadata service tells little that changes, and tags are asked of an API.
const INSTANCE_EVERY: Duration = Duration::from_secs(3_600);
/// The pauses after an announcement that failed.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Reads facts.
pub(super) struct Reader {
    reader: FactReader,
    instance: Option<(Mono, Facts)>,
    aws: Aws,
    log: Log,
    names: [(&'static str, String); 2],
}

impl Reader {
    /// Nothing is read yet.
    pub(super) fn new(plan: &FactsPlan, aws: Aws, log: &Log, node: &str, environment: &str) -> Self {
        Self {
            reader: FactReader::new(plan.sources.clone()),
            instance: None,
            aws,
            log: log.clone(),
            names: [(NODE, node.to_owned()), (ENVIRONMENT, environment.to_owned())],
        }
    }

    /// Everything that is known now. What the node is called cannot be told otherwise by any source.
    pub(super) async fn read(&mut self) -> Facts {
        let reading = self.reader.refresh().await;
        reading.problems.iter().for_each(|problem| self.log.warning(problem));
        let mut facts = self.instance().await;
        let left_out = facts.merge(reading.facts);
        if !left_out.is_empty() {
            self.log.warning(&format!("{left_out}; let the sources tell less"));
        }
        for (name, value) in &self.names {
            facts.insert(*name, value.clone());
        }
        facts
    }

    async fn instance(&mut self) -> Facts {
        let now = clock::mono();
        match &self.instance {
            Some((at, facts)) if now.since(*at) < INSTANCE_EVERY => facts.clone(),
            _ => {
                let found = instance_facts(&self.aws).await;
                found.problems.iter().for_each(|problem| self.log.debug(problem));
                self.instance = Some((now, found.facts.clone()));
                found.facts
            }
        }
    }
}

/// Reads and announces while [`Presence::go_on`] is being awaited.
pub(super) struct Presence {
    facts: watch::Receiver<Arc<Facts>>,
    period_ms: u64,
    work: Pin<Box<dyn Future<Output = ()>>>,
}

impl Presence {
    /// Begins with facts that were read.
    pub(super) fn begin(station: &Arc<Station>, plan: &FactsPlan, reader: Reader, facts: Facts) -> Self {
        let (sender, receiver) = watch::channel(Arc::new(facts));
        let period_ms = u64::try_from(plan.announce.as_millis()).unwrap_or(u64::MAX);
        let (refresh, announce) = (plan.refresh, plan.announce);
        let herald = Herald { station: Arc::clone(station), period_ms, told_of_left_out: 0 };
        let work = Box::pin(herald.go_on(reader, sender, refresh, announce));
        Self { facts: receiver, period_ms, work }
    }

    /// Reads and announces, for ever. Cancel-safe: await it again to go on.
    pub(super) async fn go_on(&mut self) {
        self.work.as_mut().await;
    }

    /// What is known now.
    pub(super) fn facts(&self) -> Arc<Facts> {
        Arc::clone(&self.facts.borrow())
    }

    /// Says nothing more but, once, that the node leaves on purpose.
    pub(super) async fn leave(self, station: &Station) {
        let Self { facts, period_ms, work } = self;
        drop(work);
        let facts = Arc::clone(&facts.borrow());
        let Some((record, _)) = station.record(&facts, period_ms, true) else { return };
        if let Err(error) = station.transport.announce(&record).await {
            station.log.warning(&format!("{error}; this node will seem silent for a while"));
        }
    }
}

struct Herald {
    station: Arc<Station>,
    period_ms: u64,
    told_of_left_out: usize,
}

impl Herald {
    async fn go_on(
        mut self,
        mut reader: Reader,
        facts: watch::Sender<Arc<Facts>>,
        refresh: Duration,
        announce: Duration,
    ) {
        let (mut due, mut pause) = (clock::mono(), FIRST_PAUSE);
        let mut read_at = clock::mono() + refresh;
        loop {
            let now = clock::mono();
            if now >= read_at {
                let found = reader.read().await;
                read_at = clock::mono() + refresh;
                if *facts.borrow().as_ref() != found {
                    facts.send_replace(Arc::new(found));
                    due = now;
                }
            }
            if now >= due {
                let known = Arc::clone(&facts.borrow());
                let good = self.announce(&known).await;
                // A little sooner than it was promised, and not all nodes at the same time.
                let wait = if good { announce.mul_f64(0.8 + 0.2 * random::fraction()) } else { pause };
                pause = if good { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
                due = clock::mono() + wait;
            }
            clock::sleep_until(due.min(read_at)).await;
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
