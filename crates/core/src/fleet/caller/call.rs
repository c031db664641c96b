//! The state of a call: who was asked, who works on it, who has ended, and what is to be done next.
//!
//! Silence is never taken for death while a node says that it works: only a node that has not been heard of for
//! [`Terms::patience`] counts as lost, and is taken back when it speaks again. Nor is it while the caller itself is cut
//! off. But no node may say for ever that it works.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::bounds::Bounds;
use super::progress::{is_failure, is_open};
use super::share::Share;
use crate::fleet::reply::Event;
use crate::names::NodeId;
use crate::time::Mono;

pub use super::progress::{Ending, Progress};

/// How a call is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// How many nodes are asked at a time; all, when there is none.
    pub batch: Option<Share>,
    /// How long to wait between the end of a batch and the next one.
    pub pause: Duration,
    /// With more failures than this no further batch is asked.
    pub max_failures: Option<Share>,
    /// How long a node has for its first answer, from when it was asked, or from when another that was asked with it
    /// gave its own: while a large fleet still answers, nobody in it is taken for silent.
    pub first_answer: Duration,
    /// How long a node that works may be silent before it counts as lost.
    pub patience: Duration,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask these nodes, then tell [`Call::sent`].
    Send(Vec<NodeId>),
    /// Wait for replies, until this instant at most.
    Wait(Mono),
    /// Nothing: the call is over.
    Over,
    /// To give up: the caller's own connection was lost, and has not come back in time.
    GiveUp,
}

/// What a call came to. The exit status follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every node did what was wanted.
    AllSucceeded,
    /// All that were asked answered, but some failed or refused, or were not asked because of that.
    SomeFailed,
    /// Some did not answer, or were lost.
    SomeUnanswered,
}

/// How many times [`Terms::first_answer`] the answers of others may stretch it at most.
const LONGEST_STRETCH: u32 = 6;

/// A call. Hearing of a node, and asking what is next, cost the same for ten nodes and for fifty thousand; only when
/// somebody's time may be over all are looked at.
#[derive(Debug)]
pub struct Call {
    terms: Terms,
    nodes: BTreeMap<NodeId, Progress>,
    waiting: VecDeque<NodeId>,
    expected: usize,
    /// Nodes that have answered, and that nobody expected.
    unexpected: BTreeSet<NodeId>,
    bounds: Bounds,
    /// Since when the caller itself hears nothing.
    cut_off: Option<Mono>,
    /// How long after the first answers of the others unexpected nodes have for theirs.
    newcomers: Duration,
    /// When nodes were last asked.
    sent_at: Option<Mono>,
    /// How many are asked or working.
    open: usize,
    /// How many of the expected ones ended without success.
    failed: usize,
    /// When a node that was expected last gave its first answer.
    last_first: Option<Mono>,
    /// Nobody's time is over before this instant.
    look_at: Option<Mono>,
    next_batch_at: Option<Mono>,
}

impl Call {
    /// A call to these nodes.
    pub fn new(terms: Terms, expected: Vec<NodeId>) -> Self {
        let nodes: BTreeMap<_, _> = expected.into_iter().map(|node| (node, Progress::Waiting)).collect();
        let waiting: VecDeque<_> = nodes.keys().cloned().collect();
        let expected = waiting.len();
        Self {
            terms,
            nodes,
            waiting,
            expected,
            unexpected: BTreeSet::new(),
            bounds: Bounds::default(),
            cut_off: None,
            newcomers: Duration::ZERO,
            sent_at: None,
            open: 0,
            failed: 0,
            last_first: None,
            look_at: None,
            next_batch_at: None,
        }
    }

    /// The same call of a command that nodes may work at for this long: they are not waited for any longer than that and
    /// the time it takes to end it, whatever they say.
    #[must_use]
    pub fn with_longest_work(mut self, longest_work: Duration) -> Self {
        self.bounds = Bounds::of(longest_work);
        self
    }

    /// The same call of those whose facts match: a node that has come to match a moment ago is not expected, does what is
    /// wanted nevertheless, and may be a little slower than the others, for it has just read its facts. The call is open for
    /// so long after the last first answer, so that no node does something of which nobody is told.
    #[must_use]
    pub fn with_newcomers(mut self, wait: Duration) -> Self {
        self.newcomers = wait;
        self
    }

    /// What is to be done at `now`. A call without expected nodes sends once, to nobody in particular, and waits for
    /// whoever answers.
    pub fn next(&mut self, now: Mono) -> Step {
        let Some(look_at) = self.look_at else { return Step::Send(self.next_batch()) };
        if let Some(since) = self.cut_off.filter(|_| self.open > 0 || self.has_more() || self.expected == 0) {
            let until = since + self.bounds.longest_outage(&self.terms);
            return if now < until { Step::Wait(until) } else { Step::GiveUp };
        }
        let look_at = if look_at <= now { self.pass_time(now) } else { look_at };
        if self.open > 0 || (self.expected == 0 && now < look_at) {
            return Step::Wait(look_at);
        }
        if !self.has_more() {
            let until = self.last_first.max(self.sent_at).unwrap_or(now) + self.newcomers;
            return if now < until { Step::Wait(until) } else { Step::Over };
        }
        let due = *self.next_batch_at.get_or_insert(now + self.terms.pause);
        if now < due { Step::Wait(due) } else { Step::Send(self.next_batch()) }
    }

    /// The nodes that [`Step::Send`] named were asked at `now`.
    pub fn sent(&mut self, now: Mono) {
        self.sent_to(&self.next_batch(), now);
    }

    /// These nodes were asked at `now`. Once each.
    pub fn sent_to(&mut self, nodes: &[NodeId], now: Mono) {
        self.look_at = Some(now + self.shortest_patience());
        self.sent_at = Some(now);
        self.bounds.asked(&self.terms, now);
        self.next_batch_at = None;
        let sent: BTreeSet<&NodeId> = nodes.iter().collect();
        self.waiting.retain(|node| !sent.contains(node));
        for node in nodes {
            // A reply may have come before the sending was confirmed.
            if self.nodes.get(node) == Some(&Progress::Waiting) {
                self.set(node.clone(), Progress::Asked(now));
            }
        }
    }

    /// A node that was asked cannot be reached: it is not waited for. It is taken back when it speaks nevertheless.
    pub fn unreached(&mut self, node: &NodeId) {
        if matches!(self.nodes.get(node), Some(Progress::Asked(_))) {
            self.set(node.clone(), Progress::Ended(Ending::Silent));
        }
    }

    /// From `now` on the caller itself hears nothing: silence means nothing until [`Call::restored`].
    pub fn cut_off(&mut self, now: Mono) {
        self.cut_off.get_or_insert(now);
    }

    /// Whether it was cut off, and is not yet restored.
    pub fn is_cut_off(&self) -> bool {
        self.cut_off.is_some()
    }

    /// The caller hears again, from `now` on: everybody has its whole time anew. Tells for how long nobody was heard; none
    /// when it was not cut off.
    pub fn restored(&mut self, now: Mono) -> Option<Duration> {
        let lasted = now.since(self.cut_off.take()?);
        for progress in self.nodes.values_mut() {
            if let Progress::Asked(since) | Progress::Working(since) = progress {
                *since = now;
            }
        }
        self.bounds.extend(lasted);
        self.look_at = self.look_at.map(|_| now + self.shortest_patience());
        Some(lasted)
    }

    /// Whether somebody may be about to be taken for silent or lost.
    pub fn is_about_to_judge(&self, now: Mono) -> bool {
        (self.open > 0 || self.expected == 0) && self.look_at.is_some_and(|at| at <= now)
    }

    /// A node told something, at `now`. What it says after its last word changes nothing; what it says after it was
    /// taken for silent or lost does.
    pub fn heard(&mut self, node: &NodeId, event: &Event, now: Mono) {
        if matches!(self.nodes.get(node), Some(Progress::Ended(ending)) if !ending.is_unanswered()) {
            return;
        }
        let progress = match event {
            Event::Pong | Event::Facts(_) => Progress::Ended(Ending::Answered),
            Event::Refused(refusal) => Progress::Ended(Ending::Refused(refusal.clone())),
            Event::Done(done) => Progress::Ended(Ending::Done(done.clone())),
            Event::Accepted | Event::Started | Event::Output(_) | Event::Alive { .. } => Progress::Working(now),
        };
        if !self.nodes.contains_key(node) {
            self.unexpected.insert(node.clone());
        }
        if is_open(&progress) {
            self.bounds.works(node, now);
            if self.work_until(node).is_some_and(|until| until <= now) {
                return;
            }
        }
        if matches!(self.nodes.get(node), Some(Progress::Asked(_))) {
            self.last_first = Some(now);
        }
        self.set(node.clone(), progress);
    }

    /// Whether a node was asked by its name, or has answered without.
    pub fn has_asked(&self, node: &NodeId) -> bool {
        self.nodes.get(node).is_some_and(|progress| *progress != Progress::Waiting)
    }

    /// Every node that was expected or has answered, in order of the ids, and how far it is.
    pub fn nodes(&self) -> impl Iterator<Item = (&NodeId, &Progress)> {
        self.nodes.iter()
    }

    /// How many nodes were expected.
    pub const fn expected(&self) -> usize {
        self.expected
    }

    /// Whether a node has answered that nobody expected.
    pub fn is_unexpected(&self, node: &NodeId) -> bool {
        self.unexpected.contains(node)
    }

    /// How far a node is; none when it was neither expected nor heard of.
    pub fn progress(&self, node: &NodeId) -> Option<&Progress> {
        self.nodes.get(node)
    }

    /// Of how many nothing more is expected.
    pub fn ended(&self) -> usize {
        self.nodes.len().saturating_sub(self.open + self.waiting.len())
    }

    /// What it came to so far.
    pub fn verdict(&self) -> Verdict {
        let unanswered = |progress: &Progress| match progress {
            Progress::Asked(_) | Progress::Working(_) => true,
            Progress::Ended(ending) => ending.is_unanswered(),
            Progress::Waiting => false,
        };
        if self.nodes.is_empty() || self.nodes.values().any(unanswered) {
            return Verdict::SomeUnanswered;
        }
        let succeeded = |progress: &Progress| matches!(progress, Progress::Ended(ending) if ending.is_success());
        if self.nodes.values().all(succeeded) { Verdict::AllSucceeded } else { Verdict::SomeFailed }
    }

    /// Whether more nodes failed than may: those that are waiting are not asked any more.
    pub fn failed_too_often(&self) -> bool {
        self.terms.max_failures.is_some_and(|share| self.failed > share.of(self.expected))
    }

    fn next_batch(&self) -> Vec<NodeId> {
        self.waiting.iter().take(self.batch_size()).cloned().collect()
    }

    /// How many nodes are asked at once at most.
    pub fn batch_size(&self) -> usize {
        self.terms.batch.map_or(self.expected, |share| share.of(self.expected).max(1))
    }

    /// The one place where a node's progress changes, and with it the counts.
    fn set(&mut self, node: NodeId, progress: Progress) {
        let counts = !self.unexpected.contains(&node);
        self.open += usize::from(is_open(&progress));
        self.failed += usize::from(counts && is_failure(&progress));
        if let Some(before) = self.nodes.insert(node, progress) {
            self.open -= usize::from(is_open(&before));
            self.failed -= usize::from(counts && is_failure(&before));
        }
    }

    /// Until when a node may say that it works.
    fn work_until(&self, node: &NodeId) -> Option<Mono> {
        self.bounds.until(node, self.unexpected.contains(node), &self.terms)
    }

    /// Whether there are nodes that are still to be asked.
    fn has_more(&self) -> bool {
        !self.waiting.is_empty() && !self.failed_too_often()
    }

    /// Nobody's time is over sooner than this after it was heard of.
    fn shortest_patience(&self) -> Duration {
        self.terms.first_answer.min(self.terms.patience)
    }

    /// Until when a node that was asked at `since` is waited for.
    fn patience_for_first(&self, since: Mono) -> Mono {
        let others = self.last_first.map_or(since, |last| last.max(since));
        let longest = since + self.terms.first_answer.saturating_mul(LONGEST_STRETCH);
        (others + self.terms.first_answer).min(longest)
    }

    /// Until when a node that works, and was last heard of at `heard`, is waited for.
    fn patience_with(&self, node: &NodeId, heard: Mono) -> Mono {
        let until = heard + self.terms.patience;
        self.work_until(node).map_or(until, |bound| bound.min(until))
    }

    /// Ends those whose time is over; answers when the next one's may be.
    fn pass_time(&mut self, now: Mono) -> Mono {
        let mut over = Vec::new();
        let mut next = now + self.shortest_patience();
        for (node, progress) in &self.nodes {
            let (until, ending) = match *progress {
                Progress::Asked(since) => (self.patience_for_first(since), Ending::Silent),
                Progress::Working(heard) => (self.patience_with(node, heard), Ending::Lost),
                Progress::Waiting | Progress::Ended(_) => continue,
            };
            if until <= now {
                over.push((node.clone(), ending));
            } else {
                next = next.min(until);
            }
        }
        for (node, ending) in over {
            self.set(node, Progress::Ended(ending));
        }
        // With nobody in particular asked, the first look is the last.
        let look_at = if self.expected == 0 && self.open == 0 { now } else { next };
        self.look_at = Some(look_at);
        look_at
    }
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
