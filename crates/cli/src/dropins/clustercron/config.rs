//! `/etc/clustercron.ini`, then `~/.clustercron.ini`, the later overriding per option.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_core::environment::Environment;
use bellwether_host::files::read_bounded;
use bellwether_host::paths;
use configparser::ini::Ini;

use super::choice::Error;

/// The largest configuration file that is read, in bytes.
const LARGEST_FILE: usize = 1 << 20;

/// The `[cache]` section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Config {
    /// The file that the names of the cache files begin with.
    pub(super) filename: PathBuf,
    pub(super) expire_time: Duration,
    pub(super) max_iter: u32,
}

fn wrong(message: String) -> Error {
    Error {
        logger: "clustercron.config",
        message,
        remedy: "expected: [cache] filename = PATH, expire_time = SECONDS, max_iter = NUMBER".to_owned(),
    }
}

/// Reads the configuration. The manual's default name under /tmp can be guessed and taken by any user; ours is in
/// the state directory.
pub(super) fn load(environment: &Environment) -> Result<Config, Error> {
    let mut files = vec![PathBuf::from("/etc/clustercron.ini")];
    files.extend(environment.home().map(|home| home.join(".clustercron.ini")));
    let mut config = Config { filename: PathBuf::new(), expire_time: Duration::from_secs(59), max_iter: 20 };
    for file in &files {
        take_file(file, &mut config)?;
    }
    if config.filename.as_os_str().is_empty() {
        config.filename = paths::state_dir(environment, paths::is_root())
            .map(|state| state.join("clustercron_cache.json"))
            .ok_or_else(|| wrong("there is no place for the cache: HOME is not set".to_owned()))?;
    }
    Ok(config)
}

fn take_file(path: &Path, config: &mut Config) -> Result<(), Error> {
    let bytes = match read_bounded(path, LARGEST_FILE) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(wrong(error.to_string())),
    };
    let place = path.display();
    let text = String::from_utf8(bytes).map_err(|_| wrong(format!("{place} is not UTF-8")))?;
    take_text(&text, config).map_err(|why| wrong(format!("{place}: {why}")))
}

fn take_text(text: &str, config: &mut Config) -> Result<(), String> {
    let mut ini = Ini::new();
    ini.read(text.to_owned())?;
    if let Some(filename) = ini.get("cache", "filename") {
        config.filename = PathBuf::from(filename);
    }
    if let Some(seconds) = number(&ini, "expire_time")? {
        config.expire_time = Duration::from_secs(seconds);
    }
    if let Some(tries) = number(&ini, "max_iter")? {
        config.max_iter = u32::try_from(tries).map_err(|_| format!("max_iter = {tries} is too large"))?;
    }
    Ok(())
}

fn number(ini: &Ini, option: &str) -> Result<Option<u64>, String> {
    let Some(text) = ini.get("cache", option) else { return Ok(None) };
    text.trim().parse().map(Some).map_err(|_| format!("{option} = {text} is not a whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Result<Config, String> {
        let mut config = Config { filename: "/default".into(), expire_time: Duration::from_secs(59), max_iter: 20 };
        for text in texts {
            take_text(text, &mut config)?;
        }
        Ok(config)
    }

    #[test]
    fn the_later_file_overrides_per_option() {
        let etc = "; site defaults\n[cache]\nfilename = /var/x.json\nexpire_time = 10\n# tries\nmax_iter = 3\n";
        let config = read(&[etc, "[cache]\nexpire_time: 20\n[other]\nx = 1\n"]).unwrap();
        assert_eq!(
            config,
            Config { filename: "/var/x.json".into(), expire_time: Duration::from_secs(20), max_iter: 3 }
        );
    }

    #[test]
    fn numbers_must_be_numbers() {
        assert!(read(&["[cache]\nexpire_time = soon\n"]).unwrap_err().contains("expire_time = soon"));
        assert!(read(&["[cache]\nmax_iter = -1\n"]).is_err());
    }
}
