//! The options, as Python's optparse reads them for elbadmin: anywhere among the arguments, long ones cut short as
//! long as they stay unmistakable, values attached or in the next argument.

use std::vec::IntoIter;

/// What an option is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Help,
    Version,
    Zone,
    Listener,
    Region,
}

/// Each option's long name, its letter, and what it is for; by name, as optparse lists them.
const OPTIONS: [(&str, Option<char>, Meaning); 5] = [
    ("--help", Some('h'), Meaning::Help),
    ("--listener", Some('l'), Meaning::Listener),
    ("--region", Some('r'), Meaning::Region),
    ("--version", None, Meaning::Version),
    ("--zone", Some('z'), Meaning::Zone),
];

/// What was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) zones: Vec<String>,
    pub(super) listeners: Vec<String>,
    /// The last one given.
    pub(super) region: Option<String>,
    /// What is no option.
    pub(super) arguments: Vec<String>,
}

/// Why nothing more is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Help,
    Version,
    /// What is wrong, in the words of optparse.
    Wrong(String),
}

/// Reads the arguments after the program's name.
pub(super) fn read(arguments: Vec<String>) -> Result<Words, Stop> {
    let mut words = Words::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            words.arguments.extend(rest);
            break;
        } else if argument.starts_with("--") {
            words.take_long(&argument, &mut rest)?;
        } else if argument.starts_with('-') && argument.len() > 1 {
            words.take_letters(&argument[1..], &mut rest)?;
        } else {
            words.arguments.push(argument);
        }
    }
    Ok(words)
}

impl Words {
    fn take_long(&mut self, argument: &str, rest: &mut IntoIter<String>) -> Result<(), Stop> {
        let (given, attached) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument, None),
        };
        let (name, meaning) = by_name(given)?;
        match (meaning.takes_value(), attached) {
            (false, Some(_)) => Err(Stop::Wrong(format!("{name} option does not take a value"))),
            (false, None) => self.take(name, meaning, None),
            (true, attached) => self.take(name, meaning, attached.or_else(|| rest.next())),
        }
    }

    /// Letters that stand together, of which the first that takes a value has the rest for it.
    fn take_letters(&mut self, together: &str, rest: &mut IntoIter<String>) -> Result<(), Stop> {
        let mut letters = together.chars();
        while let Some(letter) = letters.next() {
            let name = format!("-{letter}");
            let found = OPTIONS.iter().find(|(_, known, _)| *known == Some(letter));
            let Some((_, _, meaning)) = found else { return Err(unknown(&name)) };
            if meaning.takes_value() {
                let attached = Some(letters.as_str().to_owned()).filter(|value| !value.is_empty());
                return self.take(&name, *meaning, attached.or_else(|| rest.next()));
            }
            self.take(&name, *meaning, None)?;
        }
        Ok(())
    }

    fn take(&mut self, name: &str, meaning: Meaning, value: Option<String>) -> Result<(), Stop> {
        match (meaning, value) {
            (Meaning::Help, _) => return Err(Stop::Help),
            (Meaning::Version, _) => return Err(Stop::Version),
            (Meaning::Zone, Some(value)) => self.zones.push(value),
            (Meaning::Listener, Some(value)) => self.listeners.push(value),
            (Meaning::Region, Some(value)) => self.region = Some(value),
            (_, None) => return Err(Stop::Wrong(format!("{name} option requires 1 argument"))),
        }
        Ok(())
    }
}

impl Meaning {
    const fn takes_value(self) -> bool {
        matches!(self, Self::Zone | Self::Listener | Self::Region)
    }
}

/// The option of this name, or the only one whose name begins with it.
fn by_name(given: &str) -> Result<(&'static str, Meaning), Stop> {
    let beginning: Vec<_> = OPTIONS.iter().filter(|(name, ..)| name.starts_with(given)).collect();
    match beginning[..] {
        [(name, _, meaning)] => Ok((name, *meaning)),
        [] => Err(unknown(given)),
        _ => {
            let names: Vec<_> = beginning.iter().map(|(name, ..)| *name).collect();
            Err(Stop::Wrong(format!("ambiguous option: {given} ({}?)", names.join(", "))))
        }
    }
}

fn unknown(name: &str) -> Stop {
    Stop::Wrong(format!("no such option: {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(words: &[&str]) -> Result<Words, Stop> {
        read(words.iter().copied().map(str::to_owned).collect())
    }

    #[test]
    fn a_value_stands_behind_its_option_or_is_attached_to_it() {
        for words in [
            &["-z", "a", "-l", "80,8080,HTTP", "-r", "eu", "get", "web"][..],
            &["-za", "-l80,8080,HTTP", "-reu", "get", "web"],
            &["--zone", "a", "--listener", "80,8080,HTTP", "--region", "eu", "get", "web"],
            &["--zone=a", "--listener=80,8080,HTTP", "--region=eu", "get", "web"],
            &["--z=a", "--li", "80,8080,HTTP", "--reg=eu", "get", "web"],
            &["get", "-z", "a", "web", "-reu", "-l", "80,8080,HTTP"],
            &["-r", "us", "get", "-za", "-l80,8080,HTTP", "-reu", "--", "web"],
        ] {
            let read = read_all(words).unwrap();
            assert_eq!((&*read.zones, &*read.listeners), (&["a".to_owned()][..], &["80,8080,HTTP".to_owned()][..]));
            assert_eq!((read.region.as_deref(), &*read.arguments), (Some("eu"), &["get".into(), "web".into()][..]));
        }
    }

    #[test]
    fn a_value_may_look_like_an_option() {
        let read = read_all(&["-z", "-l", "--zone", "--", "--zone=", "-z=a", "-", "--", "-z", "--"]).unwrap();
        assert_eq!(read.zones, ["-l", "--", "", "=a"]);
        assert_eq!(read.arguments, ["-", "-z", "--"]);
    }

    #[test]
    fn help_and_version_come_before_what_is_wrong_behind_them() {
        assert_eq!(read_all(&["get", "-h", "--nix"]), Err(Stop::Help));
        assert_eq!(read_all(&["--he", "-x"]), Err(Stop::Help));
        assert_eq!(read_all(&["--v"]), Err(Stop::Version));
        assert_eq!(read_all(&["-hx"]), Err(Stop::Help));
    }

    #[test]
    fn what_is_wrong_is_told_in_the_words_of_optparse() {
        for (words, why) in [
            (&["-x"][..], "no such option: -x"),
            (&["-xh"], "no such option: -x"),
            (&["-1"], "no such option: -1"),
            (&["--nix=1"], "no such option: --nix"),
            (&["--zones", "a"], "no such option: --zones"),
            (&["--=a"], "ambiguous option: -- (--help, --listener, --region, --version, --zone?)"),
            (&["-z"], "-z option requires 1 argument"),
            (&["get", "--zon"], "--zone option requires 1 argument"),
            (&["--hel=1"], "--help option does not take a value"),
        ] {
            assert_eq!(read_all(words), Err(Stop::Wrong(why.to_owned())), "{words:?}");
        }
    }
}
