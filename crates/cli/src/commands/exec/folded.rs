//! Equal outputs once, with the nodes that wrote them.

use std::collections::BTreeMap;

use bellwether_core::fleet::caller::call::Call;
use bellwether_core::fleet::caller::fold::Fold;
use bellwether_core::fleet::reply::{Event, Output, Reply, Stream};
use bellwether_core::names::NodeId;

use super::summary::ending;
use crate::fleet::audience::{all_names, count};
use crate::fleet::lines::harmless;

/// The most that is kept of a stream of a node: what any agent may be told to send of its beginning and its end.
/// A node that was taken over may send without end.
const MOST_KEPT: usize = 8 << 20;
/// The most that is kept of all nodes together. What is left out is told.
const MOST_KEPT_IN_ALL: usize = 1 << 30;

/// What a node wrote, and how it ended. Equal ones are shown once.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Answer {
    ending: String,
    out: Vec<u8>,
    err: Vec<u8>,
    /// How many bytes were not kept.
    left_out: usize,
}

impl Answer {
    /// Keeps of a part of the output what `room` there is; answers how many bytes that is.
    fn keep(&mut self, output: &Output, room: usize) -> usize {
        let kept = match output.stream {
            Stream::Out => &mut self.out,
            Stream::Err => &mut self.err,
        };
        let length = output.bytes.0.len();
        let fitting = length.min(room).min(MOST_KEPT.saturating_sub(kept.len()));
        kept.extend_from_slice(&output.bytes.0[..fitting]);
        self.left_out += length - fitting;
        fitting
    }
}

/// Gathers answers. What a node wrote is bounded by its output limit, and kept once among equals.
#[derive(Default)]
pub(super) struct Folded {
    open: BTreeMap<NodeId, Answer>,
    fold: Fold<Answer>,
    /// How many bytes of output are kept.
    kept: usize,
}

impl Folded {
    pub(super) fn reply(&mut self, reply: &Reply) {
        let answer = self.open.entry(reply.node.clone()).or_default();
        if let Event::Output(output) = &reply.event {
            self.kept += answer.keep(output, MOST_KEPT_IN_ALL.saturating_sub(self.kept));
        }
        if let Some(text) = ending(&reply.event) {
            answer.ending = text;
        }
        if reply.event.is_last()
            && let Some(answer) = self.open.remove(&reply.node)
        {
            let length = answer.out.len() + answer.err.len();
            if !self.fold.add(reply.node.clone(), answer) {
                self.kept -= length;
            }
        }
    }

    /// The groups, the largest first; then what is known of those that have not ended. On a terminal nothing in it steers.
    pub(super) fn finish(&mut self, call: &Call, colour: bool, terminal: bool) -> Vec<u8> {
        let mut fold = std::mem::take(&mut self.fold);
        for (node, mut answer) in std::mem::take(&mut self.open) {
            if call.progress(&node).is_some() {
                "has not ended".clone_into(&mut answer.ending);
                fold.add(node, answer);
            }
        }
        let mut text = Vec::new();
        for (answer, nodes) in fold.into_groups() {
            let left_out = match answer.left_out {
                0 => String::new(),
                bytes => format!(", {bytes} bytes of output not kept here"),
            };
            let heading = format!("{} ({}): {}{left_out}", count(nodes.len()), all_names(&nodes), answer.ending);
            let heading = if colour { format!("\x1b[1m{heading}\x1b[0m\n") } else { format!("{heading}\n") };
            text.extend_from_slice(heading.as_bytes());
            indent(&mut text, &answer.out, terminal);
            indent(&mut text, &answer.err, terminal);
        }
        text
    }
}

fn indent(text: &mut Vec<u8>, output: &[u8], terminal: bool) {
    for line in output.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        text.extend_from_slice(b"  ");
        if terminal {
            text.extend_from_slice(harmless(line).as_bytes());
        } else {
            text.extend_from_slice(line);
        }
        text.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_core::fleet::bytes::Bytes;

    #[test]
    fn what_does_not_fit_is_counted_and_no_more_is_kept() {
        let output = Output { stream: Stream::Out, offset: 0, bytes: Bytes(vec![b'x'; 10]) };
        let mut answer = Answer::default();
        assert_eq!([answer.keep(&output, 100), answer.keep(&output, 4), answer.keep(&output, 0)], [10, 4, 0]);
        assert_eq!((answer.out.len(), answer.left_out), (14, 16));
    }
}
