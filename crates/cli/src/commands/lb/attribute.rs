//! `bellwether lb attribute`: the attributes of load balancers.

use std::cell::Cell;

use bellwether_aws::{ApiError, Balancers};
use bellwether_core::balancer::{
    AccessLog, AttributeChanges, AttributeSetting, AttributeSettings, Attributes, BalancerName, ConnectionDraining,
    NamePattern, written_attributes,
};
use clap::{Args, Subcommand};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use super::change::Change;
use super::naming::{exact_name, select_names};
use crate::args::{ChangeArgs, ReadArgs};
use crate::exit_status;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::render::progress::with_progress;
use crate::render::table::table;
use crate::wiring::context::Context;

/// Look at and change the attributes of load balancers
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb attribute get web\n  bellwether lb attribute set web cross-zone=true idle-timeout=120"
)]
pub(crate) struct AttributeArgs {
    #[command(subcommand)]
    command: AttributeCommand,
}

#[derive(Debug, Subcommand)]
enum AttributeCommand {
    Get(GetArgs),
    Set(SetArgs),
}

/// Show attributes, as 'set' takes them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bellwether lb attribute get web\n  bellwether lb attribute get '*' --json")]
struct GetArgs {
    /// The load balancers: names, or patterns with * and ?
    #[arg(value_name = "NAME-OR-GLOB", required = true)]
    names: Vec<NamePattern>,

    #[command(flatten)]
    read: ReadArgs,
}

/// Change attributes
///
/// Keys: cross-zone, access-log, access-log-bucket, access-log-prefix, access-log-interval (5 or 60 minutes),
/// connection-draining, connection-draining-timeout, idle-timeout, desync-mode (monitor, defensive or strictest); or as
/// the API spells them, such as ConnectionDraining.Timeout; or the name of an additional attribute. What is not given
/// keeps its present value; that of the access log and of connection draining is read first, since AWS takes each as a
/// whole.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb attribute set web cross-zone=true idle-timeout=2m\n  bellwether lb attribute set web connection-draining=true connection-draining-timeout=60\n  bellwether lb attribute set web access-log=true access-log-bucket=my-logs access-log-interval=5\n  bellwether lb attribute set web desync-mode=strictest"
)]
struct SetArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// What to set
    #[arg(value_name = "KEY=VALUE", required = true)]
    settings: Vec<AttributeSetting>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: AttributeArgs, context: Context) -> Result<u8, Failure> {
    match args.command {
        AttributeCommand::Get(args) => get(args, context).await,
        AttributeCommand::Set(args) => set(args, context).await,
    }
}

async fn get(args: GetArgs, context: Context) -> Result<u8, Failure> {
    let balancers = context.aws(&args.read.aws).balancers(None);
    let names = select_names(&balancers, &args.names, context.console).await?;
    let asked = Cell::new(0_usize);
    let progress = || format!("attributes of {} of {} load balancers", asked.get(), names.len());
    let found = with_progress(context.console, progress, attributes(&balancers, &names, &asked)).await?;
    let text = match args.read.json {
        true => {
            let balancer =
                |(name, attributes): &(BalancerName, Attributes)| json!({"name": name, "attributes": attributes});
            format!("{:#}\n", json!(found.iter().map(balancer).collect::<Vec<_>>()))
        }
        false => {
            let rows = found.iter().flat_map(|(name, attributes)| {
                let row = |(key, value): (String, String)| [name.as_str().into(), key.into(), value.into()];
                written_attributes(attributes).into_iter().map(row)
            });
            table(["NAME", "ATTRIBUTE", "VALUE"], rows, context.console.colour())
        }
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

/// The attributes of each, in the same order.
async fn attributes(
    balancers: &Balancers,
    names: &[BalancerName],
    asked: &Cell<usize>,
) -> Result<Vec<(BalancerName, Attributes)>, ApiError> {
    let one = async |name: &BalancerName| {
        let found = balancers.attributes(name).await?;
        asked.set(asked.get() + 1);
        Ok((name.clone(), found))
    };
    stream::iter(names.iter().map(one)).buffered(super::AT_ONCE).try_collect().await
}

async fn set(args: SetArgs, context: Context) -> Result<u8, Failure> {
    let SetArgs { name, settings, change } = args;
    let settings = AttributeSettings::new(settings)?;
    let change = Change::new(context, &change);
    let present = match settings.need_the_present() {
        true => change.balancers.attributes(&name).await?,
        false => Attributes::default(),
    };
    let changes = settings.changes(&present)?;
    if change.is_dry {
        return change.show(&[call(&name, &changes)]).await;
    }
    change.balancers.modify_attributes(&name, &changes).await?;
    change.done(&format!("{name}: set {settings}"))
}

fn call(name: &BalancerName, changes: &AttributeChanges) -> Call {
    let log = |log: &AccessLog| {
        json!({
            "Enabled": log.enabled,
            "S3BucketName": log.bucket,
            "S3BucketPrefix": log.prefix,
            "EmitInterval": log.interval_minutes,
        })
    };
    let draining = |draining: ConnectionDraining| json!({"Enabled": draining.enabled, "Timeout": draining.timeout});
    let additional: Vec<_> =
        changes.additional.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    let attributes = json!({
        "CrossZoneLoadBalancing": changes.cross_zone.map(|enabled| json!({"Enabled": enabled})),
        "AccessLog": changes.access_log.as_ref().map(log),
        "ConnectionDraining": changes.connection_draining.map(draining),
        "ConnectionSettings": changes.idle_timeout.map(|seconds| json!({"IdleTimeout": seconds})),
        "AdditionalAttributes": Some(additional).filter(|additional| !additional.is_empty()),
    });
    Call::elb("ModifyLoadBalancerAttributes", json!({"LoadBalancerName": name, "LoadBalancerAttributes": attributes}))
}
