//! `once` without a claim: by what the group says of this node alone.

use bellwether_core::names::NodeId;
use bellwether_core::report::metrics::SkipReason;
use bellwether_core::roster::Choice;
use bellwether_host::random;

use super::{OnceArgs, Plan, install_signals, no_randomness, skip_status, stay};
use crate::exit_status;
use crate::failure::Failure;
use crate::job::unclaimed::Unclaimed;
use crate::notices::Notices;
use crate::wiring::context::Context;
use crate::wiring::roster::survey;

/// Without a store: the first healthy node runs the command.
pub(super) async fn run(args: &OnceArgs, context: &Context, plan: &Plan) -> Result<u8, Failure> {
    let survey = survey(context, &plan.group, &args.node, &args.aws).await;
    let (identity, roster) = (survey.identity?, survey.roster?);
    let Plan { job, tick, group, .. } = plan;
    let notices = Notices::new(&plan.wanted, job, context);
    let why_not = match roster.choose(&identity) {
        Choice::Chosen => {
            let node = roster.member_of(&identity).unwrap_or(&identity.id);
            return run_unclaimed(args, plan, node, notices).await;
        }
        Choice::Other(leader) => format!("is for {leader}, the first healthy node of {group}"),
        Choice::Nobody => format!("is not run: no member of {group} is healthy"),
    };
    context.console.notice(&format!("{job}: tick {tick} {why_not}"));
    Ok(not_chosen(args, context, notices).await)
}

/// Leaves the tick to others, for what the group says of this node.
pub(super) async fn not_chosen(args: &OnceArgs, context: &Context, mut notices: Notices) -> u8 {
    notices.skipped(SkipReason::NotChosen);
    notices.delivered(std::future::pending()).await;
    skip_status(args, context)
}

/// Runs the command without a claim.
pub(super) async fn run_unclaimed(
    args: &OnceArgs,
    plan: &Plan,
    node: &NodeId,
    mut notices: Notices,
) -> Result<u8, Failure> {
    let mut signals = install_signals()?;
    let run_id = random::run_id().map_err(no_randomness)?;
    let unclaimed = Unclaimed {
        job: &plan.job,
        tick: plan.tick,
        run_id: &run_id,
        node,
        retries: args.retries,
        retry_delay: args.retry_delay,
    };
    let exit = unclaimed.drive(&plan.launch, &mut signals, &mut notices).await;
    notices.delivered(stay::told_to_end(&mut signals)).await;
    Ok(exit_status::from_command(exit.status))
}
