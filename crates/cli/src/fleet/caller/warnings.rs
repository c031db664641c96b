//! What is not believed, and what a transport fails at, in so many words and no more: whoever can send to a caller must not
//! be able to fill its terminal.

use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::fleet::caller::believe::Doubt;
use bellwether_core::fleet::transport::TransportError;

use crate::fleet::audience::names;
use crate::render::console::Console;
use crate::render::table::printable;

/// The most doubts that are told one by one.
const MOST: usize = 20;

/// Tells warnings.
#[derive(Debug)]
pub(crate) struct Warnings {
    console: Console,
    doubts: usize,
    trouble: Option<TransportError>,
}

impl Warnings {
    pub(crate) fn new(console: Console) -> Self {
        Self { console, doubts: 0, trouble: None }
    }

    /// A message was not believed.
    pub(crate) fn doubt(&mut self, what: &str, doubt: &Doubt) {
        self.doubts += 1;
        if self.doubts <= MOST {
            let text = format!("{what} is not believed: {doubt}; {}", doubt.remedy());
            self.console.warning_about(doubt.node().map_or(&[], std::slice::from_ref), &printable(&text));
        }
    }

    /// Whether something was not believed.
    pub(crate) const fn has_doubted(&self) -> bool {
        self.doubts > 0
    }

    /// The transport failed for now. The same failure again is no news.
    pub(crate) fn trouble(&mut self, error: &TransportError) {
        if self.trouble.as_ref() != Some(error) {
            self.console.warning(&printable(&format!("{error}; {}; it is tried again", error.remedy)));
            self.trouble = Some(error.clone());
        }
    }

    /// The transport works again, after so long.
    pub(crate) fn restored(&mut self, lasted: Duration, durable: bool) {
        self.trouble = None;
        let (lasted, kept) =
            (duration::display(lasted), if durable { "is kept" } else { "may be lost: --durable keeps it" });
        self.console.warning(&format!("the connection was lost for {lasted}; what nodes said meanwhile {kept}"));
    }

    /// Some nodes cannot be sent to; the others are.
    pub(crate) fn unreached(&self, error: &TransportError) {
        let nodes = names(&error.unreached);
        self.console.warning(&printable(&format!("not reached: {nodes}: {error}; {}", error.remedy)));
    }

    /// How many more were not believed than were told.
    pub(crate) fn finish(&self) {
        let more = self.doubts.saturating_sub(MOST);
        if more > 0 {
            self.console.warning(&format!("{more} more were not believed"));
        }
    }
}
