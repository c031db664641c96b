//! Options as Python's `getopt.getopt` reads them: short ones may stand together, long ones may be cut short as long
//! as they stay unmistakable, values are attached or the next argument. Reading ends at the first argument that is no
//! option.

use std::slice::Iter;

/// An option. Several may mean the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<M> {
    /// As it is written, without dashes: one letter, or a word.
    pub(super) name: &'static str,
    /// Whether a value belongs to it.
    pub(super) has_value: bool,
    /// What it is for.
    pub(super) meaning: M,
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read<M> {
    /// The options in their order, each with its value.
    pub(super) options: Vec<(M, Option<String>)>,
    /// What follows them.
    pub(super) arguments: Vec<String>,
}

/// Reads the arguments after the program's name.
///
/// # Errors
/// What is wrong, in the words of getopt.
pub(super) fn read<M: Copy>(known: &[Known<M>], arguments: &[String]) -> Result<Read<M>, String> {
    let mut read = Read { options: Vec::new(), arguments: Vec::new() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.as_slice().first() {
        if !argument.starts_with('-') || argument == "-" {
            break;
        }
        rest.next();
        if argument == "--" {
            break;
        }
        match argument.strip_prefix("--") {
            Some(long) => read.options.push(take_long(known, long, &mut rest)?),
            None => take_letters(known, &argument[1..], &mut rest, &mut read.options)?,
        }
    }
    read.arguments = rest.cloned().collect();
    Ok(read)
}

fn take_long<M: Copy>(
    known: &[Known<M>],
    argument: &str,
    rest: &mut Iter<'_, String>,
) -> Result<(M, Option<String>), String> {
    let (name, attached) = match argument.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (argument, None),
    };
    let option = by_beginning(known, name)?;
    let Known { name, has_value, meaning } = *option;
    match (has_value, attached) {
        (false, None) => Ok((meaning, None)),
        (false, Some(_)) => Err(format!("option --{name} must not have an argument")),
        (true, attached) => match attached.or_else(|| rest.next().cloned()) {
            None => Err(format!("option --{name} requires argument")),
            value => Ok((meaning, value)),
        },
    }
}

/// The word of this name, or the only one that begins so.
fn by_beginning<'a, M>(known: &'a [Known<M>], name: &str) -> Result<&'a Known<M>, String> {
    let words = || known.iter().filter(|option| option.name.len() > 1);
    if let Some(exact) = words().find(|option| option.name == name) {
        return Ok(exact);
    }
    let mut beginning = words().filter(|option| option.name.starts_with(name));
    match (beginning.next(), beginning.next()) {
        (Some(option), None) => Ok(option),
        (None, _) => Err(format!("option --{name} not recognized")),
        _ => Err(format!("option --{name} not a unique prefix")),
    }
}

/// Letters that stand together, of which the first that takes a value has the rest for it.
fn take_letters<M: Copy>(
    known: &[Known<M>],
    together: &str,
    rest: &mut Iter<'_, String>,
    options: &mut Vec<(M, Option<String>)>,
) -> Result<(), String> {
    let mut letters = together.char_indices();
    while let Some((place, letter)) = letters.next() {
        let name = &together[place..place + letter.len_utf8()];
        let found = known.iter().find(|option| option.name == name);
        let option = found.ok_or_else(|| format!("option -{name} not recognized"))?;
        if !option.has_value {
            options.push((option.meaning, None));
            continue;
        }
        let attached = Some(letters.as_str().to_owned()).filter(|value| !value.is_empty());
        let value = attached.or_else(|| rest.next().cloned());
        options.push((option.meaning, Some(value.ok_or_else(|| format!("option -{name} requires argument"))?)));
        break;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Known<char>; 5] = [
        Known { name: "h", has_value: false, meaning: 'h' },
        Known { name: "c", has_value: true, meaning: 'c' },
        Known { name: "command", has_value: true, meaning: 'c' },
        Known { name: "count", has_value: false, meaning: 'n' },
        Known { name: "counter", has_value: false, meaning: 'r' },
    ];

    type Options = Vec<(char, Option<String>)>;

    fn read_all(words: &[&str]) -> Result<(Options, Vec<String>), String> {
        let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
        read(&KNOWN, &words).map(|read| (read.options, read.arguments))
    }

    #[test]
    fn a_value_is_attached_or_the_next_argument() {
        for words in [&["-c", "a b"][..], &["-ca b"], &["--command", "a b"], &["--command=a b"], &["--com", "a b"]] {
            assert_eq!(read_all(words), Ok((vec![('c', Some("a b".to_owned()))], Vec::new())), "{words:?}");
        }
        assert_eq!(read_all(&["-hc-h"]), Ok((vec![('h', None), ('c', Some("-h".to_owned()))], Vec::new())));
        assert_eq!(read_all(&["--command="]), Ok((vec![('c', Some(String::new()))], Vec::new())));
    }

    #[test]
    fn reading_ends_at_the_first_argument_that_is_no_option() {
        let rest = |words: &[&str]| read_all(words).unwrap().1;
        assert_eq!(rest(&["-h", "a", "-c", "b"]), ["a", "-c", "b"]);
        assert_eq!(rest(&["-h", "--", "-c"]), ["-c"]);
        assert_eq!(rest(&["-", "-h"]), ["-", "-h"]);
    }

    #[test]
    fn a_whole_name_is_no_beginning() {
        assert_eq!(read_all(&["--count"]).unwrap().0, [('n', None)]);
        assert_eq!(read_all(&["--counte"]).unwrap().0, [('r', None)]);
    }

    #[test]
    fn what_is_wrong_is_told_in_the_words_of_getopt() {
        for (words, why) in [
            (&["-x"][..], "option -x not recognized"),
            (&["-hé"], "option -é not recognized"),
            (&["-c"], "option -c requires argument"),
            (&["--nix"], "option --nix not recognized"),
            (&["--co", "a"], "option --co not a unique prefix"),
            (&["--command"], "option --command requires argument"),
            (&["--count=1"], "option --count must not have an argument"),
            (&["--c=1"], "option --c not a unique prefix"),
        ] {
            assert_eq!(read_all(words), Err(why.to_owned()), "{words:?}");
        }
    }
}
