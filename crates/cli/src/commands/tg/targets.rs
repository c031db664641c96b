//! `bellwether tg register` and `deregister`: the targets of a group.

use bellwether_aws::{Aws, TargetGroup, TargetGroups};
use bellwether_core::drain::{Goal, Place, Target};
use clap::Args;
use serde_json::{Value, json};

use super::naming::exact;
use crate::args::ChangeArgs;
use crate::drain::wait::{WaitArgs, reach};
use crate::exit_status;
use crate::failure::Failure;
use crate::render::call::{Call, as_json};
use crate::wiring::context::Context;

/// Register targets with a group; those that are registered already stay
///
/// AWS answers before they get requests. With --wait it is waited until they are healthy, and a target that is still
/// draining is registered again when it is out, since AWS may ignore the first time.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether tg register web i-0123456789abcdef0 --wait\n  bellwether tg register api 10.0.0.10:8080 [2001:db8::1]:8080 --dry-run"
)]
pub(crate) struct RegisterArgs {
    #[command(flatten)]
    targets: TargetsArgs,
}

/// Take targets out of a group; those that are not registered are no error
///
/// AWS answers before requests under way have ended. With --wait it is waited until they have. A target that was
/// registered with a port of its own is only found with that port.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether tg deregister web i-0123456789abcdef0 --wait\n  bellwether tg deregister api 10.0.0.10:8080"
)]
pub(crate) struct DeregisterArgs {
    #[command(flatten)]
    targets: TargetsArgs,
}

#[derive(Debug, Args)]
struct TargetsArgs {
    /// The target group
    #[arg(value_name = "NAME-OR-ARN", value_parser = exact)]
    group: String,

    /// The targets, such as i-0123456789abcdef0 or 10.0.0.10:8080
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<Target>,

    #[command(flatten)]
    wait: WaitArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn register(args: RegisterArgs, context: Context) -> Result<u8, Failure> {
    change(args.targets, context, Goal::In).await
}

pub(super) async fn deregister(args: DeregisterArgs, context: Context) -> Result<u8, Failure> {
    change(args.targets, context, Goal::Out).await
}

async fn change(args: TargetsArgs, context: Context, goal: Goal) -> Result<u8, Failure> {
    let aws = context.aws_for_changes(&args.change.aws);
    let groups = aws.target_groups(None);
    let group = groups.get(&args.group).await?;
    if args.change.dry_run {
        context.console.result(&as_json(&[call(&group, &args.targets, goal)], group.arn.region()))?;
        return Ok(exit_status::OK);
    }
    if args.wait.wait {
        return wait(&context, &aws, &group, &args, goal).await;
    }
    ask(&groups, &group, &args.targets, goal).await?;
    let done = match goal {
        Goal::In => "registered",
        Goal::Out => "deregistered",
    };
    let targets: Vec<_> = args.targets.iter().map(Target::to_string).collect();
    context.console.result(&format!("{}: {} {done}\n", group.name, targets.join(" ")))?;
    Ok(exit_status::OK)
}

async fn ask(groups: &TargetGroups, group: &TargetGroup, targets: &[Target], goal: Goal) -> Result<(), Failure> {
    match goal {
        Goal::In => groups.register(&group.arn, targets).await?,
        Goal::Out => groups.deregister(&group.arn, targets).await?,
    }
    Ok(())
}

async fn wait(
    context: &Context,
    aws: &Aws,
    group: &TargetGroup,
    args: &TargetsArgs,
    goal: Goal,
) -> Result<u8, Failure> {
    let place = |target: &Target| Place::TargetGroup { group: group.arn.clone(), target: target.clone() };
    let places: Vec<_> = args.targets.iter().map(place).collect();
    reach(context, &aws.drains(Some(group.arn.region())), goal, &places, &args.wait).await
}

fn call(group: &TargetGroup, targets: &[Target], goal: Goal) -> Call {
    let action = match goal {
        Goal::In => "RegisterTargets",
        Goal::Out => "DeregisterTargets",
    };
    let targets: Vec<_> = targets.iter().map(described).collect();
    Call::elbv2(action, json!({"TargetGroupArn": group.arn, "Targets": targets}))
}

fn described(target: &Target) -> Value {
    json!({
        "Id": target.id(),
        "Port": target.port(),
        "AvailabilityZone": target.zone(),
        "QuicServerId": target.server_id(),
    })
}
