//! `bellwether completions`: what a shell needs to complete the command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Cli;
use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;

/// Print the completion script of a shell
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether completions bash > /etc/bash_completion.d/bellwether")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs, context: Context) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "bellwether", &mut script);
    context.console.result(&String::from_utf8_lossy(&script))?;
    Ok(exit_status::OK)
}
