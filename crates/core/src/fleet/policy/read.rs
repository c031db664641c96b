//! The file of the policy.

use serde::Deserialize;

use super::directories::Directory;
use super::line::line;
use super::names::Names;
use super::rule::{DIGEST, Only, Rule};
use super::words::Words;
use super::{OPEN, Policy, Word};
use crate::filter::Filter;
use crate::fleet::problems::{Problems, in_one_line, table, tables};

/// The most rules.
const MOST_RULES: usize = 1_000;
/// What stands before a digest.
const SHA256: &str = "sha256:";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: Option<String>,
    callers: Vec<String>,
    actions: Vec<Word>,
    commands: Option<Vec<String>>,
    patterns: Option<Vec<String>>,
    scripts: Option<Vec<String>>,
    users: Option<Vec<String>>,
    variables: Option<Vec<String>>,
    directories: Option<Vec<String>>,
    stdin: Option<bool>,
    r#where: Option<String>,
}

impl Policy {
    /// Reads the file.
    ///
    /// # Errors
    /// With everything that is wrong in it: by a file that is wrong somewhere nothing is allowed.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let mut table = table(text)?;
        let open = match table.remove("open") {
            None => OPEN.to_vec(),
            Some(value) => open(value).unwrap_or_else(|problem| {
                problems.push(problem);
                Vec::new()
            }),
        };
        let rows = tables(table, "allow", &mut problems);
        if rows.len() > MOST_RULES {
            problems.push(format!("there are {} rules; at most {MOST_RULES} are allowed", rows.len()));
        }
        let mut rules = Vec::new();
        for (place, row) in rows.into_iter().enumerate().take(MOST_RULES) {
            match rule(place + 1, row) {
                Ok(rule) => rules.push(rule),
                Err(wrong) => {
                    problems.extend(wrong.into_iter().map(|wrong| format!("[[allow]] number {}: {wrong}", place + 1)));
                }
            }
        }
        if problems.is_empty() { Ok(Self { open, rules }) } else { Err(Problems(problems)) }
    }
}

fn open(value: toml::Value) -> Result<Vec<Word>, String> {
    let words: Vec<Word> = value.try_into().map_err(|error| format!("'open': {}", in_one_line(&error)))?;
    if words.iter().all(|word| OPEN.contains(word)) {
        Ok(words)
    } else {
        Err("'open' may hold \"ping\" and \"facts\"; commands need a rule".to_owned())
    }
}

fn rule(number: usize, row: toml::Value) -> Result<Rule, Vec<String>> {
    let row: Row = row.try_into().map_err(|error| vec![in_one_line(&error)])?;
    let mut wrong = Vec::new();
    for (key, is_empty) in [("callers", row.callers.is_empty()), ("actions", row.actions.is_empty())] {
        if is_empty {
            wrong.push(format!("'{key}' names nothing"));
        }
    }
    let filter = row.r#where.as_deref().map(Filter::parse).transpose().unwrap_or_else(|error| {
        wrong.push(format!("'where': {}", error.to_string().replace('\n', " ")));
        None
    });
    let only = only(&row, &mut wrong);
    let directories = row.directories.as_deref().map(|texts| read(texts, Directory::new, &mut wrong));
    let names = |texts: &Option<Vec<String>>| texts.as_deref().map(Names::new);
    let rule = Rule {
        name: row.name.clone().unwrap_or_else(|| format!("rule {number}")),
        callers: Names::new(&row.callers),
        users: names(&row.users),
        variables: names(&row.variables),
        directories,
        stdin: row.stdin.unwrap_or(only.is_none()),
        only,
        filter,
        actions: row.actions,
    };
    if wrong.is_empty() { Ok(rule) } else { Err(wrong) }
}

/// What the rule is limited to; none for a rule without limits. Each of its actions must have a limit then.
fn only(row: &Row, wrong: &mut Vec<String>) -> Option<Only> {
    let limits = [&row.commands, &row.patterns, &row.scripts];
    if limits.iter().all(|limit| limit.is_none()) {
        return None;
    }
    let [commands, patterns, scripts] = limits.map(|limit| limit.as_deref().unwrap_or_default());
    for action in &row.actions {
        let (is_limited, how) = match action {
            Word::Argv => (row.commands.is_some() || row.patterns.is_some(), "'commands' or 'patterns'"),
            Word::Shell => (row.patterns.is_some(), "'patterns'"),
            Word::Script => (row.scripts.is_some(), "'scripts'"),
            Word::Ping | Word::Facts => (true, ""),
        };
        if !is_limited {
            let action = action.as_str();
            wrong.push(format!(
                "it limits commands, but not those of '{action}'; add {how}, or give '{action}' a rule of its own"
            ));
        }
    }
    Some(Only {
        commands: read(commands, Words::new, wrong),
        patterns: read(patterns, line, wrong),
        scripts: read(scripts, sha256, wrong),
    })
}

fn read<T>(texts: &[String], how: fn(&str) -> Result<T, String>, wrong: &mut Vec<String>) -> Vec<T> {
    texts.iter().filter_map(|text| how(text).map_err(|problem| wrong.push(problem)).ok()).collect()
}

fn sha256(text: &str) -> Result<[u8; DIGEST], String> {
    let problem = || format!("'{text}' is no digest; write {SHA256} and the 64 digits that sha256sum prints");
    let digits = text.strip_prefix(SHA256).filter(|digits| digits.len() == 2 * DIGEST && digits.is_ascii());
    let digits = digits.ok_or_else(problem)?;
    let mut digest = [0; DIGEST];
    for (place, byte) in digest.iter_mut().enumerate() {
        let pair = &digits[2 * place..2 * place + 2];
        let is_hex = pair.bytes().all(|digit| digit.is_ascii_hexdigit());
        *byte = u8::from_str_radix(pair, 16).ok().filter(|_| is_hex).ok_or_else(problem)?;
    }
    Ok(digest)
}
