//! `once --dry-run`: what would be done.

use bellwether_core::roster::Standing;

use super::{OnceArgs, Plan};
use crate::exit_status;
use crate::failure::Failure;
use crate::notices::args::Wanted;
use crate::wiring::context::Context;
use crate::wiring::roster::survey;
use crate::wiring::store::StoreRef;

/// Says what would be done, from what can be read without changing anything.
pub(super) async fn run(args: &OnceArgs, context: &Context, plan: &Plan, store: &StoreRef) -> Result<u8, Failure> {
    let Plan { job, tick, group, launch, .. } = plan;
    let survey = survey(context, group, &args.node, &args.aws).await;
    let (identity, roster) = (survey.identity?, survey.roster?);
    let standing = match roster.standing(&identity) {
        Standing::Healthy { rank } => format!("healthy, rank {rank}"),
        Standing::Unhealthy { state, reason } => format!("{state} {reason}"),
        Standing::Stranger => "not a member".to_owned(),
    };
    let held = match store {
        StoreRef::None => "no store: the first healthy node runs it".to_owned(),
        store if store.is_yet_to_be_made() => format!("{store} (would be created): free"),
        store => {
            let open = context.open(store, &args.aws).await?;
            let current = open.claims.read(job).await?.current;
            let claim = current.map_or_else(
                || "never claimed".to_owned(),
                |(record, _)| format!("tick {} was claimed last, by node {}", record.tick, record.node),
            );
            format!("{store}: {claim}")
        }
    };
    let words: Vec<_> =
        std::iter::once(&launch.program).chain(&launch.args).map(|word| word.to_string_lossy()).collect();
    context.console.result(&format!(
        "job      {job}\ntick     {tick}\nnode     {}\ngroup    {group}: {standing}\nstore    {held}\ncommand  {}\n{}",
        identity.id,
        words.join(" "),
        told(&plan.wanted),
    ))?;
    Ok(exit_status::OK)
}

/// Who would be told of the run, a line each.
fn told(wanted: &Wanted) -> String {
    let ping = wanted.ping.as_ref().map(|url| format!("ping     {url}/...\n"));
    let failure = wanted.on_failure.as_ref().map(|command| format!("failure  {command}\n"));
    let metrics = wanted.metrics.as_ref().map(|path| format!("metrics  {}\n", path.display()));
    [ping, failure, metrics].into_iter().flatten().collect()
}
