//! What the end of a wrapper's life means for the user: a line to read, notices, and the exit status.

use bellwether_core::claim::{Exit, RunEnd, Skip, State, Verdict};
use bellwether_core::time::Tick;

use super::{OnceArgs, Plan, skip_status};
use crate::exit_status;
use crate::failure::Failure;
use crate::job::claimed::Finished;
use crate::notices::Notices;
use crate::wiring::context::Context;

/// What the store complained of last.
pub(super) fn complaint(finished: &Finished) -> Failure {
    let unconfirmed = || {
        Failure::unavailable("the store did not confirm the claim").remedy("check the store with: bellwether doctor")
    };
    finished.complaint.clone().unwrap_or_else(unconfirmed)
}

/// What the end of the loop means for those who are told.
pub(super) fn notify(notices: &mut Notices, finished: &Finished) {
    match (&finished.verdict, &finished.report) {
        (Verdict::Skipped(skip), _) => notices.skipped(skip.into()),
        (_, Some(report)) => notices.ended(report.clone()),
        // Nothing was run, and the exit status says why.
        _ => {}
    }
}

/// What the end of the loop means for the user.
pub(super) fn report(args: &OnceArgs, context: &Context, plan: &Plan, finished: Finished) -> Result<u8, Failure> {
    let Plan { job, tick, .. } = plan;
    match &finished.verdict {
        Verdict::Skipped(skip) => {
            context.console.notice(&format!("{job}: {}", explain_skip(*tick, skip)));
            Ok(skip_status(args, context))
        }
        Verdict::ClockAhead { store_time } => Err(Failure::unavailable(format!(
            "{job}: tick {tick} lies in the future: the store's clock says {store_time}; the command was not run"
        ))
        .remedy("set this host's clock (chronyc tracking, timedatectl)")),
        Verdict::Unavailable => {
            let complaint = complaint(&finished);
            let message = format!("{job}: tick {tick}: {}; the command was not run", complaint.message);
            Err(Failure { message, ..complaint })
        }
        Verdict::Interrupted => {
            let signal = finished.told_to_end.map_or(0, |signal| signal as i32);
            context.console.notice(&format!("{job}: tick {tick}: told to end before the command was started"));
            Ok(exit_status::from_command(exit_status::signaled(signal)))
        }
        Verdict::Ran { exit, end, recorded } => Ok(report_run(context, plan, *exit, *end, *recorded, &finished)),
    }
}

fn report_run(context: &Context, plan: &Plan, exit: Exit, end: RunEnd, recorded: bool, finished: &Finished) -> u8 {
    let Plan { job, tick, .. } = plan;
    match end {
        RunEnd::Held | RunEnd::Detached => {}
        RunEnd::Replaced => {
            context.console.notice(&format!("{job}: tick {tick} was stopped: a later tick replaced it"))
        }
        RunEnd::Overdue => context.console.error(&format!(
            "{job}: tick {tick} was stopped: the store was out of reach for too long: {}",
            complaint(finished).message
        )),
        RunEnd::ClaimLost => {
            context.console.error(&format!("{job}: tick {tick} was stopped: another node took its claim"));
        }
    }
    if !recorded {
        context
            .console
            .warning(&format!("{job}: the end of tick {tick} could not be recorded: {}", complaint(finished).message));
    }
    exit_status::from_command(exit.status)
}

fn explain_skip(tick: Tick, skip: &Skip) -> String {
    match skip {
        Skip::Taken(record) => {
            let how = match (record.state, record.status) {
                (State::Done, Some(status)) => format!("done with status {status}"),
                (State::Claimed, _) => "about to start".to_owned(),
                _ => "running".to_owned(),
            };
            format!("tick {tick} is taken: node {} has it, {how}", record.node)
        }
        Skip::Superseded(record) => {
            format!("tick {tick} is past: node {} has claimed tick {} already", record.node, record.tick)
        }
        Skip::Overlap(record) => {
            format!("tick {tick} is skipped: tick {} is still running on node {}", record.tick, record.node)
        }
        Skip::Lost(record) => format!(
            "tick {tick} is lost: node {} died while running it; it is not run again (--on-lost rerun would)",
            record.node
        ),
    }
}
