//! Taking this node out of its load balancers, and putting it back.

use std::time::Duration;

use bellwether_core::drain::{Action, Options, Report, Run};
use bellwether_core::names::NodeId;
use bellwether_host::clock;
use jiff::Timestamp;

use super::super::work::{GiveUp, Tools};
use crate::drain::drive::drive;
use crate::drain::journal::JournalFile;
use crate::failure::Failure;

/// A node that is overdue is still deregistered.
const LEAST: Duration = Duration::from_secs(10);

/// Takes this node out of every load balancer of its region, or goes on with that; waits until it is out.
pub(in super::super) async fn take_out(
    tools: &Tools,
    deadline: Option<Timestamp>,
    give_up: GiveUp,
) -> Result<(), String> {
    let identity = tools.identity().await?;
    let file = JournalFile::lock(&tools.journals, &identity.id).map_err(Failure::in_one_line)?;
    let kept = file.load().map_err(Failure::in_one_line)?.filter(|journal| !journal.is_over());
    let journal = match kept {
        Some(journal) => journal,
        None => {
            // By id alone: the same private address can belong to another node, in another network of the region.
            let ids = [identity.id.to_string()];
            let planned =
                tools.aws.drains(identity.region.as_deref()).plan(&identity.id, &ids, clock::now().wall).await;
            planned.map_err(|error| Failure::from(error).in_one_line())?
        }
    };
    if journal.entries.is_empty() {
        tools.log.info("this node is registered in no load balancer");
        return Ok(());
    }
    let drains = tools.aws.drains(Some(&journal.region));
    let now = clock::now();
    let left = |deadline: Timestamp| Duration::try_from(deadline.duration_since(now.wall)).unwrap_or_default();
    let limit = deadline.map(|deadline| left(deadline).max(LEAST));
    let run = Run::drain(journal, Options { limit, ..Options::default() }, now);
    outcome(tools, &go(tools, run, &drains, &file, give_up).await)
}

/// Puts this node back where it was taken out. A node without a journal was not taken out.
pub(in super::super) async fn put_back(tools: &Tools, give_up: GiveUp) -> Result<(), String> {
    let node: NodeId = tools.identity().await?.id;
    let file = JournalFile::lock(&tools.journals, &node).map_err(Failure::in_one_line)?;
    let Some(journal) = file.load().map_err(Failure::in_one_line)? else { return Ok(()) };
    let drains = tools.aws.drains(Some(&journal.region));
    let run = Run::undrain(journal, Options::default(), clock::now());
    outcome(tools, &go(tools, run, &drains, &file, give_up).await)?;
    file.remove().map_err(Failure::in_one_line)
}

async fn go(
    tools: &Tools,
    run: Run,
    drains: &bellwether_aws::Drains,
    file: &JournalFile,
    mut give_up: GiveUp,
) -> Report {
    let mut told: Vec<String> = Vec::new();
    let tell = |run: &Run, _: &Action| {
        for place in run.progress() {
            let text = match (place.ending, place.trouble, place.seen) {
                (Some(ending), _, _) => format!("{}: {ending}", place.place),
                (None, Some(trouble), _) => format!("{}: {trouble}", place.place),
                (None, None, Some(seen)) => format!("{}: {seen}", place.place),
                (None, None, None) => continue,
            };
            if !told.contains(&text) {
                tools.log.info(&text);
                told.push(text);
            }
        }
    };
    drive(run, drains, |journal| file.save(journal), tell, give_up.told()).await.report
}

fn outcome(tools: &Tools, report: &Report) -> Result<(), String> {
    if let Some(why) = &report.journal_failed {
        tools.log.error(&format!("the journal of the drain could not be written: {why}"));
    }
    let missing: Vec<_> = report.missing().map(|(place, ending)| format!("{place}: {ending}")).collect();
    if missing.is_empty() { Ok(()) } else { Err(missing.join("; ")) }
}
