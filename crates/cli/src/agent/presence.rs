//! What the node knows of itself: read again and again, and told to the inventory at the start, on every change, and
//! once in a period.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bellwether_aws::{Aws, InstanceFacts, instance_facts};
use bellwether_core::facts::{Facts, LeftOut};
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
/// The first pause after it did not tell everything; it doubles.
const INSTANCE_AGAIN: Duration = Duration::from_secs(30);
/// The pauses after an announcement that failed.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What EC2 told, and when it is asked again.
#[derive(Default)]
struct Instance {
    facts: Facts,
    problems: Vec<String>,
    again_at: Option<Mono>,
    pause: Option<Duration>,
}

/// Reads facts.
pub(super) struct Reader {
    reader: FactReader,
    /// What the sources told when they last did: one that fails now keeps its last word.
    told: Facts,
    /// Whether all sources could ever be read.
    is_read: Arc<AtomicBool>,
    instance: Instance,
    aws: Aws,
    log: Log,
    names: [(&'static str, String); 2],
}

impl Reader {
    /// Nothing is read yet.
    pub(super) fn new(plan: &FactsPlan, aws: Aws, log: &Log, node: &str, environment: &str) -> Self {
        Self {
            reader: FactReader::new(plan.sources.clone()),
            told: Facts::default(),
            is_read: Arc::default(),
            instance: Instance::default(),
            aws,
            log: log.clone(),
            names: [(NODE, node.to_owned()), (ENVIRONMENT, environment.to_owned())],
        }
    }

    /// Everything that is known now. What the node is called cannot be told otherwise by any source.
    pub(super) async fn read(&mut self) -> Facts {
        let reading = self.reader.refresh().await;
        reading.problems.iter().for_each(|problem| self.log.warning(problem));
        let mut left_out = if reading.is_whole {
            self.is_read.store(true, Ordering::Relaxed);
            self.told = reading.facts;
            LeftOut::default()
        } else {
            self.told.merge(reading.facts)
        };
        let mut facts = self.instance().await;
        if left_out.is_empty() {
            left_out = facts.merge(self.told.clone());
        } else {
            facts.merge(self.told.clone());
        }
        if !left_out.is_empty() {
            self.log.warning(&format!("{left_out}; let the sources tell less"));
        }
        for (name, value) in &self.names {
            facts.insert(*name, value.clone());
        }
        facts
    }

    /// Whether all configured sources could ever be read.
    pub(super) fn is_read(&self) -> bool {
        self.is_read.load(Ordering::Relaxed)
    }

    async fn instance(&mut self) -> Facts {
        if self.instance.again_at.is_none_or(|at| at <= clock::mono()) {
            let found = instance_facts(&self.aws).await;
            for problem in self.instance.take(found, clock::mono()) {
                // Most hosts of which nothing is known are no instances.
                if self.instance.facts.is_empty() { self.log.info(&problem) } else { self.log.warning(&problem) }
            }
        }
        self.instance.facts.clone()
    }
}

impl Instance {
    /// What is not told now stays as it was told before. The answer is what is newly wrong.
    fn take(&mut self, found: InstanceFacts, now: Mono) -> Vec<String> {
        let is_new = |problem: &&String| !self.problems.contains(problem);
        let news = found.problems.iter().filter(is_new).cloned().collect();
        let wait = if found.problems.is_empty() {
            (self.facts, self.pause) = (found.facts, None);
            INSTANCE_EVERY
        } else {
            self.facts.merge(found.facts);
            let pause = self.pause.map_or(INSTANCE_AGAIN, |pause| (pause * 2).min(INSTANCE_EVERY));
            *self.pause.insert(pause)
        };
        self.problems = found.problems;
        self.again_at = Some(now + wait);
        news
    }
}

/// Reads and announces while [`Presence::go_on`] is being awaited.
pub(super) struct Presence {
    facts: watch::Receiver<Arc<Facts>>,
    is_read: Arc<AtomicBool>,
    period_ms: u64,
    work: Pin<Box<dyn Future<Output = ()>>>,
}

impl Presence {
    /// Begins with facts that were read.
    pub(super) fn begin(station: &Arc<Station>, plan: &FactsPlan, reader: Reader, facts: Facts) -> Self {
        let (sender, receiver) = watch::channel(Arc::new(facts));
        let period_ms = u64::try_from(plan.announce.as_millis()).unwrap_or(u64::MAX);
        let (refresh, announce) = (plan.refresh, plan.announce);
        let is_read = Arc::clone(&reader.is_read);
        let herald = Herald { station: Arc::clone(station), period_ms, told_of_left_out: 0 };
        let work = Box::pin(herald.go_on(reader, sender, refresh, announce));
        Self { facts: receiver, is_read, period_ms, work }
    }

    /// Reads and announces, for ever. Cancel-safe: await it again to go on.
    pub(super) async fn go_on(&mut self) {
        self.work.as_mut().await;
    }

    /// What is known now.
    pub(super) fn facts(&self) -> Arc<Facts> {
        Arc::clone(&self.facts.borrow())
    }

    /// Whether that was ever read in full.
    pub(super) fn is_read(&self) -> bool {
        self.is_read.load(Ordering::Relaxed)
    }

    /// Says nothing more but, once, that the node leaves on purpose.
    pub(super) async fn leave(self, station: &Station) {
        let Self { facts, period_ms, work, .. } = self;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(facts: &[(&str, &str)], problems: &[&str]) -> InstanceFacts {
        let mut found = InstanceFacts::default();
        for &(name, value) in facts {
            found.facts.insert(name, value);
        }
        found.problems = problems.iter().map(|&problem| problem.to_owned()).collect();
        found
    }

    #[test]
    fn what_ec2_does_not_tell_now_stays_and_is_soon_asked_again() {
        let (mut instance, now) = (Instance::default(), clock::mono());
        instance.take(found(&[("region", "eu"), ("tag.site", "prod")], &[]), now);
        assert_eq!(instance.again_at, Some(now + INSTANCE_EVERY));
        assert_eq!(instance.take(found(&[("region", "eu")], &["no tags"]), now), ["no tags"]);
        assert!(instance.facts.get("tag.site").is_some());
        assert_eq!(instance.again_at, Some(now + INSTANCE_AGAIN));
        assert!(instance.take(found(&[], &["no tags"]), now).is_empty(), "it was said");
        assert_eq!(instance.again_at, Some(now + INSTANCE_AGAIN * 2));
        instance.take(found(&[("region", "eu")], &[]), now);
        assert!(instance.facts.get("tag.site").is_none(), "it was taken away");
    }
}
