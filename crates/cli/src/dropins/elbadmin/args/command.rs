//! What is to be done: the command's word, in any case, and its arguments.

use std::fmt::Display;
use std::str::FromStr;
use std::vec::IntoIter;

use bellwether_core::balancer::{BalancerName, InstanceId, Invalid, Listener, ZoneName, parse_elbadmin_listener};

use super::optparse::Words;

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Command {
    List,
    Create {
        name: BalancerName,
        zones: Vec<ZoneName>,
        listeners: Vec<Listener>,
    },
    /// Something with the load balancer of this name, if there is one.
    With(String, Action),
    /// Nothing, for want of what this says: elbadmin then ends with this status.
    Lacks(String, u8),
}

/// What can be done with a load balancer.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Action {
    Get,
    Delete,
    Add(Vec<InstanceId>),
    Remove(Vec<InstanceId>),
    Reap,
    Enable(ZoneName),
    Disable(ZoneName),
    AddListeners(Vec<Listener>),
    RemoveListeners(Vec<u16>),
}

/// elbadmin's statuses for a missing option and for missing ports.
const OPTION_MISSING: u8 = 1;
const PORT_MISSING: u8 = 2;

/// The command that the words make; none for no words.
pub(super) fn command(words: Words) -> Result<Option<Command>, String> {
    let Words { zones, listeners, arguments, .. } = words;
    let mut rest = Rest(arguments.into_iter());
    let Some(word) = rest.0.next() else { return Ok(None) };
    let word = word.to_lowercase();
    if let Some(lack) = lack(&word, &zones, &listeners, rest.0.as_slice()) {
        return Ok(Some(lack));
    }
    if matches!(word.as_str(), "list" | "ls") {
        return rest.end(Command::List).map(Some);
    }
    let name = |rest: &mut Rest| rest.one(&word, "the name of a load balancer");
    let action = match word.as_str() {
        "create" => {
            let name = parsed(&name(&mut rest)?)?;
            let (zones, listeners) = (all(&zones)?, all_listeners(&listeners)?);
            return rest.end(Command::Create { name, zones, listeners }).map(Some);
        }
        "get" | "delete" | "add" | "put" | "rm" | "remove" | "reap" | "en" | "enable" | "disable" | "addl" | "rml" => {
            let name = name(&mut rest)?;
            Command::With(name, action(&word, &listeners, &mut rest)?)
        }
        unknown => return Err(format!("'{}' is not a command", unknown.escape_debug())),
    };
    rest.end(action).map(Some)
}

/// What elbadmin misses first, even before it looks for a name.
fn lack(word: &str, zones: &[String], listeners: &[String], rest: &[String]) -> Option<Command> {
    let (what, status) = match word {
        "create" | "addl" if listeners.is_empty() => (format!("-l option required for command {word}"), OPTION_MISSING),
        "create" if zones.is_empty() => (format!("-z option required for command {word}"), OPTION_MISSING),
        "rml" if rest.len() < 2 => ("port required".to_owned(), PORT_MISSING),
        _ => return None,
    };
    Some(Command::Lacks(what, status))
}

fn action(word: &str, listeners: &[String], rest: &mut Rest) -> Result<Action, String> {
    Ok(match word {
        "delete" => Action::Delete,
        "add" | "put" => Action::Add(rest.all(word, "the ids of instances")?),
        "rm" | "remove" => Action::Remove(rest.all(word, "the ids of instances")?),
        "reap" => Action::Reap,
        "en" | "enable" => Action::Enable(parsed(&rest.one(word, "a zone")?)?),
        "disable" => Action::Disable(parsed(&rest.one(word, "a zone")?)?),
        "addl" => Action::AddListeners(all_listeners(listeners)?),
        "rml" => Action::RemoveListeners(rest.ports()?),
        _ => Action::Get,
    })
}

/// The arguments behind the command's word.
struct Rest(IntoIter<String>);

impl Rest {
    fn one(&mut self, word: &str, what: &str) -> Result<String, String> {
        let next = self.0.next().filter(|argument| !argument.is_empty());
        next.ok_or_else(|| format!("'{word}' must be followed by {what}"))
    }

    fn all<T: FromStr<Err: Display>>(&mut self, word: &str, what: &str) -> Result<Vec<T>, String> {
        let given: Vec<String> = self.0.by_ref().collect();
        match given.is_empty() {
            true => Err(format!("'{word}' and the name must be followed by {what}")),
            false => all(&given),
        }
    }

    fn ports(&mut self) -> Result<Vec<u16>, String> {
        let port = |text: String| {
            let port = text.parse().ok().filter(|port| *port > 0);
            port.ok_or_else(|| format!("'{}' is not a port; give 1 to 65535", text.escape_debug()))
        };
        self.0.by_ref().map(port).collect()
    }

    /// The command, when nothing is left that it would leave out.
    fn end(mut self, command: Command) -> Result<Command, String> {
        match self.0.next() {
            Some(left) => Err(format!("'{}' is one argument too many", left.escape_debug())),
            None => Ok(command),
        }
    }
}

fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn all<T: FromStr<Err: Display>>(texts: &[String]) -> Result<Vec<T>, String> {
    texts.iter().map(|text| parsed(text)).collect()
}

fn all_listeners(texts: &[String]) -> Result<Vec<Listener>, String> {
    let listener = |text: &String| parse_elbadmin_listener(text).map_err(|error: Invalid| error.to_string());
    texts.iter().map(listener).collect()
}
