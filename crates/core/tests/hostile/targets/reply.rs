//! What agents say: replies, and their announcements.

use bellwether_core::fleet::inventory::NodeRecord;
use bellwether_core::fleet::reply::Reply;
use jiff::Timestamp;

/// Reads a body as either. One that is taken is the same when it is read again, and is not the other kind.
pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (reply, record) = (Reply::decode(&text), NodeRecord::decode(&text));
    assert!(reply.is_err() || record.is_err());
    if let Ok(reply) = reply {
        let again = reply.encode().expect("what was read can be written");
        assert_eq!(Reply::decode(&again).expect("what was written can be read"), reply);
    }
    if let Ok(record) = record {
        let again = record.encode().expect("what was read can be written");
        assert_eq!(NodeRecord::decode(&again).expect("what was written can be read"), record);
        for now in [Timestamp::MIN, record.seen, Timestamp::MAX] {
            record.presence(now);
        }
    }
}
