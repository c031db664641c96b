//! The command line of clustercron: its options stop at `elb` or `alb`, and all after the name is the command.

use std::ffi::{OsStr, OsString};

use bellwether_core::roster::GroupRef;

/// What `--help` prints, after the manual of 1.0.1.
pub(super) const USAGE: &str = "\
Clustercron, cluster cronjob wrapper.

Usage:
    clustercron [options] elb <load_balancer_name> [<cron_command>]
    clustercron [options] alb <target_group_name> [<cron_command>]
    clustercron -h | --help
    clustercron --version

Options:
    -v --verbose  Info logging. Add extra `-v` for debug logging.
    -s --syslog   Log to (local) syslog.
    -c --cache    Cache output from master check.
    -o --output   Output stdout and stderr from <cron_command>.

Clustercron runs a cron job on one node of a load balancer: the first, by
instance id, of those that are healthy. All that follows the name is the
command; it is executed directly, without a shell.

Without a <cron_command> it only tells whether this node is that one (the
`master`): the exit status is then 0, else 1.
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Help,
    Version,
    Run(Options),
    /// It cannot be understood, and why.
    Wrong(String),
}

/// The kind of load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Elb,
    Alb,
}

/// The options before the kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// 0: errors, 1: info, 2 and more: debug.
    pub(super) verbose: u8,
    pub(super) syslog: bool,
    pub(super) cache: bool,
    pub(super) output: bool,
}

/// A request to choose and run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) flags: Flags,
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) command: Vec<OsString>,
}

impl Kind {
    /// As it is written on the command line.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Elb => "elb",
            Self::Alb => "alb",
        }
    }

    /// The logger that speaks of it.
    pub(super) const fn logger(self) -> &'static str {
        match self {
            Self::Elb => "clustercron.elb",
            Self::Alb => "clustercron.alb",
        }
    }
}

impl Options {
    /// The group to choose from.
    pub(super) fn group(&self) -> GroupRef {
        match self.kind {
            Kind::Elb => GroupRef::Elb(self.name.clone()),
            Kind::Alb => GroupRef::Alb(self.name.clone()),
        }
    }
}

/// Reads the arguments after the program's name.
pub(super) fn parse(arguments: &[OsString]) -> Parsed {
    let mut flags = Flags::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let letters = match argument.to_str() {
            Some("elb") => return selected(flags, Kind::Elb, rest.as_slice()),
            Some("alb") => return selected(flags, Kind::Alb, rest.as_slice()),
            Some("--help") => return Parsed::Help,
            Some("--version") => return Parsed::Version,
            Some("--verbose") => "v",
            Some("--syslog") => "s",
            Some("--cache") => "c",
            Some("--output") => "o",
            Some(text) if text.len() > 1 && text.starts_with('-') && !text.starts_with("--") => &text[1..],
            _ => return unknown(argument),
        };
        for letter in letters.chars() {
            match letter {
                'h' => return Parsed::Help,
                'v' => flags.verbose = flags.verbose.saturating_add(1),
                's' => flags.syslog = true,
                'c' => flags.cache = true,
                'o' => flags.output = true,
                _ => return unknown(argument),
            }
        }
    }
    Parsed::Wrong("neither 'elb' nor 'alb' is given".to_owned())
}

fn unknown(argument: &OsStr) -> Parsed {
    let text = argument.to_string_lossy();
    let kind = if text.starts_with('-') { "an option" } else { "'elb' or 'alb'" };
    Parsed::Wrong(format!("'{text}' is not {kind} of clustercron"))
}

fn selected(flags: Flags, kind: Kind, rest: &[OsString]) -> Parsed {
    let Some((name, command)) = rest.split_first() else {
        return Parsed::Wrong(format!("'{}' must be followed by a name", kind.as_str()));
    };
    let Some(name) = name.to_str().filter(|name| !name.is_empty()) else {
        return Parsed::Wrong("the name is not usable text".to_owned());
    };
    if name.starts_with('-') {
        return Parsed::Wrong(format!("'{name}' is not a name; options come before '{}'", kind.as_str()));
    }
    if let Some(first) = command.first().filter(|first| first.as_encoded_bytes().starts_with(b"-")) {
        let (first, kind) = (first.to_string_lossy(), kind.as_str());
        return Parsed::Wrong(format!("the command cannot start with '{first}'; options come before '{kind}'"));
    }
    Parsed::Run(Options { flags, kind, name: name.to_owned(), command: command.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Parsed {
        parse(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    fn options(words: &[&str]) -> Options {
        match parsed(words) {
            Parsed::Run(options) => options,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn options_stop_at_the_kind_and_the_command_keeps_its_own() {
        let options = options(&["-v", "--syslog", "-c", "-o", "-v", "elb", "mylb", "ls", "-v", "--help", "elb"]);
        assert_eq!(options.flags, Flags { verbose: 2, syslog: true, cache: true, output: true });
        assert_eq!((options.kind, options.name.as_str()), (Kind::Elb, "mylb"));
        assert_eq!(options.command, ["ls", "-v", "--help", "elb"]);
    }

    #[test]
    fn short_options_may_be_written_together() {
        let options = options(&["-vvs", "alb", "mytg"]);
        assert_eq!((options.flags, options.kind), (Flags { verbose: 2, syslog: true, ..Flags::default() }, Kind::Alb));
    }

    #[test]
    fn what_1_0_1_dropped_in_silence_is_a_usage_error() {
        for words in [
            &["-x", "elb", "mylb"][..],
            &["--verbos", "elb", "mylb"],
            &["elb", "mylb", "-x"],
            &["elb", "mylb", "--", "true"],
            &["elb", "-v", "true"],
            &["nlb", "mylb"],
            &["elb"],
            &["-v"],
            &[],
        ] {
            assert!(matches!(parsed(words), Parsed::Wrong(_)), "{words:?}");
        }
    }

    #[test]
    fn help_and_version_need_nothing_else() {
        assert_eq!(parsed(&["-h"]), Parsed::Help);
        assert_eq!(parsed(&["-v", "--help", "elb"]), Parsed::Help);
        assert_eq!(parsed(&["--version"]), Parsed::Version);
    }
}
