//! What an agent does for whom. Nothing that no rule allows.
//!
//! ```toml
//! open = ["ping", "facts"]              # what every trusted caller may ask without a rule; this is the default
//!
//! [[allow]]
//! name = "restarts"                     # for audits; its number otherwise
//! callers = ["deploy-*", "ops"]
//! actions = ["argv"]
//! commands = ["systemctl restart *", "apt-get install -y nginx"]
//! where = "role=web and not canary"
//! ```
//!
//! A rule allows a request when all that it says is met: `callers`, `actions`, `where` (a filter over the node's facts),
//! and for commands also
//!
//! - `commands`: for `argv`. One pattern for each argument, the program's included; `*` is any text, also with blanks;
//!   `**` at the end is any further arguments. Neither stands for an argument that begins with `-`, for options can make
//!   anything of a command: `-*` does.
//! - `patterns`: for `argv` and `shell`. Regular expressions for the whole line; of `argv` the arguments as a shell would
//!   quote them. A line with a line break matches none: to a shell it is two commands.
//! - `scripts`: for `script`. `sha256:` and the digest of the text; the arguments are free.
//! - `users`: as whom commands run; a request that names nobody asks for the agent's own user.
//! - `variables`, `directories`: which variables, and which directory, a request may set. `*` is no `/` in directories.
//! - `stdin`: whether a request may give the command something to read.
//!
//! A rule with none of `commands`, `patterns` and `scripts` allows every command of its actions. One that has some must
//! have one for each of its actions, so that none is open by oversight; and lets requests name no user but the agent's own,
//! set no variables and no directory, and give nothing to read, unless it says so: `PATH` alone makes another command of
//! the same words.
//!
//! - `read`: the file. `rule`: what one rule says of a request. `words`, `line`: patterns for commands.
//!   `directories`: for directories. `names`: for names.

mod directories;
mod line;
mod names;
mod read;
mod rule;
mod words;

use super::request::Action;
use super::trust::CallerName;
use crate::facts::Facts;
pub(super) use directories::is_plain;
use rule::Rule;

/// What `open` holds where the file does not say.
const OPEN: [Word; 2] = [Word::Ping, Word::Facts];

/// Kinds of actions, as the file names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Ping,
    Facts,
    Argv,
    Shell,
    Script,
}

impl Word {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::Facts => "facts",
            Self::Argv => "argv",
            Self::Shell => "shell",
            Self::Script => "script",
        }
    }
}

/// The rules of a node.
#[derive(Debug, Clone)]
pub struct Policy {
    open: Vec<Word>,
    rules: Vec<Rule>,
}

/// What is asked of a node.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// By whom.
    pub caller: &'a CallerName,
    /// What.
    pub action: &'a Action,
    /// As whom commands run when nobody is named.
    pub own_user: &'a str,
    /// What the node knows of itself. None before that was read in full: then no rule with `where` is met, for `not` and
    /// a fact that is missing would meet it.
    pub facts: Option<&'a Facts>,
}

/// What the policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It may be done, by this rule.
    Allowed(String),
    /// It must not be done, and why.
    Denied(String),
}

impl Default for Policy {
    /// That of an empty file: every trusted caller may ping and ask for facts, and nobody may run anything.
    fn default() -> Self {
        Self { open: OPEN.to_vec(), rules: Vec::new() }
    }
}

impl Policy {
    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether some rule looks at the facts of the node.
    pub fn depends_on_facts(&self) -> bool {
        self.rules.iter().any(|rule| rule.filter.is_some())
    }

    /// Whether this may be done. The first rule that allows it is told; of those that do not, the one that comes nearest.
    pub fn decide(&self, asked: Asked<'_>) -> Decision {
        let word = asked.action.word();
        if self.open.iter().any(|open| open.as_str() == word) {
            return Decision::Allowed("open".to_owned());
        }
        let mut nearest: Option<(rule::Unmet, &Rule)> = None;
        for rule in &self.rules {
            match rule.meets(asked) {
                Ok(()) => return Decision::Allowed(rule.name.clone()),
                Err(unmet) if nearest.as_ref().is_none_or(|(before, _)| unmet > *before) => {
                    nearest = Some((unmet, rule));
                }
                Err(_) => {}
            }
        }
        Decision::Denied(match nearest {
            Some((unmet, rule)) if unmet != rule::Unmet::Caller => {
                format!("no rule allows this {word} to {}; the nearest, '{}': {unmet}", asked.caller, rule.name)
            }
            _ => format!("no rule allows anything to {}", asked.caller),
        })
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
