//! The bodies of requests.

use bellwether_core::facts::Facts;
use bellwether_core::fleet::request::{LONGEST_TTL, Request, Target};

/// Reads a body. One that is taken is the same when it is read again, ends in time, and can be judged.
pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Request::decode(&text) {
        Ok(request) => {
            let again = request.encode().expect("what was read can be written");
            assert_eq!(Request::decode(&again).expect("what was written can be read"), request);
            assert!(request.expires().duration_since(request.issued).unsigned_abs() <= LONGEST_TTL);
            if let Target::Filter(filter) = &request.target {
                filter.matches(&Facts::default());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
