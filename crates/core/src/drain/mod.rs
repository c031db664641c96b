//! Taking a node out of its load balancers and putting it back: decisions, without any effect.
//!
//! - [`target`], [`arn`], [`place`]: what a node can be registered as, and where.
//! - [`standing`], [`reason`]: what load balancers of either kind say of it, in one vocabulary.
//! - [`timing`]: how long that takes, from the load balancers' own settings.
//! - [`journal`]: where a node was and how far its drain has come; the order of writing is stated there.
//! - [`task`]: what is to be done about one place: [`task::leaving`] and [`task::returning`].
//! - [`run`]: all places of a node together, as a state machine whose actions a loop carries out.
//! - [`report`]: how it ended, place by place.

pub mod arn;
pub mod journal;
pub mod place;
pub mod reason;
pub mod report;
pub mod run;
pub mod standing;
pub mod target;
mod task;
pub mod timing;

pub use arn::{ArnError, TargetGroupArn};
pub use journal::{Entry, Journal, JournalError, Phase, Stage};
pub use place::Place;
pub use reason::explain;
pub use report::{Ending, Goal, Progress, Report, Trouble, TroubleKind};
pub use run::{Action, Event, Options, Run};
pub use standing::{Observation, Standing};
pub use target::{Target, TargetError};
pub use timing::{CheckTiming, Timing};
