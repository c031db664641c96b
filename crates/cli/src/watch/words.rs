//! What goes on, in words for people.

use bellwether_core::watch::{Step, Turn};

/// A turn in a line.
pub(super) fn described(turn: &Turn) -> String {
    let occasion = &turn.occasion;
    let from = occasion.previous.as_ref().map(|previous| format!(" (before: {previous})")).unwrap_or_default();
    let source = match (&occasion.source, &occasion.said) {
        (Some(source), Some(said)) => format!(", says {source}: {said}"),
        _ => ", since nobody says anything else any more".to_owned(),
    };
    let deadline = occasion.deadline.map(|deadline| format!(", at {deadline}")).unwrap_or_default();
    let detail = if occasion.detail.is_empty() { String::new() } else { format!(" ({})", occasion.detail) };
    format!("this node is {}{from}{source}{deadline}{detail}", occasion.name)
}

/// A step as people know it.
pub(super) fn name_of(step: Step) -> String {
    match step {
        Step::React(reaction) => reaction.to_string(),
        Step::PutBack => "put back".to_owned(),
    }
}

/// The kind of a step, without its own settings.
pub(super) fn kind_of(step: Step) -> String {
    name_of(step).split(' ').next().unwrap_or_default().to_owned()
}
