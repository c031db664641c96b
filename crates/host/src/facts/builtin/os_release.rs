//! `os-release(5)`.

/// Distributions that others descend from. `ID_LIKE` lists the ancestors, the closest first, often with siblings.
const FAMILIES: [&str; 7] = ["debian", "rhel", "fedora", "suse", "arch", "gentoo", "alpine"];

/// What kind of system this is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct OsRelease {
    /// `ID`, such as `ubuntu`.
    pub(super) name: Option<String>,
    /// The first known family among `ID` and `ID_LIKE`, such as `debian`; else the name.
    pub(super) family: Option<String>,
    /// `VERSION_ID`, such as `24.04`; rolling systems have none.
    pub(super) version: Option<String>,
}

impl OsRelease {
    pub(super) fn parse(text: &str) -> Self {
        let field = |name: &str| {
            let mut assigned = text.lines().rev().filter_map(|line| line.trim().split_once('='));
            assigned.find(|(key, _)| *key == name).map(|(_, value)| plain(value)).filter(|text| !text.is_empty())
        };
        let (name, like) = (field("ID"), field("ID_LIKE").unwrap_or_default());
        let known = name.iter().map(String::as_str).chain(like.split_whitespace()).find(|id| FAMILIES.contains(id));
        let family = known.map(str::to_owned).or_else(|| name.clone());
        Self { name, family, version: field("VERSION_ID") }
    }
}

/// A value without the quotes and backslashes that shells need.
fn plain(value: &str) -> String {
    let value = value.trim();
    if let Some(inner) = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return inner.to_owned();
    }
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    let mut plain = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_told_with_their_families() {
        for (text, name, family, version) in [
            ("NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_ID=\"13\"\n", "debian", "debian", Some("13")),
            ("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"", "ubuntu", "debian", Some("24.04")),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID='22'", "linuxmint", "debian", Some("22")),
            ("ID=\"amzn\"\nID_LIKE=\"centos rhel fedora\"\nVERSION_ID=\"2\"", "amzn", "rhel", Some("2")),
            ("ID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"", "amzn", "fedora", Some("2023")),
            ("ID=arch\nBUILD_ID=rolling\n", "arch", "arch", None),
            ("ID=plan\\9\n# VERSION_ID=1\n", "plan9", "plan9", None),
        ] {
            let expected = OsRelease {
                name: Some(name.to_owned()),
                family: Some(family.to_owned()),
                version: version.map(str::to_owned),
            };
            assert_eq!(OsRelease::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_said_is_not_made_up() {
        assert_eq!(OsRelease::parse("nonsense\nID=\nVERSION_ID=\"\"\n"), OsRelease::default());
    }
}
