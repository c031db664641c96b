//! Base64 of JSON, as boto 2 put it into SQS.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::MessageError;

/// The longest body that is read, in bytes: four times what the queues of this protocol take, in case one of them was
/// made with another limit.
pub const LONGEST_BODY: usize = 262_144;

/// Reads what a body holds.
pub(super) fn decode<T: DeserializeOwned>(body: &str) -> Result<T, MessageError> {
    if body.len() > LONGEST_BODY {
        return Err(MessageError::TooLong(body.len()));
    }
    let json = STANDARD.decode(body.trim_ascii())?;
    Ok(serde_json::from_slice(&json)?)
}

/// The body that holds a value. The messages here are structs of texts and numbers, which JSON can always hold.
pub(super) fn encode(value: &impl Serialize) -> String {
    let json = serde_json::to_vec(value).unwrap_or_default();
    STANDARD.encode(json)
}
