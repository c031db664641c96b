//! Lines as they come: standard output to ours, standard error to ours, each with the node's name.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};

use bellwether_core::fleet::reply::{self, Event, Output, Reply};
use bellwether_core::names::NodeId;

use super::summary::ending;
use crate::failure::Failure;
use crate::fleet::lines::{Lines, harmless};
use crate::render::console::Console;

/// The widest column of names.
const WIDEST: usize = 40;

/// Shows lines.
pub(super) struct Stream {
    console: Console,
    width: usize,
    begun: BTreeMap<(NodeId, reply::Stream), Begun>,
    failed: Option<io::Error>,
}

/// A stream of a node.
#[derive(Default)]
struct Begun {
    lines: Lines,
    /// Where in the stream the next byte stands.
    offset: u64,
}

impl Stream {
    pub(super) fn new(console: Console, nodes: &[NodeId]) -> Self {
        let width = nodes.iter().map(|node| node.as_str().chars().count()).max().unwrap_or(0).min(WIDEST);
        Self { console, width, begun: BTreeMap::new(), failed: None }
    }

    pub(super) fn reply(&mut self, reply: &Reply) {
        match &reply.event {
            Event::Output(output) => self.output(&reply.node, output),
            Event::Done(_) | Event::Refused(_) => {
                self.flush(&reply.node);
                if let Some(text) = ending(&reply.event) {
                    self.console.notice(&format!("{}: {text}", reply.node));
                }
            }
            Event::Pong | Event::Facts(_) | Event::Accepted | Event::Started | Event::Alive { .. } => {}
        }
    }

    /// Shows lines without an end.
    ///
    /// # Errors
    /// When standard output could not be written.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        let nodes: Vec<NodeId> = self.begun.keys().map(|(node, _)| node.clone()).collect();
        for node in nodes {
            self.flush(&node);
        }
        match self.failed.take() {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::unavailable(format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    fn output(&mut self, node: &NodeId, output: &Output) {
        let Self { begun, width, failed, .. } = self;
        let begun = begun.entry((node.clone(), output.stream)).or_default();
        let mut show = |line: &[u8]| keep(failed, write(node, *width, output.stream, line));
        let dropped = output.offset.saturating_sub(begun.offset);
        if dropped > 0 {
            begun.lines.finish(&mut show);
            show(format!("[{dropped} bytes left out]").as_bytes());
        }
        begun.offset = output.offset.saturating_add(output.bytes.0.len() as u64);
        begun.lines.take(&output.bytes.0, show);
    }

    fn flush(&mut self, node: &NodeId) {
        for stream in [reply::Stream::Out, reply::Stream::Err] {
            if let Some(mut begun) = self.begun.remove(&(node.clone(), stream)) {
                let Self { width, failed, .. } = self;
                begun.lines.finish(|line| keep(failed, write(node, *width, stream, line)));
            }
        }
    }
}

/// The first failure is told at the end; a command on many nodes is not ended because nobody reads on.
fn keep(failed: &mut Option<io::Error>, written: io::Result<()>) {
    if let Err(error) = written {
        failed.get_or_insert(error);
    }
}

fn write(node: &NodeId, width: usize, stream: reply::Stream, line: &[u8]) -> io::Result<()> {
    match stream {
        reply::Stream::Out => write_to(io::stdout().lock(), node, width, line),
        reply::Stream::Err => write_to(io::stderr().lock(), node, width, line),
    }
}

/// Programs get the bytes as they are.
fn write_to(mut to: impl Write + IsTerminal, node: &NodeId, width: usize, line: &[u8]) -> io::Result<()> {
    let mut text = format!("{:width$}: ", node.as_str()).into_bytes();
    if to.is_terminal() {
        text.extend_from_slice(harmless(line).as_bytes());
    } else {
        text.extend_from_slice(line);
    }
    text.push(b'\n');
    to.write_all(&text)
}
