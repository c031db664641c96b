//! Warnings that the crates below give along the way: passed to whoever speaks to the user.

use std::fmt::{self, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, SubscriberExt};

/// What our own crates' targets start with; what libraries say along the way is of no use to our users.
const OURS: &str = "bellwether";

/// From now on tells `tell` the warnings and errors of our own crates, as far as `least` lets them through.
pub(crate) fn pass_to(least: Level, tell: impl Fn(Level, &str) + Send + Sync + 'static) {
    let subscriber = tracing_subscriber::registry().with(Passing(tell).with_filter(LevelFilter::from_level(least)));
    // There is one already only when this is called twice; the first then stays.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

struct Passing<F>(F);

impl<S: Subscriber, F: Fn(Level, &str) + 'static> Layer<S> for Passing<F> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target().starts_with(OURS) {
            let mut text = Text::default();
            event.record(&mut text);
            (self.0)(*event.metadata().level(), &format!("{}{}", text.message, text.fields));
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
