//! Nested mappings and lists as flat facts: `os.release.major`, `interfaces.0`.

use serde_json::Value;

use super::bounds::{DEEPEST, LONGEST_NAME};
use super::{Fact, Facts, LeftOut};

/// The name of what is only a scalar, without a mapping around it: none.
const NAMELESS: &str = "";

impl Facts {
    /// Adds the scalars of a mapping or list, nested ones under names with dots: `{"a": {"b": [1]}}` is `a.b.0`. They
    /// win over earlier facts of the same name. Empty mappings and lists have no scalars. Tells what did not fit.
    ///
    /// A scalar alone has no name and is left out.
    pub fn merge_value(&mut self, value: &Value) -> LeftOut {
        self.add_value(NAMELESS, value, 0)
    }

    fn add_value(&mut self, name: &str, value: &Value, depth: usize) -> LeftOut {
        match value {
            Value::Null => self.add(name.to_owned(), Fact::Null),
            Value::Bool(value) => self.add(name.to_owned(), Fact::Bool(*value)),
            Value::Number(number) => self.add(name.to_owned(), Fact::Number(number.clone())),
            Value::String(text) => self.add(name.to_owned(), Fact::Text(text.clone())),
            Value::Array(_) | Value::Object(_) if depth == DEEPEST => LeftOut { deep: 1, ..LeftOut::default() },
            Value::Array(items) => {
                items.iter().enumerate().map(|(at, item)| self.add_under(name, &at.to_string(), item, depth)).sum()
            }
            Value::Object(fields) => fields.iter().map(|(key, field)| self.add_under(name, key, field, depth)).sum(),
        }
    }

    fn add_under(&mut self, name: &str, key: &str, value: &Value, depth: usize) -> LeftOut {
        // Looked at before the names are joined: a long one, with much beneath it, would be copied for each of them.
        if name.len() + key.len() > LONGEST_NAME {
            return LeftOut { names: 1, ..LeftOut::default() };
        }
        let joined = if name == NAMELESS { key.to_owned() } else { format!("{name}.{key}") };
        self.add_value(&joined, value, depth + 1)
    }
}
