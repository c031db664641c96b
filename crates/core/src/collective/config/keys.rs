//! Keys of sections, taken one by one. What is wrong is gathered; what nobody asked for is told at the end.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

use super::values::FromValue;

/// Everything that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for ConfigError {}

/// A configuration that is being read.
pub(super) struct Keys {
    sections: Map<String, Value>,
    problems: Vec<String>,
    /// `section.key` of all that was asked for.
    known: BTreeSet<String>,
}

impl Keys {
    /// Reads the outer form: an object of objects.
    pub(super) fn of(text: &str) -> Result<Self, ConfigError> {
        let sections: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| ConfigError(vec![format!("it is not a JSON object: {error}")]))?;
        let is_section = |(_, value): &(&String, &Value)| !value.is_object();
        let problems =
            sections.iter().filter(is_section).map(|(name, _)| format!("'{name}' is not an object")).collect();
        Ok(Self { sections, problems, known: BTreeSet::new() })
    }

    /// Whether there is such a section.
    pub(super) fn has(&self, section: &str) -> bool {
        self.sections.contains_key(section)
    }

    /// What the first of these places that is there holds; each is `section.key`.
    pub(super) fn take<T: FromValue>(&mut self, places: &[&str]) -> Option<T> {
        self.known.extend(places.iter().map(|&place| place.to_owned()));
        let (place, value) = places.iter().find_map(|place| Some((*place, self.value(place)?)))?;
        let taken = T::from_value(value);
        if taken.is_none() {
            self.problems.push(format!("{place} is not {}", T::EXPECTED));
        }
        taken
    }

    /// A whole section, whatever is in it.
    pub(super) fn take_section(&mut self, section: &str) -> Option<Value> {
        self.sections.remove(section)
    }

    fn value(&self, place: &str) -> Option<&Value> {
        let (section, key) = place.split_once('.')?;
        self.sections.get(section)?.get(key)
    }

    /// What that place must hold, unless something else is wrong with it already; an empty value then stands in for it.
    pub(super) fn required<T: FromValue + Default>(&mut self, place: &str) -> T {
        let before = self.problems.len();
        self.take(&[place]).unwrap_or_else(|| {
            if self.problems.len() == before {
                self.problems.push(format!("{place} is missing"));
            }
            T::default()
        })
    }

    /// What was read, unless something is wrong; and the keys that nobody asked for.
    pub(super) fn finish<T>(self, read: T) -> Result<(T, Vec<String>), ConfigError> {
        let keys = self.sections.iter().filter_map(|(section, keys)| Some((section, keys.as_object()?)));
        let places = keys.flat_map(|(section, keys)| keys.keys().map(move |key| format!("{section}.{key}")));
        let unknown = places.filter(|place| !self.known.contains(place)).collect();
        if self.problems.is_empty() { Ok((read, unknown)) } else { Err(ConfigError(self.problems)) }
    }
}
