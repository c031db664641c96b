//! Removes what nodes that are gone, and callers that died, have left: `aws`, `nats`.

mod aws;
mod nats;

use std::time::Duration;

use bellwether_core::fleet::transport::TransportError;
use jiff::Timestamp;

use super::AgentArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::console::Console;
use crate::wiring::context::Context;
use crate::wiring::transport::TransportRef;

/// How long a node must have been silent to be gone, where nothing else is said.
const SILENT_FOR: Duration = Duration::from_hours(24);

/// Something that is left.
struct Found<T> {
    /// What it is, in words.
    name: String,
    left: T,
}

/// What became of it.
enum Removed {
    Done,
    /// It is there again, for its node has spoken in this moment.
    HasReturned,
    Failed(TransportError),
}

pub(super) async fn run(args: &AgentArgs, context: &Context) -> Result<u8, Failure> {
    let place = context.fleet(&args.fleet)?;
    let silent_for = args.silent_for.unwrap_or(SILENT_FOR);
    let console = context.console;
    match &place.transport {
        TransportRef::Sqs => {
            let fleet = context.aws_fleet(&place, &args.aws);
            let found = aws::find(&fleet, silent_for).await?;
            if preview(&found, args.dry_run, console)? {
                return Ok(exit_status::OK);
            }
            tell(&found, aws::remove(&fleet, &found).await?, console)
        }
        TransportRef::Nats(url) => {
            let link = context.nats_caller(url, &place.environment).await?;
            let found = nats::find(&link, silent_for).await?;
            if preview(&found, args.dry_run, console)? {
                return Ok(exit_status::OK);
            }
            tell(&found, nats::remove(&link, &found).await, console)
        }
    }
}

/// Shows what would be removed, where nothing is to be removed; answers whether that is all.
fn preview<T>(found: &[Found<T>], dry_run: bool, console: Console) -> Result<bool, Failure> {
    if found.is_empty() {
        console.result("nothing is left behind\n")?;
    } else if dry_run {
        found.iter().try_for_each(|found| console.result(&format!("would remove {}\n", found.name)))?;
    }
    Ok(found.is_empty() || dry_run)
}

fn tell<T>(found: &[Found<T>], removed: Vec<Removed>, console: Console) -> Result<u8, Failure> {
    let mut status = exit_status::OK;
    for (Found { name, .. }, removed) in found.iter().zip(removed) {
        match removed {
            Removed::Done => console.result(&format!("removed {name}\n"))?,
            Removed::HasReturned => console.notice(&format!("{name} stays: the node has announced itself meanwhile")),
            Removed::Failed(error) => {
                console.error(&format!("{name} stays: {error}; {}", error.remedy));
                status = exit_status::NO;
            }
        }
    }
    Ok(status)
}

fn record_of(node: &str, since: Option<Timestamp>) -> String {
    let since = since.map(|since| format!(", since {since}")).unwrap_or_default();
    format!("what is known of the node: {node}{since}")
}
