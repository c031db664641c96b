//! The three ways of showing a call, behind one name.

use std::io::{self, IsTerminal};

use bellwether_core::fleet::caller::call::Call;
use bellwether_core::fleet::caller::expected::Expected;
use bellwether_core::fleet::caller::order::Missing;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::reply::Reply;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::names::NodeId;

use super::events::Events;
use super::folded::Folded;
use super::progress::Progress;
use super::stream::Stream;
use super::summary;
use crate::failure::Failure;
use crate::fleet::audience::{Audience, all_names, count, names};
use crate::fleet::caller::show::Show;
use crate::fleet::caller::warnings::Warnings;
use crate::render::console::Console;

/// How a call is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Lines, as they come, with the node's name.
    Lines,
    /// Equal outputs once, at the end.
    Folded,
    /// One JSON object per event.
    Events,
}

impl Style {
    pub(crate) fn of(fold: bool, json: bool) -> Self {
        match (fold, json) {
            (_, true) => Self::Events,
            (true, false) => Self::Folded,
            (false, false) => Self::Lines,
        }
    }
}

enum Way {
    Lines(Stream),
    Folded(Folded),
    Events(Events),
}

/// Shows a call.
pub(crate) struct Presenter {
    way: Way,
    console: Console,
    warnings: Warnings,
    progress: Progress,
    /// How many are asked in all.
    total: usize,
}

impl Presenter {
    /// `nodes` are those that are asked: the longest name says how wide the column of names is.
    pub(crate) fn new(style: Style, console: Console, nodes: &[NodeId]) -> Self {
        let way = match style {
            Style::Lines => Way::Lines(Stream::new(console, nodes)),
            Style::Folded => Way::Folded(Folded::default()),
            Style::Events => Way::Events(Events::new(console)),
        };
        let total = nodes.len();
        Self { way, console, total, warnings: Warnings::new(console), progress: Progress::new(console) }
    }

    /// Tells who is expected, before anybody is asked.
    pub(crate) fn expected(&mut self, call: RequestId, environment: &EnvironmentName, audience: &Audience) {
        if let Way::Events(events) = &mut self.way {
            events.expected(call, environment, audience);
            return;
        }
        tell_expected(&audience.expected, self.console);
    }

    /// Tells how to find the answers of a call that nobody waits for.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(crate) fn left_alone(&mut self, call: RequestId, nodes: &[NodeId]) -> Result<(), Failure> {
        match &mut self.way {
            Way::Events(events) => events.left_alone(call, nodes),
            Way::Lines(_) | Way::Folded(_) => self.console.result(&format!("{call}\n")),
        }
    }

    /// Shows what is left to be shown, and what it came to.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(crate) fn finish(&mut self, call: &Call, interrupted: bool) -> Result<(), Failure> {
        self.progress.clear();
        self.warnings.finish();
        match &mut self.way {
            Way::Lines(stream) => stream.finish()?,
            Way::Folded(folded) => {
                self.console.result_bytes(&folded.finish(call, self.console.colour(), io::stdout().is_terminal()))?
            }
            Way::Events(events) => return events.finish(call, interrupted),
        }
        summary::tell(call, interrupted, self.console);
        Ok(())
    }
}

fn tell_expected(expected: &Expected, console: Console) {
    let Expected { present, silent, left, asks_left, unknown } = expected;
    let are = if present.len() == 1 { "is" } else { "are" };
    let who = if present.is_empty() { String::new() } else { format!(": {}", names(present)) };
    console.notice(&format!("{} {are} expected to answer{who}", count(present.len())));
    let ended = match asks_left {
        true => "ended by themselves, and asked all the same",
        false => "ended by themselves, and not asked",
    };
    for (nodes, what) in [
        (silent, "not heard of for some time, and asked all the same"),
        (unknown, "not in the inventory, and asked all the same"),
        (left, ended),
    ] {
        if !nodes.is_empty() {
            console.warning(&format!("{what}: {}", all_names(nodes)));
        }
    }
}

impl Show for Presenter {
    fn reply(&mut self, reply: &Reply) {
        self.progress.clear();
        match &mut self.way {
            Way::Lines(stream) => stream.reply(reply),
            Way::Folded(folded) => folded.reply(reply),
            Way::Events(events) => events.reply(reply),
        }
    }

    fn missing(&mut self, node: &NodeId, missing: Missing) {
        self.progress.clear();
        match (&mut self.way, missing) {
            (_, Missing::Nothing) => {}
            (Way::Events(events), _) => events.missing(node, missing),
            (_, Missing::Replies(1)) => {
                self.console.warning(&format!("{node}: a reply never came; its output has a gap"));
            }
            (_, Missing::Replies(replies)) => {
                self.console.warning(&format!("{node}: {replies} replies never came; its output has gaps"));
            }
            (_, Missing::Uncounted) => {
                self.console.warning(&format!("{node}: its agent was started anew; its output may have gaps"));
            }
        }
    }

    fn asked(&mut self, nodes: &[NodeId]) {
        self.progress.clear();
        match &mut self.way {
            Way::Events(events) => events.asked(nodes),
            _ if nodes.len() < self.total => {
                self.console.notice(&format!("asking {} of {}: {}", nodes.len(), self.total, names(nodes)));
            }
            _ => {}
        }
    }

    fn progress(&mut self, call: &Call) {
        self.progress.show(call);
    }

    fn warnings(&mut self) -> &mut Warnings {
        self.progress.clear();
        &mut self.warnings
    }
}
