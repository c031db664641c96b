//! Counts what may happen far too often to be told every time.

/// How often it is told one by one; of more, each time that the number has doubled.
const TOLD_ONE_BY_ONE: u64 = 10;

/// How often something has happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally(u64);

impl Tally {
    /// It happened once more: the number, when it is to be told.
    pub fn add(&mut self) -> Option<u64> {
        self.0 = self.0.saturating_add(1);
        (self.0 <= TOLD_ONE_BY_ONE || self.0.is_power_of_two()).then_some(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_told_one_by_one_and_of_a_flood_a_few() {
        let mut tally = Tally::default();
        let told: Vec<u64> = (0..10_000).filter_map(|_| tally.add()).collect();
        let doubled = [16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192];
        assert_eq!(told, [&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10][..], &doubled].concat());
    }
}
