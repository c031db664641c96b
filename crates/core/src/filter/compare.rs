//! Numbers in order.

use std::cmp::Ordering;

use crate::facts::{Fact, number_in};

/// How a fact and a value compare as numbers; none when one of them is no number.
pub(super) fn numbers(fact: &Fact, value: &str) -> Option<Ordering> {
    let (left, right) = (fact.number()?, number_in(value)?);
    // Whole numbers are compared exactly: beyond 2^53, different ones are the same as floating point.
    match (fact.text().parse::<i128>(), value.parse::<i128>()) {
        (Ok(left), Ok(right)) => Some(left.cmp(&right)),
        _ => left.partial_cmp(&right),
    }
}
