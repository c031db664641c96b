//! The command line, by the rules of Python's getopt: short options may be written together, long ones shortened.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

/// How the program is called, and what `--help` prints.
pub(super) const USAGE: &str = "\
usage: ec2-cagent [-f | -s] [-l PATH] [-p PATH]

Takes the commands that ec2-cmaster sends to this environment's queue, runs
those that are meant for this host, and answers. Without -f or -s it goes to
the background.

options:
  -f, --foreground    stay in the foreground, and log to standard output
  -s, --supervisor    stay in the foreground, and log to the log file, as
                      supervisord wants it
  -l, --logfile PATH  the log file
                      (default: /var/log/ec2_collective/ec2-cagent.log)
  -p, --pidfile PATH  the file with the process id
                      (default: /run/ec2-cagent.pid, for root)
  -h, --help          show this help and exit

The configuration is /etc/ec2_collective/ec2-cagent.json.
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Help,
    Run(Options),
    /// It cannot be understood, and why.
    Wrong(String),
}

/// How the agent is to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) place: Place,
    pub(super) log_file: Option<PathBuf>,
    pub(super) pid_file: Option<PathBuf>,
}

/// Where the agent runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// Away from the terminal.
    #[default]
    Background,
    /// In the foreground, with its log on standard output.
    Foreground,
    /// In the foreground, with its log in the file.
    Supervised,
}

/// An option by its letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Foreground,
    Supervisor,
    Help,
    LogFile,
    PidFile,
}

const NAMES: [(Name, u8, &str); 5] = [
    (Name::Foreground, b'f', "foreground"),
    (Name::Supervisor, b's', "supervisor"),
    (Name::Help, b'h', "help"),
    (Name::LogFile, b'l', "logfile"),
    (Name::PidFile, b'p', "pidfile"),
];

impl Name {
    const fn has_value(self) -> bool {
        matches!(self, Self::LogFile | Self::PidFile)
    }
}

/// Reads the arguments after the program's name.
pub(super) fn parse(arguments: &[OsString]) -> Parsed {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let given = match argument.as_bytes() {
            [b'-', b'-', name @ ..] if !name.is_empty() => long(name),
            [b'-', letters @ ..] if !letters.is_empty() && letters != b"-" => short(letters),
            _ => Err(format!("'{}' is not an option; there are no other arguments", argument.display())),
        };
        let given = match given {
            Ok(given) => given,
            Err(why) => return Parsed::Wrong(why),
        };
        for (name, attached) in given {
            let value = match name.has_value() {
                false => OsString::new(),
                true => match attached.or_else(|| rest.next().cloned()).filter(|value| !value.is_empty()) {
                    Some(value) => value,
                    None => return Parsed::Wrong(format!("option {} requires a path", argument.display())),
                },
            };
            match name {
                Name::Help => return Parsed::Help,
                Name::Foreground if options.place == Place::Background => options.place = Place::Foreground,
                Name::Foreground => {}
                Name::Supervisor => options.place = Place::Supervised,
                Name::LogFile => options.log_file = Some(value.into()),
                Name::PidFile => options.pid_file = Some(value.into()),
            }
        }
    }
    Parsed::Run(options)
}

/// Options, each with the value that is attached to it.
type Given = Vec<(Name, Option<OsString>)>;

/// `--logfile=PATH`, or `--log` for short.
fn long(argument: &[u8]) -> Result<Given, String> {
    let (name, value) = match argument.iter().position(|&byte| byte == b'=') {
        Some(at) => (&argument[..at], Some(OsString::from_vec(argument[at + 1..].to_vec()))),
        None => (argument, None),
    };
    let shown = OsStr::from_bytes(name).display();
    let meant: Vec<_> = NAMES.iter().filter(|(_, _, long)| long.as_bytes().starts_with(name)).collect();
    match (&meant[..], &value) {
        ([(name, _, _)], Some(_)) if !name.has_value() => Err(format!("option --{shown} must not have a value")),
        ([(name, _, _)], _) => Ok(vec![(*name, value)]),
        ([], _) => Err(format!("option --{shown} not recognized")),
        _ => Err(format!("option --{shown} not a unique prefix")),
    }
}

/// `-fl PATH`, or `-lPATH`.
fn short(letters: &[u8]) -> Result<Given, String> {
    let mut given = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        let Some((name, _, _)) = NAMES.iter().find(|(_, known, _)| known == letter) else {
            return Err(format!("option -{} not recognized", letter.escape_ascii()));
        };
        if name.has_value() {
            let attached = OsString::from_vec(letters[at + 1..].to_vec());
            given.push((*name, (!attached.is_empty()).then_some(attached)));
            break;
        }
        given.push((*name, None));
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Parsed {
        parse(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    fn options(place: Place, log_file: Option<&str>, pid_file: Option<&str>) -> Parsed {
        Parsed::Run(Options { place, log_file: log_file.map(Into::into), pid_file: pid_file.map(Into::into) })
    }

    #[test]
    fn options_are_read_as_getopt_reads_them() {
        assert_eq!(parsed(&[]), options(Place::Background, None, None));
        assert_eq!(parsed(&["-f"]), options(Place::Foreground, None, None));
        assert_eq!(parsed(&["-fl", "x.log", "-p/run/x"]), options(Place::Foreground, Some("x.log"), Some("/run/x")));
        assert_eq!(parsed(&["--logfile=a", "--pid", "b"]), options(Place::Background, Some("a"), Some("b")));
        assert_eq!(parsed(&["-l", "a", "-l", "b"]), options(Place::Background, Some("b"), None));
    }

    #[test]
    fn a_supervisor_has_its_log_in_the_file_whatever_else_is_given() {
        for words in [&["-s"][..], &["--supervisor"], &["-fs"], &["-sf"], &["-s", "--fore"]] {
            assert_eq!(parsed(words), options(Place::Supervised, None, None), "{words:?}");
        }
    }

    #[test]
    fn help_needs_nothing_else() {
        assert_eq!(parsed(&["-h"]), Parsed::Help);
        assert_eq!(parsed(&["-f", "--help", "-x"]), Parsed::Help);
    }

    #[test]
    fn what_cannot_be_understood_is_said() {
        for words in [&["-x"][..], &["start"], &["-l"], &["-l", ""], &["--foreground=yes"], &["--no"], &["-"], &["--"]]
        {
            assert!(matches!(parsed(words), Parsed::Wrong(_)), "{words:?}");
        }
    }
}
