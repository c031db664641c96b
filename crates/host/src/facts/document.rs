//! What a text is, and the facts in it.

use std::path::Path;

use bellwether_core::facts::{Facts, LeftOut};
use serde_json::Value;

use super::yaml;

/// How the names of files end that are YAML or JSON, and nothing else.
const STRUCTURED: [&str; 3] = ["yaml", "yml", "json"];

type Told = Result<(Facts, LeftOut), String>;

/// The facts in a file: those of a mapping, where the text is one; else each word is one, unless the name says that a
/// mapping must be there.
pub(super) fn of_file(path: &Path, text: &str) -> Told {
    let must_be_structured = path.extension().is_some_and(|end| STRUCTURED.iter().any(|name| end == *name));
    match yaml::parse(text) {
        Ok(Value::Null) => Ok(Default::default()),
        Ok(value @ Value::Object(_)) => Ok(flat(&value)),
        Ok(Value::Array(_)) => Err("it is a list, which gives its items no names".to_owned()),
        Err(why) if must_be_structured => Err(why),
        Ok(_) if must_be_structured => Err("it is no mapping".to_owned()),
        Ok(_) | Err(_) => Ok(Facts::from_words(text)),
    }
}

/// The facts in what a program prints: lines `NAME=VALUE`, or a mapping in YAML or JSON.
pub(super) fn of_output(text: &str) -> Told {
    if let Some(told) = Facts::from_assignments(text) {
        return Ok(told);
    }
    match yaml::parse(text) {
        Ok(Value::Null) => Ok(Default::default()),
        Ok(value @ Value::Object(_)) => Ok(flat(&value)),
        Ok(_) => Err("it printed neither lines NAME=VALUE nor a mapping in YAML or JSON".to_owned()),
        Err(why) => Err(format!("it printed neither lines NAME=VALUE nor a mapping in YAML or JSON: {why}")),
    }
}

fn flat(value: &Value) -> (Facts, LeftOut) {
    let mut facts = Facts::default();
    let left_out = facts.merge_value(value);
    (facts, left_out)
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
