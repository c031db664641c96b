//! A wrapper that makes any claim store fail on demand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bellwether_core::claim::{Entry, Record};
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, HistoryPage, HistoryQuery, Snapshot, StoreError, Swap, Version};
use jiff::Timestamp;

use crate::dice::Dice;

/// What happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: the call goes through.
    Pass,
    /// The call is not made; the answer is [`StoreError::Unavailable`].
    Unavailable,
    /// The call is made, but its answer is [`StoreError::AnswerLost`]; for a call that only reads,
    /// [`StoreError::Unavailable`].
    AnswerLost,
    /// The call is made so much later, in tokio's time.
    Delay(Duration),
    /// The call is made at once, and its answer comes so much later, in tokio's time.
    LateAnswer(Duration),
}

/// How often calls fail by chance, as fractions of all calls; their sum is 1 at most.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rates {
    /// Of [`Fault::Unavailable`].
    pub unavailable: f64,
    /// Of [`Fault::AnswerLost`].
    pub answer_lost: f64,
    /// Of [`Fault::Delay`] and of [`Fault::LateAnswer`], each half of it.
    pub delayed: f64,
    /// The longest delay.
    pub longest_delay: Duration,
}

/// A store whose calls fail: first by a script, then by chance where rates are given, else not at all.
pub struct FaultyStore<S: ?Sized> {
    plan: Mutex<Plan>,
    store: Arc<S>,
}

struct Plan {
    script: VecDeque<Fault>,
    chance: Option<(Generator, Rates)>,
}

impl<S: ClaimStore + ?Sized> FaultyStore<S> {
    /// The first calls, of whatever kind, get these faults in this order; later ones go through.
    pub fn scripted(store: Arc<S>, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { plan: Mutex::new(Plan { script: faults.into_iter().collect(), chance: None }), store }
    }

    /// Calls fail by chance; the same seed gives the same faults in the same order of calls.
    pub fn seeded(store: Arc<S>, seed: u64, rates: Rates) -> Self {
        let chance = Some((Generator::new(seed), rates));
        Self { plan: Mutex::new(Plan { script: VecDeque::new(), chance }), store }
    }

    /// Adds a fault at the end of the script.
    pub fn then(&self, fault: Fault) {
        self.plan.lock().unwrap().script.push_back(fault);
    }

    fn next_fault(&self) -> Fault {
        let Plan { script, chance } = &mut *self.plan.lock().unwrap();
        let by_chance = || chance.as_mut().map_or(Fault::Pass, |(generator, rates)| generator.fault(rates));
        script.pop_front().unwrap_or_else(by_chance)
    }

    async fn reading<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        match self.next_fault() {
            Fault::AnswerLost => call.await.and(Err(unavailable())),
            fault => self.apply(fault, call).await,
        }
    }

    async fn changing<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        self.apply(self.next_fault(), call).await
    }

    async fn apply<T>(&self, fault: Fault, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        match fault {
            Fault::Pass => call.await,
            Fault::Unavailable => Err(unavailable()),
            Fault::AnswerLost => call.await.and(Err(answer_lost())),
            Fault::Delay(delay) => {
                tokio::time::sleep(delay).await;
                call.await
            }
            Fault::LateAnswer(delay) => {
                let answer = call.await;
                tokio::time::sleep(delay).await;
                answer
            }
        }
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable {
        what: "calling the store".into(),
        why: "injected by the test".into(),
        remedy: String::new(),
    }
}

fn answer_lost() -> StoreError {
    StoreError::AnswerLost {
        what: "calling the store".into(),
        why: "injected by the test".into(),
        remedy: String::new(),
    }
}

#[async_trait]
impl<S: ClaimStore + ?Sized> ClaimStore for FaultyStore<S> {
    async fn read(&self, job: &JobName) -> Result<Snapshot, StoreError> {
        self.reading(self.store.read(job)).await
    }

    async fn swap(
        &self,
        job: &JobName,
        expected: Option<&Version>,
        record: &Record,
        entries: &[Entry],
    ) -> Result<Swap, StoreError> {
        self.changing(self.store.swap(job, expected, record, entries)).await
    }

    async fn append(&self, entry: &Entry) -> Result<(), StoreError> {
        self.changing(self.store.append(entry)).await
    }

    async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, StoreError> {
        self.reading(self.store.history(query)).await
    }

    async fn records(&self) -> Result<Vec<(JobName, Record)>, StoreError> {
        self.reading(self.store.records()).await
    }

    async fn prune(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.changing(self.store.prune(before)).await
    }
}

/// What happens to calls by chance.
struct Generator(Dice);

impl Generator {
    fn new(seed: u64) -> Self {
        Self(Dice::new(seed))
    }

    fn fault(&mut self, rates: &Rates) -> Fault {
        let mut drawn = self.0.fraction();
        let mut falls_in = |rate: f64| {
            drawn -= rate;
            drawn < 0.0
        };
        if falls_in(rates.unavailable) {
            return Fault::Unavailable;
        }
        if falls_in(rates.answer_lost) {
            return Fault::AnswerLost;
        }
        let (before, after) = (falls_in(rates.delayed / 2.0), falls_in(rates.delayed / 2.0));
        let delay = rates.longest_delay.mul_f64(self.0.fraction());
        match (before, after) {
            (true, _) => Fault::Delay(delay),
            (false, true) => Fault::LateAnswer(delay),
            (false, false) => Fault::Pass,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;
    use crate::store::fixtures::{job, record};
    use tokio::time::Instant;

    const ALL_KINDS: Rates =
        Rates { unavailable: 0.25, answer_lost: 0.25, delayed: 0.25, longest_delay: Duration::from_secs(1) };

    fn faults(seed: u64, count: usize) -> Vec<Fault> {
        let mut generator = Generator::new(seed);
        (0..count).map(|_| generator.fault(&ALL_KINDS)).collect()
    }

    #[test]
    fn a_seed_gives_the_same_faults_again_and_another_seed_others() {
        assert_eq!(faults(7, 100), faults(7, 100));
        assert_ne!(faults(7, 100), faults(8, 100));
    }

    #[test]
    fn rates_are_kept_roughly() {
        let drawn = faults(0, 10_000);
        let count = |is: fn(&Fault) -> bool| drawn.iter().filter(|fault| is(fault)).count();
        for (kind, expected, found) in [
            ("unavailable", 2_500, count(|fault| *fault == Fault::Unavailable)),
            ("answer lost", 2_500, count(|fault| *fault == Fault::AnswerLost)),
            ("delay", 1_250, count(|fault| matches!(fault, Fault::Delay(_)))),
            ("late answer", 1_250, count(|fault| matches!(fault, Fault::LateAnswer(_)))),
            ("pass", 2_500, count(|fault| *fault == Fault::Pass)),
        ] {
            assert!(expected * 9 / 10 < found && found < expected * 11 / 10, "{kind}: {found}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_delay_is_before_the_call_and_a_late_answer_after_it() {
        let (job, second) = (job("j"), Duration::from_secs(1));
        for (fault, made_at_once) in [(Fault::Delay(second), false), (Fault::LateAnswer(second), true)] {
            let inner = Arc::new(MemoryStore::new());
            let faulty = FaultyStore::scripted(Arc::clone(&inner), [fault]);
            let (start, new) = (Instant::now(), record("r", 1));
            let mut swap = Box::pin(faulty.swap(&job, None, &new, &[]));
            let early = tokio::time::timeout(second / 2, &mut swap).await;
            assert!(early.is_err());
            assert_eq!(inner.read(&job).await.unwrap().current.is_some(), made_at_once, "{fault:?}");
            assert!(matches!(swap.await, Ok(Swap::Swapped(_))));
            assert_eq!(start.elapsed(), second);
        }
    }

    #[tokio::test]
    async fn the_script_can_be_extended_and_then_ends() {
        let faulty = FaultyStore::scripted(Arc::new(MemoryStore::new()), []);
        faulty.then(Fault::Unavailable);
        faulty.then(Fault::AnswerLost);
        assert_eq!(faulty.read(&job("j")).await, Err(unavailable()));
        assert_eq!(faulty.read(&job("j")).await, Err(unavailable()));
        assert!(faulty.read(&job("j")).await.is_ok());
    }
}
