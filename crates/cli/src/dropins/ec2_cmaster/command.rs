//! The command that is sent.

use std::path::Path;

use bellwether_core::collective::message::{Action, Command};
use bellwether_core::collective::names::BatchId;
use bellwether_host::files::read_bounded;
use bellwether_host::{clock, random};

use super::args::{Options, Request};
use crate::failure::Failure;

/// The largest script that is read, in bytes: a larger one fits into no message.
const LARGEST_SCRIPT: usize = 65_536;

/// A command, and the body of its messages.
///
/// # Errors
/// When a script cannot be read, it does not fit into a message, or there are no random numbers.
pub(super) fn make(options: &Options) -> Result<(Command, String), Failure> {
    let random = random::number().map_err(|error| Failure::unavailable(format!("no random numbers: {error}")))?;
    let command = Command {
        action: action(&options.request)?,
        ts: seconds_since_1970(),
        filter: options.filter.clone(),
        batch: BatchId::from_random(random),
    };
    let body = command.encode().map_err(|error| {
        Failure::unavailable(format!("the command cannot be sent: {error}"))
            .remedy("fetch what is large on the agents' side, from S3 for example")
    })?;
    Ok((command, body))
}

fn action(request: &Request) -> Result<Action, Failure> {
    Ok(match request.clone() {
        Request::Ping => Action::Ping,
        Request::Count => Action::Count,
        Request::Shell(line) => Action::Cli(line),
        Request::Script(path, parameters) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Action::Script { name, payload: Some(script(&path)?), parameters }
        }
        Request::S3(object, parameters) => Action::S3 { object, parameters },
    })
}

fn script(path: &Path) -> Result<String, Failure> {
    let bytes = read_bounded(path, LARGEST_SCRIPT).map_err(|error| Failure::unavailable(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::unavailable(format!("the script {} is not UTF-8, and JSON carries nothing else", path.display()))
    })
}

/// By the wall clock, to the microsecond, as Python's `time.time()`.
fn seconds_since_1970() -> f64 {
    let micros = clock::now().wall.as_microsecond();
    #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 fit into 53 bits until 2255")]
    let micros = micros as f64;
    micros / 1e6
}
