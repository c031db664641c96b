//! Many names in few words: `web-[1-20,25]` for those that differ in one number alone. Nobody is left out.

use std::collections::BTreeMap;

use crate::names::NodeId;

/// The fewest names that are put together: two in full are as short, and can be searched for.
const FEWEST: usize = 3;
/// The most digits of a number that is counted with; longer ones are no numbers of machines.
const MOST_DIGITS: usize = 18;

/// Names that differ in one number alone.
#[derive(Debug, Default)]
struct Family<'a> {
    /// Each number, as it is written, and the name it stands in.
    members: BTreeMap<u64, (&'a str, &'a NodeId)>,
}

/// What the names of a family have in common: what stands before the number and after it, and how many digits it has where
/// it may begin with zeros. `01` and `1` are not in one family.
type Kind<'a> = (&'a str, Option<usize>, &'a str);

/// The names, those that differ in their last number alone put together. In order of the names.
pub fn ranges(nodes: &[NodeId]) -> Vec<String> {
    let mut families: BTreeMap<Kind<'_>, Family<'_>> = BTreeMap::new();
    let mut texts: Vec<String> = Vec::new();
    for node in nodes {
        match kind(node.as_str()) {
            Some((kind, digits, number)) => {
                families.entry(kind).or_default().members.insert(number, (digits, node));
            }
            None => texts.push(node.to_string()),
        }
    }
    for ((before, _, after), family) in families {
        if family.members.len() < FEWEST {
            texts.extend(family.members.values().map(|(_, node)| node.to_string()));
        } else {
            texts.push(format!("{before}[{}]{after}", family.numbers()));
        }
    }
    texts.sort_unstable();
    texts
}

impl Family<'_> {
    /// The numbers, those that follow each other as `FIRST-LAST`.
    fn numbers(&self) -> String {
        let mut runs: Vec<(&str, &str, u64)> = Vec::new();
        for (number, (digits, _)) in &self.members {
            match runs.last_mut() {
                Some((_, last, end)) if *end + 1 == *number => (*last, *end) = (digits, *number),
                _ => runs.push((digits, digits, *number)),
            }
        }
        let text = |(first, last, _): &(&str, &str, u64)| match first == last {
            true => (*first).to_owned(),
            false => format!("{first}-{last}"),
        };
        runs.iter().map(text).collect::<Vec<_>>().join(",")
    }
}

/// The last number of a name, and what is around it; none where there is none to count with.
fn kind(name: &str) -> Option<(Kind<'_>, &str, u64)> {
    let end = name.rfind(|c: char| c.is_ascii_digit())? + 1;
    let start = name.as_bytes()[..end].iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    let digits = &name[start..end];
    if digits.len() > MOST_DIGITS {
        return None;
    }
    let width = digits.starts_with('0').then_some(digits.len());
    Some(((&name[..start], width, &name[end..]), digits, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(names: &[&str]) -> Vec<String> {
        ranges(&names.iter().map(|name| NodeId::new(*name).unwrap()).collect::<Vec<_>>())
    }

    #[test]
    fn names_that_differ_in_one_number_are_put_together() {
        assert_eq!(of(&["web-1", "web-2", "web-3", "web-7", "web-9", "web-10"]), ["web-[1-3,7,9-10]"]);
        assert_eq!(of(&["web-2", "db-1", "web-1"]), ["db-1", "web-1", "web-2"], "two are as short in full");
        assert_eq!(of(&["a1.example", "a2.example", "a3.example", "b"]), ["a[1-3].example", "b"]);
        assert_eq!(of(&["7", "8", "9"]), ["[7-9]"]);
        assert_eq!(of(&["é1", "é2", "é3"]), ["é[1-3]"]);
    }

    #[test]
    fn zeros_at_the_beginning_are_kept() {
        assert_eq!(of(&["n08", "n09", "n010", "n10", "n11", "n12"]), ["n010", "n08", "n09", "n[10-12]"]);
        assert_eq!(of(&["n001", "n002", "n003"]), ["n[001-003]"]);
    }

    #[test]
    fn a_number_that_is_too_long_is_a_name() {
        let long = "9".repeat(30);
        assert_eq!(of(&[&long, "x"]), [long.as_str(), "x"]);
    }

    /// The names that a text with ranges stands for.
    fn expanded(text: &str) -> Vec<String> {
        let Some((before, rest)) = text.split_once('[') else { return vec![text.to_owned()] };
        let (numbers, after) = rest.split_once(']').unwrap();
        let run = |run: &str| {
            let (first, last) = run.split_once('-').unwrap_or((run, run));
            let width = if first.starts_with('0') { first.len() } else { 0 };
            let (first, last): (u64, u64) = (first.parse().unwrap(), last.parse().unwrap());
            (first..=last).map(|number| format!("{before}{number:0width$}{after}")).collect::<Vec<_>>()
        };
        numbers.split(',').flat_map(run).collect()
    }

    proptest! {
        #[test]
        fn nobody_is_left_out_and_nobody_is_made_up(names in prop::collection::btree_set("[ab]-?[0-9]{0,3}[.c]?", 0..40)) {
            let nodes: Vec<NodeId> = names.iter().filter_map(|name| NodeId::new(name.as_str()).ok()).collect();
            let mut shown: Vec<String> = ranges(&nodes).iter().flat_map(|text| expanded(text)).collect();
            shown.sort();
            prop_assert_eq!(shown, nodes.iter().map(NodeId::to_string).collect::<Vec<_>>());
        }
    }
}
