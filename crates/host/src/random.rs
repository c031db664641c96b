//! Random numbers from the kernel.

use std::fmt::Write;
use std::io;

use bellwether_core::names::RunId;

/// The bytes in a run's id: as many as in a UUID, so that two never meet.
const RUN_ID_BYTES: usize = 16;

/// A new run id: 32 hexadecimal digits.
///
/// # Errors
/// When the kernel gives no random numbers.
pub fn run_id() -> io::Result<RunId> {
    let bytes: [u8; RUN_ID_BYTES] = bytes()?;
    let mut digits = String::with_capacity(2 * RUN_ID_BYTES);
    for byte in bytes {
        write!(digits, "{byte:02x}").map_err(io::Error::other)?;
    }
    RunId::new(digits).map_err(io::Error::other)
}

/// Any number.
///
/// # Errors
/// When the kernel gives no random numbers.
pub fn number() -> io::Result<u64> {
    bytes().map(u64::from_ne_bytes)
}

/// Bytes that nobody can guess: a key's seed, for example.
///
/// # Errors
/// When the kernel gives no random numbers.
pub fn bytes<const LENGTH: usize>() -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0_u8; LENGTH];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A number from 0 to 1, for pauses that are not to be the same on all nodes; a half when the kernel gives none.
pub fn fraction() -> f64 {
    match bytes() {
        Ok(bytes) => f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_between_0_and_1_and_differ() {
        let numbers: Vec<f64> = (0..20).map(|_| fraction()).collect();
        assert!(numbers.iter().all(|number| (0.0..=1.0).contains(number)), "{numbers:?}");
        assert!(numbers.windows(2).any(|pair| pair[0] < pair[1]), "{numbers:?}");
    }

    #[test]
    fn numbers_differ() {
        assert_ne!(number().unwrap(), number().unwrap());
    }

    #[test]
    fn ids_are_hex_and_differ() {
        let (one, two) = (run_id().unwrap(), run_id().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.as_str().len(), 32);
        assert!(one.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
