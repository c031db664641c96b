//! Warnings that the crates below give along the way: passed to whoever speaks to the user.

use std::fmt::{self, Write};
use std::sync::{PoisonError, RwLock};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

/// What our own crates' targets start with; what libraries say along the way is of no use to our users.
const OURS: &str = "bellwether";

/// Who is told.
type Tell = Box<dyn Fn(Level, &str) + Send + Sync>;

static TELL: RwLock<Option<(Level, Tell)>> = RwLock::new(None);

/// From now on tells `tell`, and nobody else any more, the warnings and errors of our own crates, as far as `least`
/// lets them through.
pub(crate) fn pass_to(least: Level, tell: impl Fn(Level, &str) + Send + Sync + 'static) {
    *TELL.write().unwrap_or_else(PoisonError::into_inner) = Some((least, Box::new(tell)));
    // There is one already when this is called again.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Passing));
}

struct Passing;

impl<S: Subscriber> Layer<S> for Passing {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.level() <= &Level::WARN
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let tell = TELL.read().unwrap_or_else(PoisonError::into_inner);
        let Some((least, tell)) = tell.as_ref() else { return };
        let metadata = event.metadata();
        if metadata.level() <= least && metadata.target().starts_with(OURS) {
            let mut text = Text::default();
            event.record(&mut text);
            tell(*metadata.level(), &format!("{}{}", text.message, text.fields));
        }
    }
}

/// An event in words: its message, then its fields.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
