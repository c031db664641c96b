//! Whether new connections are refused, so that load balancers outside AWS turn away from this node.

use super::{Metadata, Tags};
use crate::notice::Word;

/// What becomes of new connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Firewall {
    /// They are refused.
    Closed(Closed),
    /// They are let in.
    Open,
    /// They are let in: the fleet has target groups, which drain by themselves.
    LeftToTargetGroups,
}

/// Why new connections are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Closed {
    /// The node is draining or stopping.
    State,
    /// The node is excluded, by a tag or by CloneSquad.
    Excluded,
}

/// Whether new connections are refused.
///
/// `forced` is for a fleet whose target groups are not those that matter; `state` is one to take instead of what the
/// API says.
pub fn firewall(metadata: &Metadata, tags: &Tags, forced: bool, state: Option<&Word>) -> Firewall {
    if metadata.subfleet.is_none() && metadata.target_groups > 0 && !forced {
        return Firewall::LeftToTargetGroups;
    }
    if matches!(state.unwrap_or(&metadata.state).as_str(), "draining" | "stopping") {
        return Firewall::Closed(Closed::State);
    }
    match (metadata.excluded || tags.excluded) && !tags.force_excluded_in_target_groups {
        true => Firewall::Closed(Closed::Excluded),
        false => Firewall::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (state, subfleet, target groups, payload excluded, tag excluded, tag force-excluded, forced, state to take)
    type Case = (&'static str, Option<&'static str>, u64, bool, bool, bool, bool, Option<&'static str>);

    fn decide((state, subfleet, target_groups, payload, tag, force_tag, forced, instead): Case) -> Firewall {
        let word = |text: &str| Word::new(text).unwrap();
        let metadata = Metadata {
            state: word(state),
            status: None,
            subfleet: subfleet.map(str::to_owned),
            target_groups,
            excluded: payload,
            instance_id: None,
        };
        let tags = Tags { group: Some("g".to_owned()), excluded: tag, force_excluded_in_target_groups: force_tag };
        firewall(&metadata, &tags, forced, instead.map(word).as_ref())
    }

    #[test]
    fn the_table_of_the_specification() {
        use Firewall::{Closed, LeftToTargetGroups, Open};
        let (state, excluded) = (Closed(super::Closed::State), Closed(super::Closed::Excluded));
        for (case, expected) in [
            // The state alone.
            (("running", None, 0, false, false, false, false, None), Open),
            (("pending", None, 0, false, false, false, false, None), Open),
            (("bounced", None, 0, false, false, false, false, None), Open),
            (("error", None, 0, false, false, false, false, None), Open),
            (("stopped", None, 0, false, false, false, false, None), Open),
            (("Draining", None, 0, false, false, false, false, None), Open),
            (("draining", None, 0, false, false, false, false, None), state),
            (("stopping", None, 0, false, false, false, false, None), state),
            // Exclusion, and what lifts it.
            (("running", None, 0, true, false, false, false, None), excluded),
            (("running", None, 0, false, true, false, false, None), excluded),
            (("running", None, 0, true, true, false, false, None), excluded),
            (("running", None, 0, true, true, true, false, None), Open),
            (("running", None, 0, false, false, true, false, None), Open),
            (("draining", None, 0, true, true, true, false, None), state),
            // Target groups drain by themselves, but not for subfleets.
            (("draining", None, 1, false, false, false, false, None), LeftToTargetGroups),
            (("running", None, 1, true, true, false, false, None), LeftToTargetGroups),
            (("running", None, 1, false, false, false, false, None), LeftToTargetGroups),
            (("draining", Some("batch"), 1, false, false, false, false, None), state),
            (("running", Some("batch"), 1, true, false, false, false, None), excluded),
            (("running", Some("batch"), 1, false, false, false, false, None), Open),
            (("draining", Some(""), 1, false, false, false, false, None), state),
            // Unless it is forced.
            (("draining", None, 1, false, false, false, true, None), state),
            (("running", None, 3, false, true, false, true, None), excluded),
            (("running", None, 1, false, false, false, true, None), Open),
            // Another state to decide by.
            (("running", None, 0, false, false, false, false, Some("draining")), state),
            (("draining", None, 0, false, false, false, false, Some("running")), Open),
            (("draining", None, 0, false, true, false, false, Some("running")), excluded),
            (("running", None, 1, false, false, false, false, Some("draining")), LeftToTargetGroups),
        ] {
            assert_eq!(decide(case), expected, "{case:?}");
        }
    }
}
