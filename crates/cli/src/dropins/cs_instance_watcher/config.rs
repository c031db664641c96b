//! The configuration file: a JSON object whose keys are the options, with underscores.

use std::io::ErrorKind;
use std::path::Path;

use bellwether_host::files::read_bounded;
use serde_json::Value;

use super::args::{Given, Name};
use super::options::Options;

/// What is read when no file is named; it need not be there.
const USUAL: &str = "/etc/cs-instance-watcher.json";
/// The largest configuration file that is read, in bytes.
const LARGEST_FILE: usize = 1 << 20;

/// All options: those of the command line, else of the configuration file that it names, else of the usual one, else
/// the defaults.
///
/// # Errors
/// With all that is wrong.
pub(super) fn load(command_line: Given) -> Result<Options, Vec<String>> {
    let named = command_line.get(&Name::Config).and_then(|values| values.first());
    let file = named.map_or(Path::new(USUAL), Path::new);
    let mut given = read(file, named.is_some()).map_err(|wrong| in_file(file, wrong))?;
    // The file is checked as a whole, so that what is wrong in it does not wait for the day when it counts.
    Options::read(&given, Name::key).map_err(|wrong| in_file(file, wrong))?;
    given.extend(command_line);
    Options::read(&given, |name| name.long().to_owned())
}

fn in_file(file: &Path, wrong: Vec<String>) -> Vec<String> {
    wrong.into_iter().map(|why| format!("configuration file {}: {why}", file.display())).collect()
}

fn read(file: &Path, must_exist: bool) -> Result<Given, Vec<String>> {
    let bytes = match read_bounded(file, LARGEST_FILE) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => return Ok(Given::new()),
        Err(error) => return Err(vec![error.to_string()]),
    };
    given(&bytes)
}

fn given(bytes: &[u8]) -> Result<Given, Vec<String>> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| vec![format!("it is no JSON: {error}")])?;
    let Value::Object(object) = value else { return Err(vec!["it is no JSON object".to_owned()]) };
    let (mut given, mut wrong) = (Given::new(), Vec::new());
    for (key, value) in &object {
        match setting(key, value) {
            Ok(Some((name, values))) => drop(given.insert(name, values)),
            Ok(None) => {}
            Err(why) => wrong.push(why),
        }
    }
    if wrong.is_empty() { Ok(given) } else { Err(wrong) }
}

/// `null` is as good as nothing.
fn setting(key: &str, value: &Value) -> Result<Option<(Name, Vec<String>)>, String> {
    let name = Name::of_key(key).filter(|&name| name != Name::Config);
    let name = name.ok_or_else(|| format!("'{key}' is no option; keys are the names of options with underscores"))?;
    let values = match value {
        Value::Null => return Ok(None),
        Value::Array(values) => values.iter().map(text).collect::<Option<Vec<_>>>(),
        value => text(value).map(|text| vec![text]),
    };
    let values =
        values.ok_or_else(|| format!("argument {key}: expected a text, a number, true or false, or a list"))?;
    Ok(Some((name, values)))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Result<Vec<(String, Vec<String>)>, Vec<String>> {
        Ok(given(text.as_bytes())?.into_iter().map(|(name, values)| (name.key(), values)).collect())
    }

    fn pair(key: &str, values: &[&str]) -> (String, Vec<String>) {
        (key.to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn values_are_written_as_json_has_them() {
        let text = r#"{"api_polling_period": 5, "force": true, "script_dir": "/s", "log_file": null,
            "on_draining_block_new_connections_to_ports": [80, "443"], "stale_context_timeout": "60"}"#;
        let expected = [
            pair("api_polling_period", &["5"]),
            pair("on_draining_block_new_connections_to_ports", &["80", "443"]),
            pair("script_dir", &["/s"]),
            pair("stale_context_timeout", &["60"]),
            pair("force", &["true"]),
        ];
        assert_eq!(keys(text).unwrap(), expected);
    }

    #[test]
    fn what_is_wrong_is_told_all_at_once() {
        let wrong = keys(r#"{"polling": 1, "config": "/x", "force": {"a": 1}, "script_dir": [["x"]]}"#).unwrap_err();
        assert_eq!(wrong.len(), 4, "{wrong:?}");
        for text in ["", "{", "[]", "7", "{} x"] {
            assert_eq!(keys(text).unwrap_err().len(), 1, "{text}");
        }
    }
}
