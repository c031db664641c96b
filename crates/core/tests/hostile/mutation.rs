//! Files of the corpus, changed at random: what a fuzzer does, without one.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::corpus::Corpus;

/// The most changes of one file.
const MOST_CHANGES: usize = 8;
/// The longest piece that is repeated, and how often, at most.
const LONGEST_PIECE: usize = 64;
const MOST_REPEATS: usize = 64;

/// What readers stumble over, wherever it stands.
const NASTY: [&[u8]; 16] = [
    b"\0",
    b"\xff\xfe",
    b"\xc3",
    "\u{202e}".as_bytes(),
    "\u{feff}".as_bytes(),
    b"\\",
    b"\"",
    b"'",
    b"((((",
    b"[[[[",
    b"{\"\":",
    b"-0",
    b"1e999",
    b"18446744073709551616",
    b"\\u0000",
    b"\r\n",
];

#[derive(Debug, Clone)]
enum Change {
    Flip(Index, u8),
    Remove(Index, Index),
    Insert(Index, &'static [u8]),
    Repeat(Index, usize, usize),
    Splice(Index, Vec<u8>, Index),
}

/// A file with some changes.
pub(crate) fn mutated(corpus: Corpus) -> impl Strategy<Value = Vec<u8>> {
    let files = corpus.contents();
    let changes = prop::collection::vec(change(files.clone()), 0..=MOST_CHANGES);
    (select(files), changes).prop_map(|(file, changes)| changes.iter().fold(file, apply))
}

fn change(files: Vec<Vec<u8>>) -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, bits)| Change::Flip(at, bits)),
        (at(), at()).prop_map(|(start, end)| Change::Remove(start, end)),
        (at(), select(&NASTY[..])).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), 1..=LONGEST_PIECE, 1..=MOST_REPEATS).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        (at(), select(files), at()).prop_map(|(at, other, from)| Change::Splice(at, other, from)),
    ]
}

fn apply(mut bytes: Vec<u8>, change: &Change) -> Vec<u8> {
    let place = |at: &Index, length: usize| at.index(length + 1);
    match change {
        Change::Flip(at, bits) => {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
            }
        }
        Change::Remove(start, end) => {
            let (start, end) = (place(start, bytes.len()), place(end, bytes.len()));
            bytes.drain(start.min(end)..start.max(end));
        }
        Change::Insert(at, nasty) => {
            let at = place(at, bytes.len());
            bytes.splice(at..at, nasty.iter().copied());
        }
        Change::Repeat(at, length, times) => {
            let start = place(at, bytes.len());
            let end = bytes.len().min(start + length);
            let repeated = bytes[start..end].repeat(*times);
            bytes.splice(start..end, repeated);
        }
        Change::Splice(at, other, from) => {
            bytes.truncate(place(at, bytes.len()));
            bytes.extend_from_slice(&other[place(from, other.len())..]);
        }
    }
    bytes
}
