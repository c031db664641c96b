//! Messages of the legacy protocol, as bodies and as what is in them; and the old configuration files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether_core::collective::cap::TOO_LARGE;
use bellwether_core::collective::config::{AgentConfig, MasterConfig};
use bellwether_core::collective::message::{Command, FactsMessage, MessageError, Reply};

/// Reads a body, and JSON that a body holds. What is taken can be sent, and is then the same.
pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for body in [text.as_ref(), &STANDARD.encode(bytes)] {
        command(body);
        reply(body);
        facts(body);
    }
    for wrong in [MasterConfig::parse(&text).err(), AgentConfig::parse(&text).err()].into_iter().flatten() {
        assert!(!wrong.0.is_empty() && wrong.0.iter().all(|why| !why.is_empty()));
    }
}

fn command(body: &str) {
    match Command::decode(body) {
        Ok(command) => match command.encode() {
            Ok(sent) => assert_eq!(Command::decode(&sent).expect("what was sent can be read"), command),
            Err(error) => assert!(error.size >= TOO_LARGE),
        },
        Err(error) => check_error(&error),
    }
}

fn check_error(error: &MessageError) {
    let told = error.to_string();
    assert!(told.chars().count() < 500, "what is shown of a message of others is bounded: {told}");
}

fn reply(body: &str) {
    let reply = match Reply::decode(body) {
        Ok(reply) => reply,
        Err(error) => return check_error(&error),
    };
    let sent = reply.encode();
    assert!(sent.len() < TOO_LARGE);
    let again = Reply::decode(&sent).expect("what was sent can be read");
    assert_eq!((again.mode, again.rc, &again.hostname), (reply.mode, reply.rc, &reply.hostname));
    assert!(again.output == reply.output || again.output.starts_with("--- OUTPUT CAPPED ---\n"));
}

fn facts(body: &str) {
    let facts = match FactsMessage::decode(body) {
        Ok((facts, _)) => facts,
        Err(error) => return check_error(&error),
    };
    if let Ok(sent) = facts.encode() {
        assert_eq!(FactsMessage::decode(&sent).expect("what was sent can be read").0, facts);
    }
}
