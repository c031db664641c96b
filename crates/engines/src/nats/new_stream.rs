//! What streams are made with.

use serde_json::{Value, json};

/// A stream that is to be made, on disk.
pub(super) struct NewStream<'a> {
    pub(super) name: &'a str,
    /// For people who look at the server's streams.
    pub(super) description: &'a str,
    /// The subjects whose messages it keeps.
    pub(super) subjects: &'a str,
    /// The largest message, with its headers, in bytes.
    pub(super) largest: usize,
}

impl NewStream<'_> {
    /// One that keeps all it is given: it has no limits, and where somebody sets some later, it refuses what is new.
    pub(super) fn config(&self) -> Value {
        json!({
            "name": self.name,
            "description": self.description,
            "subjects": [self.subjects],
            "retention": "limits",
            "storage": "file",
            "discard": "new",
            "max_msgs": -1,
            "max_bytes": -1,
            "max_consumers": -1,
            "max_msg_size": self.largest,
        })
    }

    /// A bucket as every NATS client knows it, so that `nats kv` can show it: the last message of each subject. Its
    /// readers are sent to the leader.
    pub(super) fn bucket_config(&self) -> Value {
        let mut config = self.config();
        config["max_msgs_per_subject"] = 1.into();
        config["allow_rollup_hdrs"] = true.into();
        config["deny_delete"] = true.into();
        config["allow_direct"] = false.into();
        config
    }
}
