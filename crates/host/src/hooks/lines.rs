//! Cuts a script's output into lines.

use crate::child::Stream;

/// The longest line that is told as one.
const LONGEST: usize = 4_096;
/// How much of a script's output is told: what fills no log.
const MOST: usize = 1_024 * 1_024;

/// Collects two outputs and hands on each line when it is complete.
pub(super) struct Lines<F> {
    out: Vec<u8>,
    err: Vec<u8>,
    hand_on: F,
    left: usize,
    left_out: u64,
}

impl<F: FnMut(Stream, &str)> Lines<F> {
    pub(super) fn new(hand_on: F) -> Self {
        Self { out: Vec::new(), err: Vec::new(), hand_on, left: MOST, left_out: 0 }
    }

    /// Takes the next bytes of one of the outputs.
    pub(super) fn push(&mut self, stream: Stream, bytes: &[u8]) {
        let taken = bytes.len().min(self.left);
        self.left -= taken;
        self.left_out += (bytes.len() - taken) as u64;
        for piece in bytes[..taken].split_inclusive(|&byte| byte == b'\n') {
            self.push_piece(stream, piece);
        }
    }

    /// Hands on what is left without an end of line; gives how many bytes were left out.
    pub(super) fn finish(mut self) -> u64 {
        for stream in [Stream::Out, Stream::Err] {
            if !self.pending(stream).is_empty() {
                self.hand_on_first(stream, usize::MAX);
            }
        }
        self.left_out
    }

    /// Takes bytes of which only the last may be an end of line.
    fn push_piece(&mut self, stream: Stream, piece: &[u8]) {
        let (text, ends) = piece.strip_suffix(b"\n").map_or((piece, false), |text| (text, true));
        self.pending(stream).extend_from_slice(text);
        while self.pending(stream).len() > LONGEST {
            let cut = last_boundary(self.pending(stream));
            self.hand_on_first(stream, cut);
        }
        if ends {
            self.hand_on_first(stream, usize::MAX);
        }
    }

    fn hand_on_first(&mut self, stream: Stream, length: usize) {
        let pending = self.pending(stream);
        let rest = pending.split_off(length.min(pending.len()));
        let line = std::mem::replace(pending, rest);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        (self.hand_on)(stream, &String::from_utf8_lossy(line));
    }

    fn pending(&mut self, stream: Stream) -> &mut Vec<u8> {
        match stream {
            Stream::Out => &mut self.out,
            Stream::Err => &mut self.err,
        }
    }
}

/// Where to cut a line that is too long: not within a character, if it is made of characters.
fn last_boundary(line: &[u8]) -> usize {
    let is_within = |&at: &usize| line[at] & 0b1100_0000 == 0b1000_0000;
    (LONGEST - 3..=LONGEST).rev().find(|at| !is_within(at)).unwrap_or(LONGEST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(pieces: &[(Stream, &[u8])]) -> (Vec<(Stream, String)>, u64) {
        let mut told = Vec::new();
        let mut lines = Lines::new(|stream, line: &str| told.push((stream, line.to_owned())));
        pieces.iter().for_each(|(stream, bytes)| lines.push(*stream, bytes));
        let left_out = lines.finish();
        (told, left_out)
    }

    fn out(line: &str) -> (Stream, String) {
        (Stream::Out, line.to_owned())
    }

    #[test]
    fn lines_of_both_outputs_do_not_mix() {
        let (told, _) = cut(&[
            (Stream::Out, b"one\ntw"),
            (Stream::Err, b"fai"),
            (Stream::Out, b"o\r\n\nthree"),
            (Stream::Err, b"lure\n"),
        ]);
        assert_eq!(told, [out("one"), out("two"), out(""), (Stream::Err, "failure".to_owned()), out("three")]);
    }

    #[test]
    fn what_is_no_text_is_replaced() {
        assert_eq!(cut(&[(Stream::Out, b"a\xff\xc3\n")]).0, [out("a\u{fffd}\u{fffd}")]);
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let long = format!("{}\n", "é€𝄞".repeat(1_000));
        let (told, _) = cut(&[(Stream::Out, long.as_bytes())]);
        assert!(told.len() == 3 && told.iter().all(|(_, line)| line.len() <= LONGEST && !line.contains('\u{fffd}')));
        assert_eq!(told.iter().map(|(_, line)| line.as_str()).collect::<String>(), long.trim_end());
        let (told, _) = cut(&[(Stream::Out, &[0x80; 10_000])]);
        assert_eq!(told.len(), 3, "what is no text is cut too");
    }

    #[test]
    fn a_flood_is_left_out_and_counted() {
        let line = [b'x'; 1_023].into_iter().chain([b'\n']).collect::<Vec<_>>();
        let pieces: Vec<(Stream, &[u8])> = std::iter::repeat_n((Stream::Out, line.as_slice()), 2_000).collect();
        let (told, left_out) = cut(&pieces);
        assert_eq!((told.len(), left_out), (1_024, 976 * 1_024));
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_how_they_come(text in "[a-c\n]{0,200}", size in 1_usize..50) {
            let pieces: Vec<(Stream, &[u8])> = text.as_bytes().chunks(size).map(|piece| (Stream::Out, piece)).collect();
            let expected: Vec<_> = text.lines().map(out).collect();
            prop_assert_eq!(cut(&pieces), (expected, 0));
        }
    }
}
