//! What is found of ours in the firewall, and what follows from it.

use super::ports::Ports;

/// What is there of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Absent,
    /// Exactly what blocks these ports.
    Blocks(Ports),
    /// Something that we would not have made, or a part of it.
    Altered,
}

/// What a reconciliation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All was as it should be.
    Unchanged,
    /// New connections to the ports are refused from now on.
    Installed,
    /// The same was so before, and somebody else has removed or changed it since.
    Repaired,
    /// What was there of ours, from now or from before, is gone.
    Removed,
}

/// What is to be done, by what is there, what should be there, and what we made sure of the last time.
pub(super) fn outcome(found: &Found, wanted: Option<&Ports>, before: Option<&Ports>) -> Outcome {
    match (found, wanted) {
        (Found::Absent, None) => Outcome::Unchanged,
        (_, None) => Outcome::Removed,
        (Found::Blocks(ports), Some(wanted)) if ports == wanted => Outcome::Unchanged,
        (Found::Altered, Some(_)) if before.is_none() => Outcome::Repaired,
        (_, Some(wanted)) if before == Some(wanted) => Outcome::Repaired,
        (_, Some(_)) => Outcome::Installed,
    }
}

/// What is there when it must be in two places: the same in both, or it is not whole.
pub(super) fn in_both(first: Found, second: Found) -> Found {
    if first == second { first } else { Found::Altered }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(numbers: &[u16]) -> Ports {
        Ports::new(numbers.iter().copied()).unwrap()
    }

    #[test]
    fn only_what_differs_is_changed() {
        let (web, other) = (ports(&[80, 443]), ports(&[22]));
        let there = |numbers: &Ports| Found::Blocks(numbers.clone());
        let cases = [
            (Found::Absent, None, None, Outcome::Unchanged),
            (Found::Absent, None, Some(&web), Outcome::Unchanged),
            (there(&web), None, None, Outcome::Removed),
            (Found::Altered, None, Some(&web), Outcome::Removed),
            (there(&web), Some(&web), None, Outcome::Unchanged),
            (there(&web), Some(&web), Some(&web), Outcome::Unchanged),
            (Found::Absent, Some(&web), None, Outcome::Installed),
            (there(&other), Some(&web), None, Outcome::Installed),
            (there(&other), Some(&web), Some(&other), Outcome::Installed),
            (Found::Absent, Some(&web), Some(&web), Outcome::Repaired),
            (there(&other), Some(&web), Some(&web), Outcome::Repaired),
            (Found::Altered, Some(&web), None, Outcome::Repaired),
            (Found::Altered, Some(&web), Some(&web), Outcome::Repaired),
        ];
        for (found, wanted, before, expected) in cases {
            assert_eq!(outcome(&found, wanted, before), expected, "{found:?} {wanted:?} {before:?}");
        }
    }

    #[test]
    fn a_half_is_not_the_whole() {
        let web = Found::Blocks(ports(&[80]));
        assert_eq!(in_both(web.clone(), web.clone()), web);
        assert_eq!(in_both(web.clone(), Found::Absent), Found::Altered);
        assert_eq!(in_both(web, Found::Blocks(ports(&[81]))), Found::Altered);
    }
}
