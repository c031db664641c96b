//! How attributes are written: `KEY=VALUE`, the key as here or as the API spells it.

use std::fmt;
use std::str::FromStr;

use super::attributes::{AccessLog, AttributeChanges, Attributes, ConnectionDraining, DESYNC_MODE};
use super::invalid::{Invalid, shown};
use super::time_text::{parse_minutes, parse_seconds};

/// An attribute that is to have another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeSetting {
    /// Its key, as [`written_attributes`] writes it.
    key: String,
    value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    CrossZone(bool),
    Log(bool),
    LogBucket(String),
    LogPrefix(String),
    LogInterval(u16),
    Draining(bool),
    DrainingTimeout(u16),
    IdleTimeout(u16),
    Additional(String),
}

/// A key here, the same in the API, and how its value is read.
type Key = (&'static str, &'static str, fn(&str) -> Result<Value, Invalid>);

const KEYS: [Key; 9] = [
    ("cross-zone", "CrossZoneLoadBalancing.Enabled", |text| switch(text).map(Value::CrossZone)),
    ("access-log", "AccessLog.Enabled", |text| switch(text).map(Value::Log)),
    ("access-log-bucket", "AccessLog.S3BucketName", |text| Ok(Value::LogBucket(text.to_owned()))),
    ("access-log-prefix", "AccessLog.S3BucketPrefix", |text| Ok(Value::LogPrefix(text.to_owned()))),
    ("access-log-interval", "AccessLog.EmitInterval", |text| parse_minutes(text).map(Value::LogInterval)),
    ("connection-draining", "ConnectionDraining.Enabled", |text| switch(text).map(Value::Draining)),
    ("connection-draining-timeout", "ConnectionDraining.Timeout", |text| {
        parse_seconds(text).map(Value::DrainingTimeout)
    }),
    ("idle-timeout", "ConnectionSettings.IdleTimeout", |text| parse_seconds(text).map(Value::IdleTimeout)),
    ("desync-mode", DESYNC_MODE, |text| Ok(Value::Additional(text.to_owned()))),
];

fn switch(text: &str) -> Result<bool, Invalid> {
    match text {
        "true" | "on" => Ok(true),
        "false" | "off" => Ok(false),
        _ => Err(Invalid::text(text, "switch", "give true or false")),
    }
}

impl FromStr for AttributeSetting {
    type Err = Invalid;

    /// Reads `KEY=VALUE`. The keys of the API are known in any case; others that have a dot are additional attributes.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let Some((key, value)) = text.split_once('=') else {
            return Err(Invalid::text(text, "setting of an attribute", "write KEY=VALUE, such as idle-timeout=60"));
        };
        let known = KEYS.iter().find(|(here, api, _)| *here == key || api.eq_ignore_ascii_case(key));
        match known {
            Some((here, _, read)) => {
                let value = read(value).map_err(|why| Invalid::new(format!("{key}: {}", why.message), why.remedy))?;
                Ok(Self { key: (*here).to_owned(), value })
            }
            None if key.contains('.') => Ok(Self { key: key.to_owned(), value: Value::Additional(value.to_owned()) }),
            None => {
                let keys: Vec<_> = KEYS.iter().map(|(here, ..)| *here).collect();
                Err(Invalid::text(key, "attribute of a load balancer", format!("known are {}", keys.join(", "))))
            }
        }
    }
}

/// Settings that are made together, each key once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeSettings(Vec<AttributeSetting>);

impl AttributeSettings {
    /// Takes settings.
    ///
    /// # Errors
    /// When there is none, a key is given twice, or a value is out of range.
    pub fn new(settings: Vec<AttributeSetting>) -> Result<Self, Invalid> {
        if settings.is_empty() {
            return Err(Invalid::new("there is no attribute to set", "give at least one, such as idle-timeout=60"));
        }
        for (place, setting) in settings.iter().enumerate() {
            if settings[..place].iter().any(|other| other.key == setting.key) {
                return Err(Invalid::new(format!("{} is given twice", shown(&setting.key)), "give each key once"));
            }
        }
        let settings = Self(settings);
        // Where everything is on, only the settings themselves can be wrong.
        settings.changes(&everything_on())?;
        Ok(settings)
    }

    /// Whether the present values must be known: the API takes the access log and connection draining as a whole.
    pub fn need_the_present(&self) -> bool {
        let (log, draining) = (self.log(&AccessLog::default()), self.draining(ConnectionDraining::default()));
        let switched_off = |value: &Value| self.0.iter().any(|setting| setting.value == *value);
        (log.is_some() && !switched_off(&Value::Log(false)))
            || (draining.is_some() && !switched_off(&Value::Draining(false)))
    }

    /// What to ask for, so that everything else keeps its present value.
    ///
    /// # Errors
    /// When a part of what is off is set, or what comes out is not allowed.
    pub fn changes(&self, present: &Attributes) -> Result<AttributeChanges, Invalid> {
        let mut changes = AttributeChanges {
            access_log: self.log(&present.access_log),
            connection_draining: self.draining(present.connection_draining),
            ..AttributeChanges::default()
        };
        for setting in &self.0 {
            match &setting.value {
                Value::CrossZone(on) => changes.cross_zone = Some(*on),
                Value::IdleTimeout(seconds) => changes.idle_timeout = Some(*seconds),
                Value::Additional(value) => {
                    let name = if setting.key == "desync-mode" { DESYNC_MODE } else { &setting.key };
                    changes.additional.insert(name.to_owned(), value.clone());
                }
                _ => {}
            }
        }
        self.check_switches(&changes)?;
        changes.check()?;
        Ok(changes)
    }

    /// The access log with these settings; none when none of them is about it.
    fn log(&self, present: &AccessLog) -> Option<AccessLog> {
        let (mut log, mut touched) = (present.clone(), false);
        for setting in &self.0 {
            match &setting.value {
                Value::Log(on) => log.enabled = *on,
                Value::LogBucket(bucket) => log.bucket = Some(bucket.clone()),
                Value::LogPrefix(prefix) => log.prefix = Some(prefix.clone()),
                Value::LogInterval(minutes) => log.interval_minutes = Some(*minutes),
                _ => continue,
            }
            touched = true;
        }
        // What is off has no bucket.
        let log = if log.enabled { log } else { AccessLog::default() };
        touched.then_some(log)
    }

    /// Connection draining with these settings; none when none of them is about it.
    fn draining(&self, present: ConnectionDraining) -> Option<ConnectionDraining> {
        let (mut draining, mut touched) = (present, false);
        for setting in &self.0 {
            match setting.value {
                Value::Draining(on) => draining.enabled = on,
                Value::DrainingTimeout(seconds) => draining.timeout = Some(seconds),
                _ => continue,
            }
            touched = true;
        }
        let draining = if draining.enabled { draining } else { ConnectionDraining::default() };
        touched.then_some(draining)
    }

    /// A part of what is off would be lost without a word.
    fn check_switches(&self, changes: &AttributeChanges) -> Result<(), Invalid> {
        let log_is_off = changes.access_log.as_ref().is_some_and(|log| !log.enabled);
        let draining_is_off = changes.connection_draining.is_some_and(|draining| !draining.enabled);
        for setting in &self.0 {
            let switch = match setting.value {
                Value::LogBucket(_) | Value::LogPrefix(_) | Value::LogInterval(_) if log_is_off => "access-log",
                Value::DrainingTimeout(_) if draining_is_off => "connection-draining",
                _ => continue,
            };
            return Err(Invalid::new(
                format!("{} cannot be set while {switch} is off", setting.key),
                format!("add {switch}=true"),
            ));
        }
        Ok(())
    }
}

impl fmt::Display for AttributeSettings {
    /// The keys that are set.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.0.iter().map(|setting| setting.key.as_str()).collect();
        write!(f, "{}", keys.join(", "))
    }
}

fn everything_on() -> Attributes {
    Attributes {
        access_log: AccessLog { enabled: true, bucket: Some("bucket".to_owned()), ..AccessLog::default() },
        connection_draining: ConnectionDraining { enabled: true, timeout: None },
        ..Attributes::default()
    }
}

/// The attributes as [`AttributeSetting`] reads them: keys and values. What AWS does not tell is left out.
pub fn written_attributes(attributes: &Attributes) -> Vec<(String, String)> {
    let Attributes { cross_zone, access_log: log, connection_draining: draining, idle_timeout, additional } =
        attributes;
    let number = |number: Option<u16>| number.map(|number| number.to_string());
    let known = [
        ("cross-zone", Some(cross_zone.to_string())),
        ("access-log", Some(log.enabled.to_string())),
        ("access-log-bucket", log.bucket.clone()),
        ("access-log-prefix", log.prefix.clone()),
        ("access-log-interval", number(log.interval_minutes)),
        ("connection-draining", Some(draining.enabled.to_string())),
        ("connection-draining-timeout", number(draining.timeout)),
        ("idle-timeout", number(*idle_timeout)),
    ];
    let known = known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    let key = |name: &str| if name == DESYNC_MODE { "desync-mode".to_owned() } else { name.to_owned() };
    known.chain(additional.iter().map(|(name, value)| (key(name), value.clone()))).collect()
}

#[cfg(test)]
#[path = "attribute_text_tests.rs"]
mod tests;
