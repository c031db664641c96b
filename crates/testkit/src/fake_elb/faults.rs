//! What goes wrong with the fake.

use std::collections::BTreeMap;
use std::time::Duration;

/// One way to go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Asked to slow down: `Throttling` with 400, at EC2 `RequestLimitExceeded` with 503.
    Throttled,
    /// Not allowed: `AccessDenied`, at EC2 `UnauthorizedOperation`, with 403.
    Denied,
    /// `InternalFailure`, at EC2 `InternalError`, with 500.
    InternalFailure,
    /// 200 and XML that breaks off.
    Garbage,
    /// No answer at all.
    Hang,
    /// The connection is closed without an answer.
    Drop,
}

/// All that goes wrong. The first that applies is taken: `first`, then `actions`, then `always`.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// So many of the next requests go wrong in this way, whatever they ask.
    pub first: Option<(usize, Fault)>,
    /// These actions go wrong.
    pub actions: BTreeMap<String, Fault>,
    /// Everything goes wrong.
    pub always: Option<Fault>,
    /// Every answer waits this long.
    pub delay: Duration,
}

impl Faults {
    /// The next so many requests go wrong in this way.
    pub fn first(count: usize, fault: Fault) -> Self {
        Self { first: Some((count, fault)), ..Self::default() }
    }

    /// Everything goes wrong in this way.
    pub fn always(fault: Fault) -> Self {
        Self { always: Some(fault), ..Self::default() }
    }

    /// One action goes wrong in this way.
    pub fn action(action: &str, fault: Fault) -> Self {
        Self { actions: BTreeMap::from([(action.to_owned(), fault)]), ..Self::default() }
    }

    /// Nothing goes wrong, but every answer waits this long.
    pub fn slow(delay: Duration) -> Self {
        Self { delay, ..Self::default() }
    }

    pub(super) fn next_for(&mut self, action: &str) -> Option<Fault> {
        if let Some((left @ 1.., fault)) = &mut self.first {
            *left -= 1;
            return Some(*fault);
        }
        self.actions.get(action).copied().or(self.always)
    }
}
