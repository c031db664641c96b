//! What is being done about the node's state, and what has to be undone when it is back.
//!
//! It is saved before a step begins and after it has ended. A program that is killed begins the step again; so each
//! step is done at least once.

use std::collections::{BTreeSet, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::reaction::Reaction;
use crate::notice::{NodeState, Word};

/// The most tasks that wait. A node that changes its state this often has other problems.
const MOST_TASKS: usize = 100;

/// A state that was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occasion {
    /// What it is called.
    pub name: Word,
    /// Which state it is.
    pub state: NodeState,
    /// What the state before was called; none when none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Word>,
    /// Who told of it; none when it is that nobody tells of anything any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Word>,
    /// The source's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Word>,
    /// When the node leaves at the earliest, where a source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// What else the source tells, for people to read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// One thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A reaction.
    React(Reaction),
    /// Put the node back into the load balancers it was taken out of.
    PutBack,
}

/// What is done about one state, step by step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The state.
    pub occasion: Occasion,
    steps: VecDeque<Step>,
    /// When the first of these steps began; none when it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began: Option<Timestamp>,
    failures: u32,
}

impl Task {
    /// When the step at work began, by the node's calendar; none when it has not.
    pub fn began(&self) -> Option<Timestamp> {
        self.began
    }

    /// How many of its steps have failed.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    fn puts_back(&self) -> bool {
        self.steps.contains(&Step::PutBack)
    }
}

/// What is being done, and what has to be undone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Journal {
    pub(super) state: Option<NodeState>,
    /// The sources whose notices made the node leave.
    pub(super) causes: BTreeSet<Word>,
    blocks: bool,
    deregistered: bool,
    tasks: VecDeque<Task>,
}

impl Journal {
    /// The state that was last acted on.
    pub fn state(&self) -> Option<NodeState> {
        self.state
    }

    /// Whether new connections are to be refused.
    pub fn blocks(&self) -> bool {
        self.blocks
    }

    /// Decides whether new connections are to be refused.
    pub fn set_blocks(&mut self, blocks: bool) {
        self.blocks = blocks;
    }

    /// Whether the node may have been taken out of its load balancers, and is to be put back.
    pub fn is_deregistered(&self) -> bool {
        self.deregistered
    }

    /// What is to be done now, or is being done; none when there is nothing.
    pub fn current(&self) -> Option<(&Task, Step)> {
        let task = self.tasks.front()?;
        task.steps.front().map(|step| (task, *step))
    }

    /// How many tasks there are.
    pub fn tasks(&self) -> usize {
        self.tasks.len()
    }

    /// Whether Auto Scaling is to be held up: a task that is under way or waits is to let it go on at its end.
    pub fn holds_lifecycle(&self) -> bool {
        let lets_go = |step: &Step| matches!(step, Step::React(Reaction::CompleteLifecycle(_)));
        self.tasks.iter().any(|task| task.steps.iter().any(lets_go))
    }

    /// The step at work begins now, or again after a crash. Save the journal before doing anything.
    pub fn begin(&mut self, now: Timestamp) {
        let Some(task) = self.tasks.front_mut() else { return };
        task.began.get_or_insert(now);
        match task.steps.front() {
            Some(Step::React(Reaction::BlockPorts)) => self.blocks = true,
            Some(Step::React(Reaction::Deregister)) => self.deregistered = true,
            _ => {}
        }
    }

    /// The step at work has ended. Gives its task when that was the last step of it.
    pub fn end(&mut self, good: bool) -> Option<Task> {
        let task = self.tasks.front_mut()?;
        let step = task.steps.pop_front()?;
        task.began = None;
        task.failures += u32::from(!good);
        if step == Step::PutBack && good {
            self.deregistered = false;
        }
        match task.steps.is_empty() {
            true => self.tasks.pop_front(),
            false => None,
        }
    }

    /// A state was entered. Tasks that make no sense in it are dropped.
    pub(super) fn enter(&mut self, occasion: Occasion, reactions: &[Reaction]) -> Entered {
        let back = is_back(occasion.state);
        let at_work = self.tasks.front().is_some_and(|task| task.began.is_some());
        let first_is_dropped = self.tasks.front().is_some_and(|task| back != task.puts_back());
        let interrupts = at_work && first_is_dropped && self.must_turn(back);
        if self.must_turn(back) {
            self.tasks.retain(|task| !back && !task.puts_back());
        }
        if back {
            self.blocks = false;
            self.causes.clear();
        }
        let undo = (back && self.deregistered && !self.tasks.iter().any(Task::puts_back)).then_some(Step::PutBack);
        let steps: VecDeque<_> = undo.into_iter().chain(reactions.iter().copied().map(Step::React)).collect();
        let taken = self.tasks.len() < MOST_TASKS;
        if !steps.is_empty() && taken {
            self.tasks.push_back(Task { occasion, steps, began: None, failures: 0 });
        }
        Entered { interrupts, taken }
    }

    /// Whether what is under way goes in the other direction.
    fn must_turn(&self, back: bool) -> bool {
        match back {
            true => self.state.is_some_and(|state| !is_back(state)),
            false => self.tasks.iter().any(Task::puts_back),
        }
    }
}

/// What came of entering a state.
pub(super) struct Entered {
    /// Whether the step at work is one of those that make no sense any more.
    pub(super) interrupts: bool,
    /// Whether there was room for what is to be done.
    pub(super) taken: bool,
}

/// Whether a node in this state serves as it did before.
pub(super) fn is_back(state: NodeState) -> bool {
    matches!(state, NodeState::Running | NodeState::AtRisk | NodeState::Scheduled)
}
