//! `bellwether lb delete`: load balancers go for good.

use bellwether_core::balancer::BalancerName;
use clap::Args;
use serde_json::json;

use super::change::Change;
use super::naming::{exact_name, once_each};
use crate::args::ChangeArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::render::confirm::confirm;
use crate::wiring::context::Context;

/// Delete load balancers
///
/// Asks first on a terminal; without one it refuses, unless --yes is given. AWS answers the same whether there was a
/// load balancer of this name or not, so that deleting what is not there is no error.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb delete web\n  bellwether lb delete web-blue web-green --yes\n  bellwether lb delete web --dry-run"
)]
pub(crate) struct DeleteArgs {
    /// Their names; no patterns
    #[arg(value_name = "NAME", required = true, value_parser = exact_name)]
    names: Vec<BalancerName>,

    /// Do not ask
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: DeleteArgs, context: Context) -> Result<u8, Failure> {
    let names = once_each(args.names);
    let change = Change::new(context, &args.change);
    if change.is_dry {
        let call = |name: &BalancerName| Call::elb("DeleteLoadBalancer", json!({"LoadBalancerName": name}));
        return change.show(&names.iter().map(call).collect::<Vec<_>>()).await;
    }
    if !args.yes && !confirm(&question(&names, &change.balancers.region().await?))? {
        change.console().notice("nothing was deleted");
        return Ok(exit_status::NO);
    }
    delete_each(&change, &names).await
}

fn question(names: &[BalancerName], region: &str) -> String {
    let names: Vec<_> = names.iter().map(BalancerName::as_str).collect();
    format!("delete {} in {region} for good?", names.join(", "))
}

/// What cannot be deleted does not keep the others.
async fn delete_each(change: &Change, names: &[BalancerName]) -> Result<u8, Failure> {
    let mut status = exit_status::OK;
    for name in names {
        match change.balancers.delete(name).await {
            Ok(()) => drop(change.done(&format!("{name}: gone; AWS does not say whether it was there"))?),
            Err(error) => {
                let failure = Failure::from(error);
                change.console().failure(&failure);
                status = failure.status;
            }
        }
    }
    Ok(status)
}
