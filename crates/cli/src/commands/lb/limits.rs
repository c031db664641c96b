//! `bellwether lb limits`: how much of everything there may be.

use clap::Args;
use serde_json::json;

use crate::args::ReadArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::table;
use crate::wiring::context::Context;

/// Show the account's quotas for classic load balancers
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bellwether lb limits\n  bellwether lb limits --json --region us-east-1")]
pub(crate) struct LimitsArgs {
    #[command(flatten)]
    read: ReadArgs,
}

pub(super) async fn run(args: LimitsArgs, context: Context) -> Result<u8, Failure> {
    let limits = context.aws(&args.read.aws).balancers(None).account_limits().await?;
    let text = match args.read.json {
        true => format!("{:#}\n", json!(limits)),
        false => {
            let rows = limits.iter().map(|limit| [limit.name.as_str().into(), limit.max.as_str().into()]);
            table(["LIMIT", "MOST"], rows, context.console.colour())
        }
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}
