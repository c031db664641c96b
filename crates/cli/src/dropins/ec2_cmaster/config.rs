//! The configuration file.

use std::io::ErrorKind;
use std::path::Path;

use bellwether_core::collective::config::MasterConfig;
use bellwether_host::files::read_bounded;

use crate::failure::Failure;

/// Where it is.
pub(super) const FILE: &str = "/etc/ec2_collective/ec2-cmaster.json";
/// The largest that is read, in bytes.
const LARGEST_FILE: usize = 1 << 20;
/// A file that says nothing.
const EMPTY: &str = "{}";

/// Reads the file; where there is none, every key has its default. The second part are keys that mean nothing here.
///
/// # Errors
/// When it cannot be read; and everything that is wrong in it.
pub(super) fn load() -> Result<(MasterConfig, Vec<String>), Failure> {
    let bytes = match read_bounded(Path::new(FILE), LARGEST_FILE) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => EMPTY.into(),
        Err(error) => return Err(Failure::unavailable(error.to_string())),
    };
    let text = String::from_utf8(bytes).map_err(|_| Failure::unavailable(format!("{FILE} is not UTF-8")))?;
    let read = MasterConfig::parse(&text);
    read.map_err(|error| Failure::unavailable(format!("{FILE}: {error}")).remedy("correct the file"))
}

/// The environment whose queues are used.
///
/// # Errors
/// When nobody says.
pub(super) fn environment(given: Option<String>, config: &MasterConfig) -> Result<String, Failure> {
    given.or_else(|| config.default_queue_name.clone()).ok_or_else(|| {
        Failure::usage("it is not known which environment's queues to use")
            .remedy(format!("give -q PREFIX, or set aws.default_queue_name in {FILE}"))
    })
}
