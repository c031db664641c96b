//! `bellwether lb policy delete`: a policy goes.

use bellwether_core::balancer::{BalancerName, PolicyName};
use clap::Args;
use serde_json::json;

use super::super::change::Change;
use super::super::naming::exact_name;
use crate::args::ChangeArgs;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::wiring::context::Context;

/// Delete a policy, which must not be applied any more
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether lb policy delete web sticky")]
pub(super) struct DeleteArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// The policy
    #[arg(value_name = "POLICY")]
    policy: PolicyName,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: DeleteArgs, context: Context) -> Result<u8, Failure> {
    let DeleteArgs { name, policy, change } = args;
    let change = Change::new(context, &change);
    if change.is_dry {
        let parameters = json!({"LoadBalancerName": name, "PolicyName": policy});
        return change.show(&[Call::elb("DeleteLoadBalancerPolicy", parameters)]).await;
    }
    change.balancers.delete_policy(&name, &policy).await?;
    change.done(&format!("{name}: the policy {policy} is gone"))
}
