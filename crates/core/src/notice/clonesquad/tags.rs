//! The tags of an instance that CloneSquad looks at.

use super::is_true;

/// The tags of an instance that CloneSquad looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags {
    /// `clonesquad:group-name`; none: the instance is not managed by CloneSquad.
    pub group: Option<String>,
    /// `clonesquad:excluded`.
    pub excluded: bool,
    /// `clonesquad:force-excluded-instance-in-targetgroups`.
    pub force_excluded_in_target_groups: bool,
}

impl Tags {
    /// Picks them from all tags of an instance. An empty group name is none.
    pub fn from_all<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut picked = Self::default();
        for (key, value) in tags {
            match key {
                "clonesquad:group-name" => picked.group = Some(value.to_owned()).filter(|name| !name.is_empty()),
                "clonesquad:excluded" => picked.excluded = is_true(value),
                "clonesquad:force-excluded-instance-in-targetgroups" => {
                    picked.force_excluded_in_target_groups = is_true(value);
                }
                _ => {}
            }
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_spellings_are_true() {
        for (value, excluded) in [
            ("True", true),
            ("true", true),
            ("TRUE", false),
            ("1", false),
            ("yes", false),
            ("", false),
            (" true", false),
        ] {
            assert_eq!(Tags::from_all([("clonesquad:excluded", value)]).excluded, excluded, "{value}");
            let forced = [("clonesquad:force-excluded-instance-in-targetgroups", value)];
            assert_eq!(Tags::from_all(forced).force_excluded_in_target_groups, excluded, "{value}");
        }
    }

    #[test]
    fn an_instance_without_a_group_is_not_managed() {
        let group = |tags: &[(&'static str, &'static str)]| Tags::from_all(tags.iter().copied()).group;
        assert_eq!(group(&[("Name", "web"), ("clonesquad:group-name", "fleet")]).as_deref(), Some("fleet"));
        assert_eq!(group(&[("Name", "web"), ("Clonesquad:group-name", "fleet")]), None);
        assert_eq!(group(&[("clonesquad:group-name", "")]), None);
    }
}
