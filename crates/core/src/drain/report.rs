//! How it goes and how it ended, place by place.

use std::fmt;

use super::journal::Stage;
use super::place::Place;
use super::standing::Observation;

/// What is wanted of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Goal {
    /// To be registered nowhere and to get no requests.
    Out,
    /// To be registered and to get requests.
    In,
}

/// Why a request or a look failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Trouble {
    /// What kind of failure it is.
    pub kind: TroubleKind,
    /// What failed, on what, and why.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// The kinds of failure that make a difference here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TroubleKind {
    /// What was named is not there: the load balancer, the target group, or the node in it. A look tells which.
    NotThere,
    /// Asked to slow down.
    Throttled,
    /// No answer, or a failure that may pass; the request may have been carried out.
    Passing,
    /// Asking again cannot help: not allowed, or not valid.
    Final,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.remedy)
    }
}

/// How it ended in one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The node is out.
    Drained,
    /// The time that the load balancer gives requests under way is over, though it does not yet say that the node is out.
    DrainedByTime,
    /// The node gets requests.
    InService(Observation),
    /// The node is registered, and no worse than it was before; or nothing could make it get requests.
    Registered(Observation),
    /// The load balancer or the target group does not exist any more.
    Gone,
    /// It takes longer than the load balancer's settings or the caller's limit allow.
    Overdue {
        /// What was seen last.
        seen: Option<Observation>,
        /// What went wrong last.
        trouble: Option<Trouble>,
    },
    /// It cannot be done.
    Failed(Trouble),
    /// The journal could not be written, so that the node was not taken out here.
    NotStarted {
        /// Why the journal could not be written.
        why: String,
    },
    /// The caller gave up.
    Interrupted {
        /// What was seen last.
        seen: Option<Observation>,
    },
}

impl Ending {
    /// Whether what was wanted is reached, or cannot be wanted any more.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Drained | Self::DrainedByTime | Self::InService(_) | Self::Registered(_) | Self::Gone)
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drained => f.write_str("drained"),
            Self::DrainedByTime => f.write_str("drained: the time for requests under way is over"),
            Self::InService(seen) | Self::Registered(seen) => write!(f, "{seen}"),
            Self::Gone => f.write_str("the load balancer or target group does not exist any more"),
            Self::Overdue { seen, trouble } => {
                write!(f, "overdue")?;
                last_seen(f, seen.as_ref())?;
                trouble.as_ref().map_or(Ok(()), |trouble| write!(f, "; {trouble}"))
            }
            Self::Failed(trouble) => write!(f, "failed: {trouble}"),
            Self::NotStarted { why } => write!(f, "not started, since the journal cannot be written: {why}"),
            Self::Interrupted { seen } => {
                write!(f, "interrupted")?;
                last_seen(f, seen.as_ref())
            }
        }
    }
}

fn last_seen(f: &mut fmt::Formatter<'_>, seen: Option<&Observation>) -> fmt::Result {
    match seen {
        Some(seen) => write!(f, "; last seen {seen}"),
        None => f.write_str("; never seen"),
    }
}

/// How far it is in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The place.
    pub place: &'a Place,
    /// How far the node has come there.
    pub stage: Stage,
    /// What was seen last.
    pub seen: Option<&'a Observation>,
    /// What went wrong last, unless something has gone right since.
    pub trouble: Option<&'a Trouble>,
    /// How it ended, once it has.
    pub ending: Option<&'a Ending>,
}

/// How all of it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What was wanted.
    pub goal: Goal,
    /// The places and how it ended there.
    pub endings: Vec<(Place, Ending)>,
    /// Why the journal could not be written to the end, if so.
    pub journal_failed: Option<String>,
}

impl Report {
    /// Whether what was wanted is reached everywhere.
    pub fn is_complete(&self) -> bool {
        self.endings.iter().all(|(_, ending)| ending.is_good())
    }

    /// The places where it is not reached, and why.
    pub fn missing(&self) -> impl Iterator<Item = (&Place, &Ending)> {
        self.endings.iter().filter(|(_, ending)| !ending.is_good()).map(|(place, ending)| (place, ending))
    }
}
