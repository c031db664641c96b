//! All that is wrong with a file, told at once.

use std::fmt;

/// What is wrong with a file: never nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    /// One problem in the line, several below each other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0[..] {
            [one] => f.write_str(one),
            several => several.iter().try_for_each(|problem| write!(f, "\n  {problem}")),
        }
    }
}

impl std::error::Error for Problems {}

impl From<String> for Problems {
    fn from(problem: String) -> Self {
        Self(vec![problem])
    }
}

/// Reads a text as TOML.
pub(super) fn table(text: &str) -> Result<toml::Table, Problems> {
    text.parse().map_err(|error: toml::de::Error| in_one_line(&error).into())
}

/// An error of the reader, which points into the file on several lines.
pub(super) fn in_one_line(error: &toml::de::Error) -> String {
    let text = error.to_string();
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The tables under a name, `[[name]]` in the file; every other name is told as unknown.
pub(super) fn tables(table: toml::Table, name: &str, problems: &mut Vec<String>) -> Vec<toml::Value> {
    let mut found = Vec::new();
    for (key, value) in table {
        match value {
            toml::Value::Array(items) if key == name => found = items,
            _ if key == name => problems.push(format!("'{name}' must be written as [[{name}]]")),
            _ => problems.push(format!("unknown key '{key}'; known: [[{name}]]")),
        }
    }
    found
}
