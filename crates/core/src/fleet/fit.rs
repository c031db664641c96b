//! Facts that must travel in one envelope.

use crate::facts::{Fact, Facts};

/// As many of the facts as fit, the shortest first, and how many were left out. Whether some fit is asked a few times.
pub fn fitting(facts: &Facts, fit: impl Fn(&Facts) -> bool) -> (Facts, usize) {
    if fit(facts) {
        return (facts.clone(), 0);
    }
    let mut by_length: Vec<(&String, &Fact)> = facts.iter().collect();
    by_length.sort_by_key(|(name, fact)| name.len() + fact.text().len());
    let first = |count: usize| {
        let mut some = Facts::default();
        for (name, fact) in &by_length[..count] {
            some.insert((*name).clone(), (*fact).clone());
        }
        some
    };
    let (mut fitting, mut too_many) = (0, by_length.len());
    while too_many - fitting > 1 {
        let middle = fitting.midpoint(too_many);
        if fit(&first(middle)) { fitting = middle } else { too_many = middle }
    }
    (first(fitting), by_length.len() - fitting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_are_left_out_and_no_more_than_must_be() {
        let mut facts = Facts::default();
        for length in [1, 5, 50, 500, 3_000] {
            facts.insert(format!("f{length}"), "x".repeat(length));
        }
        let size = |facts: &Facts| facts.iter().map(|(_, fact)| fact.text().len()).sum::<usize>();
        for (room, left_out) in [(10_000, 0), (3_555, 1), (556, 1), (555, 2), (6, 3), (0, 5)] {
            let (some, missing) = fitting(&facts, |some| size(some) <= room);
            assert_eq!((missing, some.len()), (left_out, 5 - left_out), "{room}");
            assert!(size(&some) <= room);
        }
        assert_eq!(fitting(&Facts::default(), |_| false).1, 0);
    }
}
