//! When a command must end: its timeout, its lease, and orders from outside, as a pure state.

use std::time::Duration;

use bellwether_core::time::Mono;

/// How long the rest of the output may take when it must not hold up the end any longer.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long the kernel may take to bury a killed group before it is left to itself.
const BURIAL: Duration = Duration::from_secs(2);

/// Two instants: when the group is asked to end, and when it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deadline {
    pub(super) term_at: Mono,
    pub(super) kill_at: Mono,
}

/// What is to be done to the group now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Term,
    Kill,
}

#[derive(Debug, Clone, Copy)]
struct Ordered {
    kill_at: Mono,
    term_sent: bool,
    killed: Option<Mono>,
}

/// Everything that can end a command before it does so itself.
#[derive(Debug)]
pub(super) struct Termination {
    timeout_at: Option<Mono>,
    kill_after: Duration,
    lease: Option<Deadline>,
    ordered: Option<Ordered>,
    timed_out: bool,
}

impl Termination {
    pub(super) fn new(timeout_at: Option<Mono>, kill_after: Duration, lease: Option<Deadline>) -> Self {
        Self { timeout_at, kill_after, lease, ordered: None, timed_out: false }
    }

    /// Orders the end: TERM now, KILL at `kill_at`. A second order can only bring the KILL forward.
    pub(super) fn order(&mut self, kill_at: Mono) {
        match &mut self.ordered {
            Some(ordered) => ordered.kill_at = ordered.kill_at.min(kill_at),
            None => self.ordered = Some(Ordered { kill_at, term_sent: false, killed: None }),
        }
    }

    /// Moves the lease's end.
    pub(super) fn renew(&mut self, lease: Deadline) {
        self.lease = Some(lease);
    }

    /// Takes the lease away.
    pub(super) fn release(&mut self) {
        self.lease = None;
    }

    /// Ends what has overrun the lease. A command that ended by itself is not called timed out for it.
    pub(super) fn check_lease(&mut self, now: Mono) {
        if let Some(lease) = self.lease.filter(|lease| lease.term_at <= now) {
            self.order(lease.kill_at);
        }
    }

    /// Ends what has overrun the timeout.
    pub(super) fn check_timeout(&mut self, now: Mono) {
        if self.ordered.is_none() && self.timeout_at.is_some_and(|at| at <= now) {
            self.timed_out = true;
            self.order(now + self.kill_after);
        }
    }

    /// The next thing to do, handed out once.
    pub(super) fn due(&mut self, now: Mono) -> Option<Order> {
        let ordered = self.ordered.as_mut()?;
        if ordered.killed.is_some() {
            return None;
        }
        if ordered.kill_at <= now {
            ordered.killed = Some(now);
            return Some(Order::Kill);
        }
        (!std::mem::replace(&mut ordered.term_sent, true)).then_some(Order::Term)
    }

    pub(super) fn is_ordered(&self) -> bool {
        self.ordered.is_some()
    }

    pub(super) fn timed_out(&self) -> bool {
        self.timed_out
    }

    /// When something is due while members of the group live.
    pub(super) fn next(&self) -> Option<Mono> {
        match self.ordered {
            Some(Ordered { killed: None, kill_at, .. }) => Some(kill_at),
            Some(_) => None,
            None => [self.timeout_at, self.lease.map(|lease| lease.term_at)].into_iter().flatten().min(),
        }
    }

    /// When a killed group is no longer waited for: members that the kernel holds cannot be ended by anybody.
    pub(super) fn burial_over(&self) -> Option<Mono> {
        self.ordered?.killed.map(|killed| killed + BURIAL)
    }

    /// Until when what is left of the output of a command that ended at `ended` may hold us; none for as long as its
    /// reader likes.
    pub(super) fn output_until(&self, ended: Mono) -> Option<Mono> {
        let limit = self.ordered.map(|ordered| ordered.kill_at).or(self.timeout_at)?;
        Some(limit.max(ended + LAST_WORDS))
    }

    /// What the guard must enforce in our place: when to ask, when to kill.
    pub(super) fn for_guard(&self) -> (Option<Mono>, Option<Mono>) {
        let lease_kill = self.lease.map(|lease| lease.kill_at);
        match self.ordered {
            Some(ordered) => (None, Some(lease_kill.map_or(ordered.kill_at, |kill| kill.min(ordered.kill_at)))),
            None => (self.lease.map(|lease| lease.term_at), lease_kill),
        }
    }
}

#[cfg(test)]
#[path = "termination_tests.rs"]
mod tests;
