//! The text of metrics (Prometheus, text-based exposition format 0.0.4), read as strictly as it is written: what is
//! not understood to the last character may belong to somebody else.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::families::{Family, Kind};

/// The text was not written by this program, or by a newer release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not one that bellwether writes")]
pub struct Foreign {
    /// The first line that is not understood, from 1.
    pub line: usize,
}

/// A value's place: its metric, its job, and the value of the metric's own label, empty where it has none.
type Key = (Family, String, String);

/// The values, in the order of the text: those of a metric must stand together.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Exposition {
    values: BTreeMap<Key, f64>,
}

impl Exposition {
    /// Reads a text; an empty one has no values.
    pub(super) fn parse(text: &str) -> Result<Self, Foreign> {
        let mut values = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let foreign = Foreign { line: index + 1 };
            match line.strip_prefix("# ") {
                Some(comment) if describes_ours(comment) => {}
                Some(_) => return Err(foreign),
                None => {
                    let (key, value) = sample(line).ok_or(foreign)?;
                    if values.insert(key, value).is_some() {
                        return Err(foreign);
                    }
                }
            }
        }
        Ok(Self { values })
    }

    /// Sets the value of a gauge.
    pub(super) fn set(&mut self, family: Family, job: &str, value: f64) {
        self.values.insert((family, job.to_owned(), String::new()), value);
    }

    /// Adds to a counter, which is zero before.
    pub(super) fn add(&mut self, family: Family, job: &str, label: &str, more: f64) {
        *self.values.entry((family, job.to_owned(), label.to_owned())).or_default() += more;
    }

    /// Writes the text.
    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        let mut described = None;
        for ((family, job, label), value) in &self.values {
            let about = family.describe();
            // Writing to a String cannot fail.
            if described != Some(*family) {
                described = Some(*family);
                let _ = writeln!(text, "# HELP {} {}", about.name, about.help);
                let _ = writeln!(text, "# TYPE {} {}", about.name, about.kind.as_str());
            }
            let _ = write!(text, "{}{{job=\"{}\"", about.name, escaped(job));
            if let Some(name) = about.label {
                let _ = write!(text, ",{name}=\"{}\"", escaped(label));
            }
            let _ = writeln!(text, "}} {value}");
        }
        text
    }
}

/// Whether a comment says what one of our metrics means. Its help may be the words of another release.
fn describes_ours(comment: &str) -> bool {
    let mut words = comment.splitn(3, ' ');
    let (keyword, name, rest) = (words.next(), words.next(), words.next());
    match (keyword, name.and_then(Family::named), rest) {
        (Some("HELP"), Some(_), Some(_)) => true,
        (Some("TYPE"), Some(family), Some(kind)) => family.describe().kind.as_str() == kind,
        _ => false,
    }
}

/// A line with a value: `name{job="...",label="..."} 1`.
fn sample(line: &str) -> Option<(Key, f64)> {
    let (name, rest) = line.split_once('{')?;
    let family = Family::named(name)?;
    let about = family.describe();
    let (job, rest) = quoted(rest.strip_prefix("job=\"")?)?;
    let (label, rest) = match about.label {
        Some(name) => quoted(rest.strip_prefix(',')?.strip_prefix(name)?.strip_prefix("=\"")?)?,
        None => (String::new(), rest),
    };
    let value: f64 = rest.strip_prefix("} ")?.parse().ok()?;
    let is_count = value >= 0.0 && value.fract() == 0.0;
    let makes_sense = value.is_finite() && (about.kind == Kind::Gauge || is_count);
    makes_sense.then_some(((family, job, label), value))
}

/// Reads a label's value, whose opening quote has been read, up to its closing one; and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text.chars();
    loop {
        match rest.next()? {
            '"' => return Some((value, rest.as_str())),
            '\\' => value.push(match rest.next()? {
                'n' => '\n',
                escaped @ ('\\' | '"') => escaped,
                _ => return None,
            }),
            plain => value.push(plain),
        }
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
