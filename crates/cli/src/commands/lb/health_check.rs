//! `bellwether lb health-check`: how a load balancer finds out which instances are healthy.

use bellwether_core::balancer::{BalancerName, HealthCheck, HealthCheckChanges, HealthTarget, parse_seconds};
use clap::Args;
use serde_json::json;

use super::change::Change;
use super::naming::exact_name;
use crate::args::ChangeArgs;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::wiring::context::Context;

/// Change the health check of a load balancer
///
/// What is not given keeps its present value, which is read first, since AWS takes a health check as a whole. 'bellwether
/// lb show NAME' tells the present one.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb health-check web --target http:8080/health --interval 20 --healthy 3 --unhealthy 5\n  bellwether lb health-check web --interval 1m --timeout 10s"
)]
pub(crate) struct HealthCheckArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    #[command(flatten)]
    parts: PartArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct PartArgs {
    /// What is asked of an instance: tcp:PORT, ssl:PORT, http:PORT/PATH or https:PORT/PATH
    #[arg(long, value_name = "TARGET")]
    target: Option<HealthTarget>,

    /// The time between two checks of an instance, 5 s to 300 s
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    interval: Option<u16>,

    /// After which silence is a failure, 2 s to 60 s and less than the interval
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    timeout: Option<u16>,

    /// How many successes in a row make an instance healthy, 2 to 10
    #[arg(long, value_name = "COUNT")]
    healthy: Option<u16>,

    /// How many failures in a row make it unhealthy, 2 to 10
    #[arg(long, value_name = "COUNT")]
    unhealthy: Option<u16>,
}

impl From<PartArgs> for HealthCheckChanges {
    fn from(parts: PartArgs) -> Self {
        Self {
            target: parts.target,
            interval: parts.interval,
            timeout: parts.timeout,
            healthy_threshold: parts.healthy,
            unhealthy_threshold: parts.unhealthy,
        }
    }
}

pub(super) async fn run(args: HealthCheckArgs, context: Context) -> Result<u8, Failure> {
    let HealthCheckArgs { name, parts, change } = args;
    let parts = HealthCheckChanges::from(parts);
    parts.check()?;
    let change = Change::new(context, &change);
    let present = match parts.is_complete() {
        true => None,
        false => change.balancers.get(&name).await?.health_check,
    };
    let check = parts.apply(present.as_ref())?;
    if change.is_dry {
        return change.show(&[call(&name, &check)]).await;
    }
    let taken = change.balancers.configure_health_check(&name, &check).await?;
    change.done(&format!("{name}: {}", in_words(&taken)))
}

fn call(name: &BalancerName, check: &HealthCheck) -> Call {
    Call::elb(
        "ConfigureHealthCheck",
        json!({
            "LoadBalancerName": name,
            "HealthCheck": {
                "Target": check.target,
                "Interval": check.interval,
                "Timeout": check.timeout,
                "HealthyThreshold": check.healthy_threshold,
                "UnhealthyThreshold": check.unhealthy_threshold,
            },
        }),
    )
}

/// A health check on one line.
pub(super) fn in_words(check: &HealthCheck) -> String {
    let HealthCheck { target, interval, timeout, healthy_threshold, unhealthy_threshold } = check;
    format!(
        "{target} every {interval} s, timeout {timeout} s, healthy after {healthy_threshold}, unhealthy after \
         {unhealthy_threshold}"
    )
}
