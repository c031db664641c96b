//! The end of a command's output.

use std::collections::VecDeque;

use bellwether_core::claim::KeptOutput;

/// Keeps the last bytes of an output of any length, within a bound.
#[derive(Debug, Clone)]
pub struct Tail {
    kept: VecDeque<u8>,
    limit: usize,
    total: u64,
}

impl Tail {
    /// Keeps at most `limit` bytes.
    pub const fn new(limit: usize) -> Self {
        Self { kept: VecDeque::new(), limit, total: 0 }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.total = self.total.saturating_add(bytes.len() as u64);
        let last = &bytes[bytes.len().saturating_sub(self.limit)..];
        let excess = (self.kept.len() + last.len()).saturating_sub(self.limit);
        self.kept.drain(..excess);
        self.kept.extend(last);
    }

    /// What was kept, and how much there was.
    pub fn into_kept(self) -> KeptOutput {
        KeptOutput { tail: self.kept.into(), total: self.total }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_last_bytes_stay(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..20), limit in 0_usize..100) {
            let mut tail = Tail::new(limit);
            for piece in &pieces {
                tail.push(piece);
                prop_assert!(tail.kept.len() <= limit);
            }
            let all = pieces.concat();
            let kept = tail.into_kept();
            prop_assert_eq!(kept.total, all.len() as u64);
            prop_assert_eq!(&kept.tail[..], &all[all.len().saturating_sub(limit)..]);
        }
    }

    #[test]
    fn memory_stays_near_the_limit() {
        let mut tail = Tail::new(1_000);
        for size in [1, 999, 64 * 1_024, 500, 700] {
            tail.push(&vec![7; size]);
        }
        assert!(tail.kept.capacity() <= 4_000);
    }
}
