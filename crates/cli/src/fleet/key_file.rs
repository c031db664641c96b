//! The file with a secret key: mode 0600, in a directory of our own.

use std::path::Path;

use bellwether_core::fleet::keys::{KEY_LENGTH, SigningKey};
use bellwether_host::random;

use super::private_file;
use crate::failure::Failure;

/// More bytes than any key has.
const LONGEST: usize = 1_024;

/// Reads the key; none when there is no such file.
///
/// # Errors
/// When the file cannot be trusted or read, or holds something else.
pub(crate) fn read(path: &Path) -> Result<Option<SigningKey>, Failure> {
    let Some(bytes) = private_file::read(path, LONGEST)? else { return Ok(None) };
    SigningKey::parse(&String::from_utf8_lossy(&bytes)).map(Some).map_err(|error| {
        Failure::unavailable(format!("{}: {error}", path.display()))
            .remedy("restore the file from a copy; or move it away, make a new key, and have it trusted in its place")
    })
}

/// Makes a key and keeps it there. An older one in the same place is lost.
///
/// # Errors
/// When the file cannot be written, or the system has no random numbers.
pub(crate) fn generate(path: &Path) -> Result<SigningKey, Failure> {
    let seed: [u8; KEY_LENGTH] = random::bytes()
        .map_err(|error| Failure::unavailable(format!("the system gives no random numbers for a key: {error}")))?;
    let key = SigningKey::from_seed(seed).map_err(|error| Failure::unavailable(error.to_string()))?;
    private_file::replace(path, &format!("{}\n", key.secret()))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_kept_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/caller.key");
        assert!(read(&path).unwrap().is_none());
        let key = generate(&path).unwrap();
        assert_eq!(read(&path).unwrap().unwrap().public(), key.public());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_others_can_read_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("caller.key");
        generate(&path).unwrap();
        for mode in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert!(read(&path).unwrap_err().message.contains("open to other users"), "{mode:o}");
        }
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
        assert!(read(&path).unwrap().is_some());
    }

    #[test]
    fn a_damaged_file_is_told_and_its_text_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("caller.key");
        generate(&path).unwrap();
        std::fs::write(&path, "ed25519-secret:AAAA").unwrap();
        let failure = read(&path).unwrap_err();
        assert!(failure.message.contains("caller.key") && !failure.message.contains("AAAA"), "{failure:?}");
    }
}
