//! What is kept of a command's output: the head goes out as it comes, of all that follows only the end is kept.

use std::collections::VecDeque;

use super::reply::LARGEST_CHUNK;

/// A part of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where in the stream it begins, in bytes.
    pub offset: u64,
    /// At most [`LARGEST_CHUNK`] bytes, and never none.
    pub bytes: Vec<u8>,
}

/// One stream, within a bound: never more than twice the limit is held.
#[derive(Debug)]
pub struct Bounded {
    limit: usize,
    /// How many bytes there were in all.
    total: u64,
    /// What of the head was not handed on yet; it ends where the head ends.
    head: VecDeque<u8>,
    /// How long the head is, handed on or not.
    head_length: usize,
    /// The last bytes after the head.
    tail: VecDeque<u8>,
    /// Whether nothing more comes.
    over: bool,
}

impl Bounded {
    /// Keeps `limit` bytes at the head, and as many at the tail.
    pub const fn new(limit: usize) -> Self {
        Self { limit, total: 0, head: VecDeque::new(), head_length: 0, tail: VecDeque::new(), over: false }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.total = self.total.saturating_add(bytes.len() as u64);
        let (first, rest) = bytes.split_at(bytes.len().min(self.limit - self.head_length));
        self.head.extend(first);
        self.head_length += first.len();
        let last = &rest[rest.len().saturating_sub(self.limit)..];
        let excess = (self.tail.len() + last.len()).saturating_sub(self.limit);
        self.tail.drain(..excess);
        self.tail.extend(last);
    }

    /// Nothing more comes: the tail can be handed on too.
    pub fn finish(&mut self) {
        self.over = true;
    }

    /// Whether there is a part to hand on.
    pub fn has_part(&self) -> bool {
        !self.head.is_empty() || (self.over && !self.tail.is_empty())
    }

    /// The next part, in the order of the stream.
    pub fn next_part(&mut self) -> Option<Part> {
        if !self.head.is_empty() {
            let offset = (self.head_length - self.head.len()) as u64;
            return Some(Part { offset, bytes: take(&mut self.head) });
        }
        if !self.over || self.tail.is_empty() {
            return None;
        }
        let offset = self.total - self.tail.len() as u64;
        Some(Part { offset, bytes: take(&mut self.tail) })
    }

    /// How many bytes are in no part.
    pub fn dropped(&self) -> u64 {
        let after_head = self.total - self.head_length as u64;
        after_head.saturating_sub(self.limit as u64)
    }
}

fn take(bytes: &mut VecDeque<u8>) -> Vec<u8> {
    let length = bytes.len().min(LARGEST_CHUNK);
    let taken = bytes.drain(..length).collect();
    if bytes.is_empty() {
        bytes.shrink_to_fit();
    }
    taken
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drained(bounded: &mut Bounded) -> Vec<Part> {
        std::iter::from_fn(|| bounded.next_part()).collect()
    }

    #[test]
    fn the_head_comes_at_once_and_the_tail_at_the_end() {
        let mut bounded = Bounded::new(4);
        bounded.push(b"ab");
        assert_eq!(drained(&mut bounded), [Part { offset: 0, bytes: b"ab".to_vec() }]);
        bounded.push(b"cdefghijkl");
        assert_eq!(drained(&mut bounded), [Part { offset: 2, bytes: b"cd".to_vec() }]);
        bounded.push(b"m");
        assert!(!bounded.has_part());
        bounded.finish();
        assert_eq!(drained(&mut bounded), [Part { offset: 9, bytes: b"jklm".to_vec() }]);
        assert_eq!(bounded.dropped(), 5);
    }

    proptest! {
        #[test]
        fn every_byte_is_told_once_in_its_place_or_counted_as_dropped(
            pieces in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..60), any::<bool>()), 0..20),
            limit in 1_usize..100,
        ) {
            let mut bounded = Bounded::new(limit);
            let (mut whole, mut told, mut parts) = (Vec::new(), 0, Vec::new());
            for (piece, takes) in &pieces {
                bounded.push(piece);
                whole.extend_from_slice(piece);
                prop_assert!(bounded.head.len() + bounded.tail.len() <= 2 * limit);
                if *takes {
                    parts.extend(bounded.next_part());
                }
            }
            bounded.finish();
            parts.extend(drained(&mut bounded));
            let mut end = 0;
            for part in parts {
                prop_assert!(part.offset >= end && !part.bytes.is_empty());
                let from = usize::try_from(part.offset).unwrap();
                prop_assert_eq!(&part.bytes[..], &whole[from..from + part.bytes.len()]);
                end = part.offset + part.bytes.len() as u64;
                told += part.bytes.len() as u64;
            }
            prop_assert_eq!(told + bounded.dropped(), whole.len() as u64);
            // No more is dropped than must be.
            prop_assert_eq!(bounded.dropped(), (whole.len() as u64).saturating_sub(2 * limit as u64));
        }
    }

    #[test]
    fn parts_fit_into_replies() {
        let mut bounded = Bounded::new(200_000);
        bounded.push(&vec![7; 100_000]);
        assert!(drained(&mut bounded).iter().all(|part| part.bytes.len() <= LARGEST_CHUNK));
        assert_eq!(bounded.dropped(), 0);
    }
}
