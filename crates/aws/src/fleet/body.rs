//! Bytes as the text that queues and topics take.
//!
//! What is sent is nearly always JSON, which goes as it is, and then costs no more than its own length. What they do not
//! take goes in base64 behind a mark.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether_core::fleet::envelope::LARGEST;
use bellwether_core::fleet::transport::TransportError;

use super::failure::failed;
use crate::queues::{LONGEST_BODY, is_allowed};

const MARK: &str = "base64:";

/// The text for a message.
///
/// # Errors
/// When it is longer than an envelope may be, or than SQS and SNS take.
pub(super) fn encode(what: &str, message: &[u8]) -> Result<String, TransportError> {
    check_size(what, message)?;
    let fits = |text: &&str| !text.is_empty() && !text.starts_with(MARK) && text.chars().all(is_allowed);
    let plain = std::str::from_utf8(message).ok().filter(fits);
    let body = plain.map_or_else(|| format!("{MARK}{}", STANDARD.encode(message)), str::to_owned);
    match body.len() {
        ..=LONGEST_BODY => Ok(body),
        length => Err(too_long(what, format!("{length} bytes on the wire; SQS and SNS take {LONGEST_BODY}"))),
    }
}

/// Refuses what no transport carries.
pub(super) fn check_size(what: &str, message: &[u8]) -> Result<(), TransportError> {
    match message.len() {
        ..=LARGEST => Ok(()),
        length => Err(too_long(what, format!("{length} bytes; at most {LARGEST} are allowed"))),
    }
}

fn too_long(what: &str, bytes: String) -> TransportError {
    let remedy = "send less: smaller input or script, fewer node names, or a lower --output-limit";
    failed(what, format!("the message has {bytes}"), remedy)
}

/// The message in a text; what was not written here is passed on as it is, for others to refuse.
pub(super) fn decode(body: String) -> Vec<u8> {
    match body.strip_prefix(MARK).map(|text| STANDARD.decode(text)) {
        Some(Ok(message)) => message,
        _ => body.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_goes_as_it_is_and_the_rest_in_base64() {
        let text = |message: &[u8]| encode("sending", message).unwrap();
        assert_eq!(text(b"{\"v\":1}\n"), "{\"v\":1}\n");
        assert_eq!(text(b"base64:e30="), "base64:YmFzZTY0OmUzMD0=");
        assert!(text("{\u{ffff}}".as_bytes()).starts_with(MARK));
        assert!(text(b"").starts_with(MARK) && text(b"\xff").starts_with(MARK) && text(b"\0").starts_with(MARK));
        assert_eq!(decode("base64:no base64".to_owned()), b"base64:no base64");
    }

    #[test]
    fn what_is_too_long_is_refused_with_the_limit() {
        let refused = |message: &[u8]| encode("sending", message).map_err(|error| error.to_string());
        assert!(refused(&vec![b' '; LARGEST]).is_ok());
        assert!(refused(&vec![b' '; LARGEST + 1]).unwrap_err().contains("at most 245760"));
        assert!(refused(&vec![0xff; LARGEST]).unwrap_err().contains("SQS and SNS take 262144"));
    }

    proptest! {
        #[test]
        fn bytes_come_back_as_they_were(message in prop::collection::vec(any::<u8>(), 0..300)) {
            let body = encode("sending", &message).unwrap();
            prop_assert!(body.chars().all(is_allowed));
            prop_assert_eq!(decode(body), message);
        }
    }
}
