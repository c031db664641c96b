//! Chance, from a seed that is printed.

/// A small generator: xorshift64 (Marsaglia 2003).
pub(super) struct Dice(u64);

impl Dice {
    /// Another one for each number.
    pub(super) fn new(seed: u64, number: usize) -> Self {
        let mut dice = Self((seed ^ (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)) | 1);
        // Seeds that are alike give first numbers that are.
        for _ in 0..8 {
            dice.below(2);
        }
        dice
    }

    /// A number from 0 to `limit` - 1.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
