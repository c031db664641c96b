//! `bellwether lb show`: all there is to know about load balancers.

mod details;
mod text;

use std::cell::Cell;

use bellwether_core::balancer::NamePattern;
use clap::Args;
use serde_json::json;

use super::naming::select;
use crate::args::ReadArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::progress::with_progress;
use crate::wiring::context::Context;

/// Show load balancers with their instances' health, their attributes and their tags
///
/// A name that is not there is an error; a pattern that fits none shows nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bellwether lb show web\n  bellwether lb show 'web-*' api --json")]
pub(crate) struct ShowArgs {
    /// Names, or patterns with * and ?
    #[arg(value_name = "NAME-OR-GLOB", required = true)]
    names: Vec<NamePattern>,

    #[command(flatten)]
    read: ReadArgs,
}

pub(super) async fn run(args: ShowArgs, context: Context) -> Result<u8, Failure> {
    let balancers = context.aws(&args.read.aws).balancers(None);
    let found = select(&balancers, &args.names, context.console).await?;
    let (asked, all) = (Cell::new(0), found.len());
    let progress = || format!("{} of {all} load balancers", asked.get());
    let details = with_progress(context.console, progress, details::of_each(&balancers, found, &asked)).await?;
    let text = match args.read.json {
        true => format!("{:#}\n", json!(details)),
        false => {
            let colour = context.console.colour();
            let parts: Vec<_> = details.iter().map(|details| text::in_words(details, colour)).collect();
            parts.join("\n")
        }
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}
