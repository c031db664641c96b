//! The keys that callers and agents sign with: Ed25519 (RFC 8032).

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// The bytes of a seed, and of a public key.
pub const KEY_LENGTH: usize = 32;
/// The bytes of a signature.
pub const SIGNATURE_LENGTH: usize = 64;

const PUBLIC_PREFIX: &str = "ed25519:";
const SECRET_PREFIX: &str = "ed25519-secret:";

/// Why a text is no key or signature. The text itself is not told: it may be a secret in the wrong place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a public key.
    #[error("it is not a public key: write {PUBLIC_PREFIX} and 43 characters, as 'bellwether keys show' does")]
    Public,
    /// A secret key where a public one belongs.
    #[error("it is a secret key; give the public one, as 'bellwether keys show' prints it, and make a new secret key")]
    SecretForPublic,
    /// Not a secret key.
    #[error("it is not a secret key of this program; 'bellwether keys generate' makes one")]
    Secret,
    /// Not a signature.
    #[error("it is not a signature")]
    Signature,
}

/// Whom a signature is checked by. Written as `ed25519:` and 43 characters of base64url.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; KEY_LENGTH]);

impl PublicKey {
    /// Whether this key's owner signed exactly these bytes.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, &signature.0).is_ok()
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.starts_with(SECRET_PREFIX) {
            return Err(KeyError::SecretForPublic);
        }
        text.strip_prefix(PUBLIC_PREFIX).and_then(decode).map(Self).ok_or(KeyError::Public)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

/// What signs. Neither printed nor logged; [`SigningKey::secret`] is for its file alone.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    seed: [u8; KEY_LENGTH],
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.public()).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// The key that grows from 32 random bytes.
    ///
    /// # Errors
    /// When the library refuses the seed; it has no reason to.
    pub fn from_seed(seed: [u8; KEY_LENGTH]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::Secret)?;
        Ok(Self { pair, seed })
    }

    /// Reads what [`SigningKey::secret`] wrote; blanks around it do not matter.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let seed = text.trim().strip_prefix(SECRET_PREFIX).and_then(decode).ok_or(KeyError::Secret)?;
        Self::from_seed(seed)
    }

    /// The text for the file of mode 0600 in which it is kept.
    pub fn secret(&self) -> String {
        format!("{SECRET_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.seed))
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; KEY_LENGTH];
        bytes.copy_from_slice(self.pair.public_key().as_ref());
        PublicKey(bytes)
    }

    /// Signs exactly these bytes.
    pub fn sign(&self, message: &[u8]) -> Signature {
        let mut bytes = [0; SIGNATURE_LENGTH];
        bytes.copy_from_slice(self.pair.sign(message).as_ref());
        Signature(bytes)
    }
}

/// A signature. Written in base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Signature([u8; SIGNATURE_LENGTH]);

impl TryFrom<String> for Signature {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        decode(&text).map(Self).ok_or(KeyError::Signature)
    }
}

impl From<Signature> for String {
    fn from(signature: Signature) -> Self {
        URL_SAFE_NO_PAD.encode(signature.0)
    }
}

fn decode<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    const SEED: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    const PUBLIC: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    const SIGNED: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                          085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

    fn bytes<const LENGTH: usize>(hex: &str) -> [u8; LENGTH] {
        std::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
    }

    #[test]
    fn signs_as_the_rfc_says() {
        let key = SigningKey::from_seed(bytes(SEED)).unwrap();
        assert_eq!(key.public(), PublicKey(bytes(PUBLIC)));
        let signature = key.sign(&[0x72]);
        assert_eq!(signature, Signature(bytes(SIGNED)));
        assert!(key.public().verify(&[0x72], &signature));
        assert!(!key.public().verify(&[0x73], &signature));
    }

    #[test]
    fn keys_are_read_as_they_are_written_and_never_taken_for_each_other() {
        let key = SigningKey::from_seed([7; KEY_LENGTH]).unwrap();
        let public = key.public().to_string();
        assert_eq!(public.parse(), Ok(key.public()));
        assert_eq!(SigningKey::parse(&format!("{}\n", key.secret())).unwrap().public(), key.public());
        assert_eq!(key.secret().parse::<PublicKey>(), Err(KeyError::SecretForPublic));
        assert_eq!(SigningKey::parse(&public).unwrap_err(), KeyError::Secret);
        assert_eq!(public[..40].parse::<PublicKey>(), Err(KeyError::Public));
        assert!(!format!("{key:?}").contains(&key.secret()[SECRET_PREFIX.len()..]));
    }
}
