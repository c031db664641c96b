//! `bellwether lb policy list`: which policies there are.

use bellwether_aws::{ApiError, Balancers};
use bellwether_core::balancer::{BalancerName, NamePattern, Policy, PolicyAttribute, PolicyName};
use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use super::super::AT_ONCE;
use super::super::naming::select_names;
use crate::args::ReadArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::progress::with_progress;
use crate::render::table::{Text, table};
use crate::wiring::context::Context;

/// List the policies of load balancers, or AWS's samples
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb policy list web\n  bellwether lb policy list web --policy sticky --json\n  bellwether lb policy list --samples"
)]
pub(super) struct ListArgs {
    /// The load balancers: names, or patterns with * and ?
    #[arg(value_name = "NAME-OR-GLOB", required_unless_present = "samples")]
    names: Vec<NamePattern>,

    /// The policies that AWS offers as samples
    #[arg(long, conflicts_with = "names")]
    samples: bool,

    /// Only the policy of this name; may be given again
    #[arg(long = "policy", value_name = "POLICY")]
    policies: Vec<PolicyName>,

    #[command(flatten)]
    read: ReadArgs,
}

/// Policies, and the load balancer that has them; none for samples.
type Owned = (Option<BalancerName>, Vec<Policy>);

pub(super) async fn run(args: ListArgs, context: Context) -> Result<u8, Failure> {
    let balancers = context.aws(&args.read.aws).balancers(None);
    let found = match args.samples {
        true => vec![(None, balancers.sample_policies(&args.policies).await?)],
        false => {
            let names = select_names(&balancers, &args.names, context.console).await?;
            let progress = || format!("policies of {} load balancers", names.len());
            with_progress(context.console, progress, of_each(&balancers, &names, &args.policies)).await?
        }
    };
    let text = match args.read.json {
        true => {
            let owned = |(name, policies): &Owned| json!({"name": name, "policies": policies});
            format!("{:#}\n", json!(found.iter().map(owned).collect::<Vec<_>>()))
        }
        false => table(["NAME", "POLICY", "TYPE", "ATTRIBUTES"], found.iter().flat_map(rows), context.console.colour()),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

async fn of_each(
    balancers: &Balancers,
    names: &[BalancerName],
    policies: &[PolicyName],
) -> Result<Vec<Owned>, ApiError> {
    let one = async |name: &BalancerName| Ok((Some(name.clone()), balancers.policies(name, policies).await?));
    stream::iter(names.iter().map(one)).buffered(AT_ONCE).try_collect().await
}

fn rows((name, policies): &Owned) -> impl Iterator<Item = [Text; 4]> {
    let name = name.as_ref().map_or("", BalancerName::as_str);
    policies.iter().map(move |policy| {
        let attributes: Vec<_> = policy.attributes.iter().map(PolicyAttribute::to_string).collect();
        [name.into(), policy.name.as_str().into(), policy.type_name.as_str().into(), attributes.join(" ").into()]
    })
}
