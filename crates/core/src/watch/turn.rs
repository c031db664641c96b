//! What follows from what the sources say.

use jiff::Timestamp;

use super::journal::{Entered, Occasion};
use super::memory::Memory;
use super::policy::{Policy, word_of};
use crate::notice::{Lasting, NodeState, Notice, Word};

/// The node has entered a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The state.
    pub occasion: Occasion,
    /// Whether something is done about it.
    pub reacts: bool,
    /// Whether the step at work makes no sense any more. It is to be given up; how it ends is not the journal's matter.
    pub interrupts: bool,
    /// Whether nothing is done about it because too much waits already.
    pub is_left_out: bool,
}

impl Memory {
    /// Takes the notices in force to the journal: the most urgent state counts. None when it is the one that was acted
    /// on last. Each notice is acted on once.
    pub fn turn(&mut self, policy: &Policy, now: Timestamp) -> Option<Turn> {
        let deadline = self.ledger.view(now, policy.lead).deadline();
        let notices = self.relevant(policy, now);
        let state = self.state_of(&notices)?;
        let fresh = self.take_fresh(state, policy, now);
        if self.journal.state == Some(state) {
            return None;
        }
        let foremost = notices.into_iter().next();
        let occasion = occasion(state, self.journal.state, foremost.as_ref(), deadline);
        Some(self.enter(occasion, foremost.as_ref(), fresh, policy))
    }

    fn enter(&mut self, occasion: Occasion, foremost: Option<&Notice>, fresh: bool, policy: &Policy) -> Turn {
        let is_known = self.journal.state.is_some();
        let is_event = foremost.is_some_and(|notice| notice.lasting == Lasting::ForEver);
        let reacts = match occasion.state.is_leaving() || is_event {
            true => fresh,
            false => is_known,
        };
        let reactions = if reacts { policy.reactions_to(occasion.state) } else { &[] };
        let Entered { interrupts, taken } = self.journal.enter(occasion.clone(), reactions);
        self.journal.state = Some(occasion.state);
        if occasion.state.is_leaving() {
            self.journal.causes.extend(occasion.source.clone());
        }
        Turn { occasion, reacts: !reactions.is_empty(), interrupts, is_left_out: !reactions.is_empty() && !taken }
    }

    /// The notices that count, the most urgent first. What a load balancer says of a node that we took out of it is our
    /// own doing, unless it was that load balancer that made the node leave.
    fn relevant(&self, policy: &Policy, now: Timestamp) -> Vec<Notice> {
        let mut notices = self.ledger.view(now, policy.lead).notices().to_vec();
        let journal = &self.journal;
        if journal.is_deregistered() {
            notices.retain(|notice| !is_balancer(&notice.source) || journal.causes.contains(&notice.source));
        }
        notices
    }

    /// When nobody says anything any more, the node serves as before. When nobody ever did, nothing is known.
    fn state_of(&self, notices: &[Notice]) -> Option<NodeState> {
        let silence = self.journal.state.map(|_| NodeState::Running);
        notices.first().map(|notice| notice.state).or(silence)
    }

    /// Takes down that the notices of this state are acted on; gives whether there were any.
    fn take_fresh(&mut self, state: NodeState, policy: &Policy, now: Timestamp) -> bool {
        let pending = self.ledger.pending(now, policy.lead);
        let fresh: Vec<_> = pending.into_iter().filter(|notice| notice.state == state).collect();
        for notice in &fresh {
            self.ledger.acted_on(&notice.key);
        }
        !fresh.is_empty()
    }
}

fn occasion(
    state: NodeState,
    previous: Option<NodeState>,
    notice: Option<&Notice>,
    deadline: Option<Timestamp>,
) -> Occasion {
    Occasion {
        name: word_of(state),
        state,
        previous: previous.map(word_of),
        source: notice.map(|notice| notice.source.clone()),
        said: notice.map(|notice| notice.said.clone()),
        deadline,
        detail: notice.map(|notice| notice.detail.clone()).unwrap_or_default(),
    }
}

/// Whether a source is a load balancer, by its name.
fn is_balancer(source: &Word) -> bool {
    source.as_str().starts_with("elb:") || source.as_str().starts_with("alb:")
}

#[cfg(test)]
#[path = "turn_tests.rs"]
mod tests;
