//! `bellwether lb regions`: where load balancers can be.

use clap::Args;
use serde_json::json;

use crate::args::ReadArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::table;
use crate::wiring::context::Context;

/// List the regions that the account can use, and which host is asked in each
///
/// EC2 is asked, so that regions which are new or not enabled are told right.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bellwether lb regions\n  bellwether lb regions --json --region cn-north-1")]
pub(crate) struct RegionsArgs {
    #[command(flatten)]
    read: ReadArgs,
}

pub(super) async fn run(args: RegionsArgs, context: Context) -> Result<u8, Failure> {
    let regions = context.aws(&args.read.aws).elb_regions(None).await?;
    let text = match args.read.json {
        true => {
            let region = |region: &bellwether_aws::ElbRegion| json!({"name": region.name, "endpoint": region.endpoint});
            format!("{:#}\n", json!(regions.iter().map(region).collect::<Vec<_>>()))
        }
        false => {
            let rows = regions.iter().map(|region| [region.name.as_str().into(), region.endpoint.as_str().into()]);
            table(["REGION", "ENDPOINT"], rows, context.console.colour())
        }
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}
