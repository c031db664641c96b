//! The log of a server, and what it says of the client's round trips.

use std::time::Instant;

use super::Request;

/// A request and how it ended.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The request.
    pub request: Request,
    /// When all of it had arrived.
    pub started: Instant,
    /// When the answer began to leave; `None` while there is none, and for ever when there never is.
    pub ended: Option<Instant>,
    /// The status of the answer.
    pub status: Option<u16>,
}

/// How many round trips the client made one after the other: the longest chain of requests of which each started
/// after the one before it had been answered. The logs of several servers may be given together. Telling requests
/// made side by side from a chain takes servers that answer with a delay.
pub fn sequential_rounds(log: &[Exchange]) -> usize {
    let mut spans: Vec<_> = log.iter().map(|exchange| (exchange.ended, exchange.started)).collect();
    // Taking the earliest end each time leaves the most room for the rest. A request without an answer ends last.
    spans.sort_by_key(|(ended, started)| (ended.is_none(), *ended, *started));
    let mut rounds = 0;
    let mut free_from = None;
    for (ended, started) in spans {
        if free_from.is_none_or(|free| started >= free) {
            rounds += 1;
            match ended {
                Some(ended) => free_from = Some(ended),
                None => break,
            }
        }
    }
    rounds
}
