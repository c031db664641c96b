//! `bellwether lb tag`: what people have noted down about load balancers.

use bellwether_core::balancer::{BalancerName, NamePattern, Tag, TagKey, check_tags};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::change::Change;
use super::naming::{exact_name, select_names};
use crate::args::{ChangeArgs, ReadArgs};
use crate::exit_status;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::render::progress::with_progress;
use crate::render::table::table;
use crate::wiring::context::Context;

/// List, set and remove the tags of load balancers
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb tag list 'web-*'\n  bellwether lb tag add web Team=shop Stage=live\n  bellwether lb tag remove web Stage"
)]
pub(crate) struct TagArgs {
    #[command(subcommand)]
    command: TagCommand,
}

#[derive(Debug, Subcommand)]
enum TagCommand {
    List(ListArgs),
    Add(AddArgs),
    Remove(RemoveArgs),
}

/// List the tags of load balancers
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bellwether lb tag list web\n  bellwether lb tag list '*' --json")]
struct ListArgs {
    /// The load balancers: names, or patterns with * and ?
    #[arg(value_name = "NAME-OR-GLOB", required = true)]
    names: Vec<NamePattern>,

    #[command(flatten)]
    read: ReadArgs,
}

/// Set tags; one of the same key gets the new value
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether lb tag add web Team=shop Stage=live")]
struct AddArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// The tags
    #[arg(value_name = "KEY=VALUE", required = true)]
    tags: Vec<Tag>,

    #[command(flatten)]
    change: ChangeArgs,
}

/// Remove tags; keys that are not there are no error
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether lb tag remove web Stage")]
struct RemoveArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// The keys of the tags
    #[arg(value_name = "KEY", required = true)]
    keys: Vec<TagKey>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: TagArgs, context: Context) -> Result<u8, Failure> {
    match args.command {
        TagCommand::List(args) => list(args, context).await,
        TagCommand::Add(args) => add(args, context).await,
        TagCommand::Remove(args) => remove(args, context).await,
    }
}

async fn list(args: ListArgs, context: Context) -> Result<u8, Failure> {
    let balancers = context.aws(&args.read.aws).balancers(None);
    let names = select_names(&balancers, &args.names, context.console).await?;
    let asked = with_progress(context.console, || "asking for the tags".to_owned(), balancers.tags(&names));
    let told = asked.await?;
    let tagged: Vec<_> =
        names.iter().map(|name| (name, told.get(name.as_str()).map_or(&[][..], Vec::as_slice))).collect();
    let text = match args.read.json {
        true => {
            let balancer = |(name, tags): &(&BalancerName, &[Tag])| json!({"name": name, "tags": as_object(tags)});
            format!("{:#}\n", json!(tagged.iter().map(balancer).collect::<Vec<_>>()))
        }
        false => {
            let rows = tagged.iter().flat_map(|(name, tags)| {
                tags.iter().map(|tag| [name.as_str().into(), tag.key.as_str().into(), tag.value.as_str().into()])
            });
            table(["NAME", "KEY", "VALUE"], rows, context.console.colour())
        }
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

/// Tags as one object: values by key.
pub(super) fn as_object(tags: &[Tag]) -> Value {
    Value::Object(tags.iter().map(|tag| (tag.key.clone(), json!(tag.value))).collect())
}

async fn add(args: AddArgs, context: Context) -> Result<u8, Failure> {
    let AddArgs { name, tags, change } = args;
    check_tags(&tags)?;
    let change = Change::new(context, &change);
    if change.is_dry {
        let tags: Vec<_> = tags.iter().map(|tag| json!({"Key": tag.key, "Value": tag.value})).collect();
        return change.show(&[Call::elb("AddTags", json!({"LoadBalancerNames": [name], "Tags": tags}))]).await;
    }
    change.balancers.add_tags(&name, &tags).await?;
    let tags: Vec<_> = tags.iter().map(Tag::to_string).collect();
    change.done(&format!("{name}: {}", tags.join(", ")))
}

async fn remove(args: RemoveArgs, context: Context) -> Result<u8, Failure> {
    let RemoveArgs { name, keys, change } = args;
    let change = Change::new(context, &change);
    if change.is_dry {
        let tags: Vec<_> = keys.iter().map(|key| json!({"Key": key})).collect();
        return change.show(&[Call::elb("RemoveTags", json!({"LoadBalancerNames": [name], "Tags": tags}))]).await;
    }
    change.balancers.remove_tags(&name, &keys).await?;
    let keys: Vec<_> = keys.iter().map(TagKey::as_str).collect();
    change.done(&format!("{name}: without {}", keys.join(", ")))
}
