//! What travels: a body, whose key it is, and that key's signature over the exact bytes of the body.

use serde::{Deserialize, Serialize};

use super::keys::{PublicKey, Signature, SigningKey};
use crate::text::shown;

/// The version of the envelope this program writes and reads.
pub const VERSION: u32 = 1;

/// The most bytes of an envelope on the wire: what Amazon SQS carried in one message before 2025 (256 KiB), less room
/// for what transports add.
pub const LARGEST: usize = 240 * 1024;

/// Why a message is no envelope that can be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// More than [`LARGEST`] bytes.
    #[error("it has {0} bytes; at most {LARGEST} are allowed")]
    TooLarge(usize),
    /// Not an envelope at all; why, shortened: the reader's reasons repeat what others wrote.
    #[error("it is malformed: {0}")]
    Malformed(String),
    /// An envelope of another version.
    #[error("it has version {0}; this release understands {VERSION}")]
    Version(u32),
    /// The signature is not the key's over this body.
    #[error("its signature is wrong")]
    BadSignature,
}

/// A message as it travels. Nothing in it can be believed before [`Envelope::verify`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    v: u32,
    key: PublicKey,
    sig: Signature,
    body: String,
}

/// A body, and the key whose owner certainly wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whose signature it bears.
    pub key: PublicKey,
    /// The exact text that was signed.
    pub body: String,
}

impl Envelope {
    /// Signs a body.
    ///
    /// # Errors
    /// When the envelope would be larger than [`LARGEST`].
    pub fn seal(key: &SigningKey, body: String) -> Result<Vec<u8>, EnvelopeError> {
        let envelope = Self { v: VERSION, key: key.public(), sig: key.sign(body.as_bytes()), body };
        let bytes = serde_json::to_vec(&envelope).map_err(|error| EnvelopeError::Malformed(error.to_string()))?;
        if bytes.len() > LARGEST { Err(EnvelopeError::TooLarge(bytes.len())) } else { Ok(bytes) }
    }

    /// Reads a message. The signature is not looked at yet: whether the key is trusted at all costs less to find out.
    ///
    /// # Errors
    /// When it is too large, malformed or of another version.
    pub fn decode(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > LARGEST {
            return Err(EnvelopeError::TooLarge(bytes.len()));
        }
        let malformed = |error: serde_json::Error| EnvelopeError::Malformed(shown(&error.to_string()));
        let Versioned { v } = serde_json::from_slice(bytes).map_err(malformed)?;
        if v != VERSION {
            return Err(EnvelopeError::Version(v));
        }
        serde_json::from_slice(bytes).map_err(malformed)
    }

    /// The key that is said to have signed it.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`EnvelopeError::BadSignature`] when a byte of the body, the key or the signature is another one.
    pub fn verify(self) -> Result<Verified, EnvelopeError> {
        if self.key.verify(self.body.as_bytes(), &self.sig) {
            Ok(Verified { key: self.key, body: self.body })
        } else {
            Err(EnvelopeError::BadSignature)
        }
    }
}

/// What every version has.
#[derive(Deserialize)]
struct Versioned {
    v: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> SigningKey {
        SigningKey::from_seed([3; 32]).unwrap()
    }

    #[test]
    fn what_is_sealed_is_verified() {
        let sealed = Envelope::seal(&key(), "{\"a\":\"\u{e9}\\n\"}".to_owned()).unwrap();
        let verified = Envelope::decode(&sealed).unwrap().verify().unwrap();
        assert_eq!(verified, Verified { key: key().public(), body: "{\"a\":\"\u{e9}\\n\"}".to_owned() });
    }

    #[test]
    fn another_version_and_too_much_are_told_as_what_they_are() {
        let other = br#"{"v":2,"something":"else"}"#;
        assert_eq!(Envelope::decode(other), Err(EnvelopeError::Version(2)));
        let large = vec![b' '; LARGEST + 1];
        assert_eq!(Envelope::decode(&large), Err(EnvelopeError::TooLarge(LARGEST + 1)));
        assert!(matches!(Envelope::seal(&key(), "x".repeat(LARGEST)), Err(EnvelopeError::TooLarge(_))));
    }

    #[test]
    fn an_error_does_not_repeat_a_long_message() {
        for message in [format!("\"{}\"", "x".repeat(9_000)), format!("{{\"v\":\"{}\"}}", "x".repeat(9_000))] {
            let told = Envelope::decode(message.as_bytes()).unwrap_err().to_string();
            assert!(told.len() < 500, "{told}");
        }
    }

    proptest! {
        #[test]
        fn one_changed_byte_is_always_found(body in "[ -~]{1,60}", at in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let sealed = Envelope::seal(&key(), body.clone()).unwrap();
            let mut changed = sealed.clone();
            changed[at.index(sealed.len())] ^= 1 << bit;
            let opened = Envelope::decode(&changed).and_then(Envelope::verify);
            // A changed byte may leave the meaning as it was (the case of an escape); the body never differs.
            prop_assert!(opened.is_err() || opened == Envelope::decode(&sealed).unwrap().verify());
        }
    }
}
