//! The cache of the choice: one JSON file per load balancer, region and instance, locked from reading to writing.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::Duration;

use bellwether_host::clock;
use bellwether_host::files::{open_private, private_dir};
use bellwether_host::lock::FileLock;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};

use super::args::Kind;
use super::choice::Error;
use super::config::Config;
use super::log::Log;
use crate::render::level::Level;

const LOGGER: &str = "clustercron.cache";

/// How long to wait before a locked file is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// The largest cache file that is read, in bytes; a whole one has about seventy.
const LARGEST_FILE: u64 = 4096;

/// What an answer is remembered for.
pub(super) struct Key<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    pub(super) region: &'a str,
    pub(super) instance: &'a str,
}

impl Key<'_> {
    /// The file of this key: the configured name, extended by the parts in a spelling that is safe in file names.
    fn file(&self, config: &Config) -> PathBuf {
        let mut file = config.filename.clone().into_os_string();
        for part in [self.kind.as_str(), self.name, self.region, self.instance] {
            file.push(".");
            file.push(escaped(part));
        }
        PathBuf::from(file)
    }
}

/// Letters, digits and dashes as they are, all else as `%XX`: different texts stay different.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// What the file holds, as 1.0.1 wrote it.
#[derive(Serialize, Deserialize)]
struct Stored {
    master: bool,
    isodate: String,
}

/// A locked cache file.
pub(super) struct Cache {
    lock: FileLock,
    path: PathBuf,
}

fn unusable(path: &std::path::Path, why: impl std::fmt::Display) -> Error {
    Error {
        logger: LOGGER,
        message: format!("the cache file {} cannot be used: {why}", path.display()),
        remedy: "remove it, or name another with 'filename' in the [cache] section of clustercron.ini".to_owned(),
    }
}

impl Cache {
    /// Opens and locks the file; none when it stayed locked for all the tries there are.
    pub(super) async fn lock(config: &Config, key: &Key<'_>, log: &Log) -> Result<Option<Self>, Error> {
        let path = key.file(config);
        if let Some(parent) = path.parent().filter(|parent| !parent.exists()) {
            private_dir(parent).map_err(|error| unusable(&path, error))?;
        }
        for attempt in 1..=config.max_iter {
            log.write(Level::Debug, LOGGER, &format!("Open cache file {} (try {attempt}).", path.display()));
            let file = open_private(&path, true).map_err(|error| unusable(&path, error))?;
            if let Some(lock) = FileLock::try_take(file).map_err(|error| unusable(&path, error))? {
                return Ok(Some(Self { lock, path }));
            }
            log.write(Level::Debug, LOGGER, "Cache file is locked.");
            if attempt < config.max_iter {
                clock::sleep_until(clock::mono() + PAUSE).await;
            }
        }
        log.write(Level::Info, LOGGER, "The cache file stayed locked.");
        Ok(None)
    }

    /// The remembered answer, while it is not older than `expire_time`.
    pub(super) fn fresh(&mut self, expire_time: Duration, log: &Log) -> Option<bool> {
        let mut text = String::new();
        self.file().take(LARGEST_FILE).read_to_string(&mut text).ok()?;
        if text.is_empty() {
            return None;
        }
        let stored = serde_json::from_str::<Stored>(&text)
            .ok()
            .and_then(|stored| Some((stored.master, instant(&stored.isodate)?)));
        let Some((master, written)) = stored else {
            log.write(Level::Warning, LOGGER, &format!("{} does not parse; asking again", self.path.display()));
            return None;
        };
        // An answer from the future was written before the clock was set back: its age cannot be told.
        let age = Duration::try_from(clock::now().wall.duration_since(written)).ok()?;
        (age <= expire_time).then_some(master)
    }

    /// Remembers an answer.
    pub(super) fn remember(&mut self, master: bool) -> Result<(), Error> {
        let stored = Stored { master, isodate: isodate(clock::now().wall) };
        self.write(&stored).map_err(|error| unusable(&self.path, error))
    }

    fn write(&self, stored: &Stored) -> std::io::Result<()> {
        let text = serde_json::to_string(stored)?;
        let mut file = self.file();
        file.seek(SeekFrom::Start(0))?;
        file.set_len(0)?;
        file.write_all(text.as_bytes())
    }

    fn file(&self) -> &File {
        self.lock.file()
    }
}

/// Local time, as Python's `datetime.now().isoformat()` has it.
fn isodate(now: Timestamp) -> String {
    let local = TimeZone::system().to_datetime(now);
    let local = local.round(Unit::Microsecond).unwrap_or(local);
    local.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()
}

/// Reads local time, with or without a fraction of a second.
fn instant(isodate: &str) -> Option<Timestamp> {
    let local: DateTime = isodate.parse().ok()?;
    local.to_zoned(TimeZone::system()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key<'a>(name: &'a str, instance: &'a str) -> Key<'a> {
        Key { kind: Kind::Elb, name, region: "eu-west-1", instance }
    }

    #[test]
    fn each_balancer_and_instance_has_its_own_file() {
        let config = Config { filename: "/state/c.json".into(), expire_time: PAUSE, max_iter: 1 };
        assert_eq!(key("my-lb", "i-1").file(&config), PathBuf::from("/state/c.json.elb.my-lb.eu-west-1.i-1"));
        assert_ne!(key("a.b", "i-1").file(&config), key("a", "b.i-1").file(&config));
        assert_eq!(key("../../x", "i-1").file(&config).parent(), Some(std::path::Path::new("/state")));
    }

    #[test]
    fn dates_are_read_back_with_and_without_a_fraction() {
        let now: Timestamp = "2026-11-21T10:00:00.123456Z".parse().unwrap();
        assert_eq!(instant(&isodate(now)), Some(now));
        let whole: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        assert_eq!(isodate(whole).len(), "2026-11-21T10:00:00.000000".len());
        assert_eq!(instant(isodate(whole).trim_end_matches(".000000")), Some(whole));
        assert_eq!(instant("yesterday"), None);
    }
}
