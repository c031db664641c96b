//! The options there are, and how Python's argparse finds the one that is meant.

/// An option, in the order of the usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Name {
    ApiPollingPeriod,
    Ports,
    Config,
    ScriptDir,
    InstanceState,
    StaleContextTimeout,
    Force,
    LogFile,
    LogFileRotate,
    GenerateSystemd,
    DoNotGenerateSystemd,
}

/// How many values an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Values {
    /// Exactly one.
    One,
    /// One or more.
    Several,
    /// One, or none, which means that it is so.
    Maybe,
}

const ALL: [Name; 11] = [
    Name::ApiPollingPeriod,
    Name::Ports,
    Name::Config,
    Name::ScriptDir,
    Name::InstanceState,
    Name::StaleContextTimeout,
    Name::Force,
    Name::LogFile,
    Name::LogFileRotate,
    Name::GenerateSystemd,
    Name::DoNotGenerateSystemd,
];

/// What an argument that begins with two dashes means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meant {
    Option(Name),
    Help,
    Nothing,
    /// It is the beginning of several.
    Ambiguous(Vec<&'static str>),
}

const HELP: &str = "--help";

impl Name {
    /// As it is written on the command line.
    pub(in super::super) const fn long(self) -> &'static str {
        match self {
            Self::ApiPollingPeriod => "--api-polling-period",
            Self::Ports => "--on-draining-block-new-connections-to-ports",
            Self::Config => "--config",
            Self::ScriptDir => "--script-dir",
            Self::InstanceState => "--instance-state",
            Self::StaleContextTimeout => "--stale-context-timeout",
            Self::Force => "--force",
            Self::LogFile => "--log-file",
            Self::LogFileRotate => "--log-file-rotate",
            Self::GenerateSystemd => "--generate-systemd",
            Self::DoNotGenerateSystemd => "--do-not-generate-systemd",
        }
    }

    /// As it is written in the configuration file.
    pub(in super::super) fn key(self) -> String {
        self.long().trim_start_matches('-').replace('-', "_")
    }

    /// The option of this key.
    pub(in super::super) fn of_key(key: &str) -> Option<Self> {
        ALL.into_iter().find(|name| name.key() == key)
    }

    pub(super) const fn values(self) -> Values {
        match self {
            Self::Ports => Values::Several,
            Self::Force | Self::DoNotGenerateSystemd => Values::Maybe,
            _ => Values::One,
        }
    }
}

/// The option of this name, or the only one that begins so.
pub(super) fn meant(text: &str) -> Meant {
    let longs = || std::iter::once(HELP).chain(ALL.map(Name::long));
    let candidates: Vec<_> = match longs().find(|long| *long == text) {
        Some(long) => vec![long],
        None => longs().filter(|long| long.starts_with(text)).collect(),
    };
    match candidates[..] {
        [] => Meant::Nothing,
        [HELP] => Meant::Help,
        [long] => ALL.into_iter().find(|name| name.long() == long).map_or(Meant::Nothing, Meant::Option),
        _ => Meant::Ambiguous(candidates),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_enough_when_it_is_of_one_option_alone() {
        assert_eq!(meant("--api"), Meant::Option(Name::ApiPollingPeriod));
        assert_eq!(meant("--on"), Meant::Option(Name::Ports));
        assert_eq!(meant("--h"), Meant::Help);
        assert_eq!(meant("--log-file"), Meant::Option(Name::LogFile), "a whole name is no beginning");
        assert_eq!(meant("--log-file-"), Meant::Option(Name::LogFileRotate));
        assert_eq!(meant("--s"), Meant::Ambiguous(vec!["--script-dir", "--stale-context-timeout"]));
        assert_eq!(meant("--verbose"), Meant::Nothing);
        assert_eq!(meant("--api-polling-periods"), Meant::Nothing);
    }

    #[test]
    fn keys_are_names_with_underscores() {
        for name in ALL {
            assert_eq!(Name::of_key(&name.key()), Some(name));
        }
        assert_eq!(Name::LogFileRotate.key(), "log_file_rotate");
        assert_eq!(Name::of_key("log-file-rotate"), None);
    }
}
