//! What travels: envelopes, and whatever somebody sends in their place.

use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::inventory::NodeRecord;
use bellwether_core::fleet::keys::PublicKey;
use bellwether_core::fleet::reply::Reply;
use bellwether_core::fleet::request::Request;

/// Opens a message. What is verified bears the key that was told before, and is one kind of body at most; an error can
/// be shown, however long the message is.
pub(crate) fn run(bytes: &[u8]) {
    let envelope = match Envelope::decode(bytes) {
        Ok(envelope) => envelope,
        Err(error) => return assert!((1..500).contains(&error.to_string().chars().count()), "{error}"),
    };
    let key = envelope.key();
    assert_eq!(key.to_string().parse::<PublicKey>(), Ok(key));
    if let Ok(verified) = envelope.verify() {
        assert_eq!(verified.key, key);
        let body = &verified.body;
        let kinds = [Request::decode(body).is_ok(), Reply::decode(body).is_ok(), NodeRecord::decode(body).is_ok()];
        assert!(kinds.into_iter().filter(|is| *is).count() <= 1, "{body}");
    }
}
