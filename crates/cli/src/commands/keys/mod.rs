//! `bellwether keys`: the caller's own key, the callers an agent believes, the agents a caller believes.
//!
//! - `callers`: changes to the file of the callers that an agent believes.
//! - `pin`, `forget`: changes to the keys of the agents that a caller believes. `list`: both.

mod callers;
mod forget;
mod list;
mod pin;

use std::path::PathBuf;

use bellwether_core::fleet::keys::PublicKey;
use bellwether_core::fleet::trust::CallerName;
use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::exit_status;
use crate::failure::Failure;
use crate::fleet::key_file;
use crate::wiring::context::Context;

use callers::CallersFile;
use forget::ForgetArgs;
use list::ListArgs;
use pin::PinArgs;

/// Manage the keys that callers and agents of the fleet sign with
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether keys generate\n  bellwether keys show\n  bellwether keys trust ops ed25519:...\n  bellwether keys revoke ops\n  bellwether keys forget i-0123456789abcdef0"
)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    Generate(GenerateArgs),
    Show(ShowArgs),
    Trust(TrustArgs),
    Revoke(RevokeArgs),
    List(ListArgs),
    Pin(PinArgs),
    Forget(ForgetArgs),
}

/// Make this user's key, and print its public half
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether keys generate")]
struct GenerateArgs {
    /// Replace the key there is: agents believe the old one until it is revoked there
    #[arg(long)]
    force: bool,
}

/// Print the public half of this user's key
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether keys show")]
struct ShowArgs {}

/// Let the agent of this host believe a caller
///
/// A caller may have several keys: for a rotation trust the new one, use it, and revoke the old one.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether keys trust ops ed25519:...")]
struct TrustArgs {
    /// What the caller is called in the policy and in accounts
    #[arg(value_name = "NAME")]
    name: CallerName,

    /// Its public key, as 'bellwether keys show' prints it there
    #[arg(value_name = "KEY")]
    key: PublicKey,

    /// From when on the key is believed no longer, such as 2027-01-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,

    #[command(flatten)]
    file: FileArgs,
}

/// Let the agent of this host believe a caller, or one of its keys, no longer
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether keys revoke ops")]
struct RevokeArgs {
    /// What the caller is called
    #[arg(value_name = "NAME")]
    name: CallerName,

    /// One of its keys; all without it
    #[arg(value_name = "KEY")]
    key: Option<PublicKey>,

    #[command(flatten)]
    file: FileArgs,
}

#[derive(Debug, Args)]
struct FileArgs {
    /// The agent's file of callers; 'callers' in the section [agent], else /etc/bellwether/callers.toml
    #[arg(long = "callers", value_name = "FILE")]
    path: Option<PathBuf>,
}

impl FileArgs {
    fn open(&self, context: &Context) -> CallersFile {
        let configured = self.path.clone().or_else(|| context.settings.agent.callers.clone());
        CallersFile::at(configured.unwrap_or_else(|| PathBuf::from(callers::DEFAULT)))
    }
}

pub(crate) async fn run(args: KeysArgs, context: &Context) -> Result<u8, Failure> {
    let text = match args.command {
        KeysCommand::Generate(args) => generate(&args, context)?,
        KeysCommand::Show(ShowArgs {}) => show(context)?,
        KeysCommand::Trust(args) => trust(&args, context)?,
        KeysCommand::Revoke(args) => revoke(&args, context)?,
        KeysCommand::List(args) => list::list(&args, context)?,
        KeysCommand::Pin(args) => pin::pin(args, context)?,
        KeysCommand::Forget(args) => forget::forget(&args, context).await?,
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

fn generate(args: &GenerateArgs, context: &Context) -> Result<String, Failure> {
    let path = context.caller_key_path()?;
    if !args.force && path.exists() {
        return Err(Failure::usage(format!("there is a key already: {}", path.display())).remedy(
            "'bellwether keys show' prints its public half; --force replaces it, and agents do not know the new one",
        ));
    }
    Ok(format!("{}\n", key_file::generate(&path)?.public()))
}

fn show(context: &Context) -> Result<String, Failure> {
    Ok(format!("{}\n", context.caller_key()?.public()))
}

fn trust(args: &TrustArgs, context: &Context) -> Result<String, Failure> {
    let file = args.file.open(context);
    file.add(&args.name, &args.key, args.until)?;
    Ok(format!(
        "{} is believed; a running agent knows it after SIGHUP (systemctl reload bellwether-agent)\n",
        args.name
    ))
}

fn revoke(args: &RevokeArgs, context: &Context) -> Result<String, Failure> {
    let file = args.file.open(context);
    let removed = file.remove(&args.name, args.key.as_ref())?;
    let keys = if removed == 1 { "1 key".to_owned() } else { format!("{removed} keys") };
    Ok(format!(
        "{keys} of {} revoked; a running agent knows it after SIGHUP (systemctl reload bellwether-agent)\n",
        args.name
    ))
}
