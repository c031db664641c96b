//! Who sees a command's output.

use super::tail::Tail;

/// Which of its two outputs a command wrote to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Sees every piece of a command's output, as it comes.
///
/// Called on the thread that pumps, between other work of the program: it must not block.
pub trait Observer {
    /// Takes the next bytes of one of the outputs. Their bounds mean nothing: a character may be cut in two.
    fn observe(&mut self, stream: Stream, bytes: &[u8]);
}

impl<F: FnMut(Stream, &[u8])> Observer for F {
    fn observe(&mut self, stream: Stream, bytes: &[u8]) {
        self(stream, bytes);
    }
}

impl Observer for Tail {
    /// Keeps both outputs in one, in the order in which they came.
    fn observe(&mut self, _: Stream, bytes: &[u8]) {
        self.push(bytes);
    }
}
