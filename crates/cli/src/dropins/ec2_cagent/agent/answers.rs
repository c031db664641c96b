//! What the agent itself answers.

use bellwether_core::collective::message::{Mode, Reply, ReturnCode};
use bellwether_core::collective::names::{HostName, MessageId};
use bellwether_host::clock;

/// Whom to answer, and to what.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) mode: Mode,
    /// When it was asked, as the message has it.
    pub(super) asked: String,
    pub(super) msg_id: MessageId,
}

impl Question {
    /// The answer to a ping.
    pub(super) fn present(&self, hostname: &HostName) -> Reply {
        self.reply(self.mode, self.asked.clone(), ReturnCode::Agent(0), hostname)
    }

    /// That this host is there, and that another answer will follow.
    pub(super) fn discovered(&self, hostname: &HostName) -> Reply {
        Reply { discovery: true, ..self.reply(Mode::Ping, self.asked.clone(), ReturnCode::Agent(0), hostname) }
    }

    /// What the agent has to say about a command in place of its output.
    pub(super) fn instead(&self, why: &str, rc: ReturnCode, hostname: &HostName) -> Reply {
        self.reply(self.mode, format!("{why}\n"), rc, hostname)
    }

    fn reply(&self, mode: Mode, output: String, rc: ReturnCode, hostname: &HostName) -> Reply {
        Reply { mode, output, rc, ts: now(), msg_id: self.msg_id.clone(), hostname: hostname.clone(), discovery: false }
    }
}

/// The time that replies carry, in seconds since 1970.
pub(in super::super) fn now() -> f64 {
    clock::now().wall.as_duration().as_secs_f64()
}
