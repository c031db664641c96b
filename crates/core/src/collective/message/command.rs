//! What a master asks of agents.

use serde::{Deserialize, Serialize};

use super::super::cap::TOO_LARGE;
use super::super::filter::LegacyFilter;
use super::super::names::BatchId;
use super::{MessageError, Mode, TooLarge, wire};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Answer.
    Ping,
    /// Answer a master that only counts.
    Count,
    /// Run this with the shell.
    Cli(String),
    /// Run a script.
    Script {
        /// What its file was called on the master.
        name: String,
        /// Its text. The last release of the old master forgets it.
        payload: Option<String>,
        /// What follows it on the command line, for the shell to split.
        parameters: Option<String>,
    },
    /// Run a script that lies in S3.
    S3 {
        /// Bucket and key.
        object: String,
        /// What follows it on the command line, for the shell to split.
        parameters: Option<String>,
    },
}

impl Action {
    /// What it is called in messages.
    pub const fn mode(&self) -> Mode {
        match self {
            Self::Ping => Mode::Ping,
            Self::Count => Mode::Count,
            Self::Cli(_) => Mode::Cli,
            Self::Script { .. } => Mode::Script,
            Self::S3 { .. } => Mode::S3,
        }
    }
}

/// A command. Its master sends it three times, since an agent may miss one.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// What is to be done.
    pub action: Action,
    /// When it was sent, in seconds since 1970 by its master's clock.
    pub ts: f64,
    /// Whom it is for.
    pub filter: LegacyFilter,
    /// What its copies have in common.
    pub batch: BatchId,
}

/// A command as it travels. All keys are always sent: old agents fail when one is missing.
#[derive(Serialize, Deserialize)]
struct Fields {
    mode: String,
    cmd: Option<String>,
    ts: f64,
    wf: Option<String>,
    wof: Option<String>,
    batch_msg_id: String,
    payload: Option<String>,
    script_param: Option<String>,
}

impl Command {
    /// Reads a body.
    ///
    /// # Errors
    /// When it is no command.
    pub fn decode(body: &str) -> Result<Self, MessageError> {
        let Fields { mode, cmd, ts, wf, wof, batch_msg_id, payload, script_param: parameters } = wire::decode(body)?;
        let cmd = cmd.ok_or(MessageError::NoCommand);
        let action = match mode.parse()? {
            Mode::Ping => Action::Ping,
            Mode::Count => Action::Count,
            Mode::Cli => Action::Cli(cmd?),
            Mode::Script => Action::Script { name: cmd?, payload, parameters },
            Mode::S3 => Action::S3 { object: cmd?, parameters },
        };
        Ok(Self { action, ts, filter: LegacyFilter { wf, wof }, batch: BatchId::new(batch_msg_id)? })
    }

    /// The body.
    ///
    /// # Errors
    /// When it is larger than the queues take.
    pub fn encode(&self) -> Result<String, TooLarge> {
        let (cmd, payload, script_param) = match self.action.clone() {
            Action::Ping | Action::Count => (None, None, None),
            Action::Cli(line) => (Some(line), None, None),
            Action::Script { name, payload, parameters } => (Some(name), payload, parameters),
            Action::S3 { object, parameters } => (Some(object), None, parameters),
        };
        let LegacyFilter { wf, wof } = self.filter.clone();
        let mode = self.action.mode().to_string();
        let batch_msg_id = self.batch.to_string();
        let body = wire::encode(&Fields { mode, cmd, ts: self.ts, wf, wof, batch_msg_id, payload, script_param });
        if body.len() < TOO_LARGE { Ok(body) } else { Err(TooLarge { size: body.len() }) }
    }

    /// The time of sending as agents give it back: a text.
    pub fn ts_text(&self) -> String {
        format!("{:?}", self.ts)
    }
}
