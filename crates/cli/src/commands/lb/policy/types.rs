//! `bellwether lb policy types`: which kinds of policies AWS offers.

use bellwether_core::balancer::{PolicyName, PolicyType};
use clap::Args;
use serde_json::json;

use crate::args::ReadArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::fields::indented;
use crate::render::table::{printable, table};
use crate::wiring::context::Context;

/// Show the types of policies that can be created, and their attributes
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb policy types\n  bellwether lb policy types ProxyProtocolPolicyType --json"
)]
pub(super) struct TypesArgs {
    /// Only these types
    #[arg(value_name = "TYPE")]
    types: Vec<PolicyName>,

    #[command(flatten)]
    read: ReadArgs,
}

pub(super) async fn run(args: TypesArgs, context: Context) -> Result<u8, Failure> {
    let types = context.aws(&args.read.aws).balancers(None).policy_types(&args.types).await?;
    let text = match args.read.json {
        true => format!("{:#}\n", json!(types)),
        false => {
            let parts: Vec<_> = types.iter().map(|kind| in_words(kind, context.console.colour())).collect();
            parts.join("\n")
        }
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

fn in_words(kind: &PolicyType, colour: bool) -> String {
    let head = format!("{}\n{}", printable(&kind.name), indented(&printable(&kind.description)));
    if kind.attributes.is_empty() {
        return head;
    }
    let rows = kind.attributes.iter().map(|attribute| {
        [
            attribute.name.as_str().into(),
            attribute.value_type.as_str().into(),
            attribute.default.clone().unwrap_or_default().into(),
            attribute.cardinality.to_string().into(),
            attribute.description.as_str().into(),
        ]
    });
    let attributes = table(["ATTRIBUTE", "TYPE", "DEFAULT", "HOW OFTEN", "MEANING"], rows, colour);
    format!("{head}{}", indented(&attributes))
}
