//! `bellwether man`: the manual pages.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_mangen::roff::{Roff, roman};

use crate::args::Cli;
use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;

/// Print a manual page, or write all of them to a directory
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether man once | man -l -\n  bellwether man lb list | man -l -\n  bellwether man --directory /usr/local/share/man/man1"
)]
pub(crate) struct ManArgs {
    /// The command to print the page of [default: bellwether itself]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,

    /// Write the page of every command to this directory
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    directory: Option<PathBuf>,
}

pub(crate) fn run(args: &ManArgs, context: Context) -> Result<u8, Failure> {
    let pages = pages()?;
    if let Some(directory) = &args.directory {
        write_all(directory, &pages)?;
        return Ok(exit_status::OK);
    }
    let words: Vec<_> = std::iter::once("bellwether").chain(args.command.iter().map(String::as_str)).collect();
    let name = words.join("-");
    let Some((_, page)) = pages.iter().find(|(page, _)| *page == name) else {
        let known: Vec<_> = pages.iter().filter_map(|(page, _)| page.strip_prefix("bellwether-")).collect();
        return Err(
            Failure::usage(format!("there is no page '{name}'")).remedy(format!("commands: {}", known.join(", ")))
        );
    };
    context.console.result(page)?;
    Ok(exit_status::OK)
}

/// The pages: name and roff text.
fn pages() -> Result<Vec<(String, String)>, Failure> {
    // 'help' has no page of its own, so none may send readers to it.
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    add_pages("bellwether".to_owned(), &root, &mut pages)?;
    Ok(pages)
}

/// The page of a command, and those of its own commands, which it refers to.
fn add_pages(name: String, command: &clap::Command, pages: &mut Vec<(String, String)>) -> Result<(), Failure> {
    pages.push(page(name.clone(), command.clone())?);
    for below in command.get_subcommands() {
        add_pages(format!("{name}-{}", below.get_name()), below, pages)?;
    }
    Ok(())
}

fn page(name: String, command: clap::Command) -> Result<(String, String), Failure> {
    let mut roff = Vec::new();
    render(&name, command, &mut roff)
        .map_err(|error| Failure::unavailable(format!("the page {name} cannot be made: {error}")))?;
    Ok((name, String::from_utf8_lossy(&roff).into_owned()))
}

/// Synopsis and notes are written here: clap_mangen leaves the `--` before a command out, and fills the lines of
/// examples, so that they cannot be copied.
fn render(name: &str, mut command: clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    let usage = command.render_usage().to_string();
    let notes = command.get_after_help().map(ToString::to_string);
    let has_commands = command.has_subcommands();
    let man = clap_mangen::Man::new(command).title(name).source(concat!("bellwether ", env!("CARGO_PKG_VERSION")));
    man.render_title(page)?;
    man.render_name_section(page)?;
    as_written("SYNOPSIS", usage.trim_start_matches("Usage: "), page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if has_commands {
        man.render_subcommands_section(page)?;
    }
    notes.map_or(Ok(()), |notes| as_written("NOTES", &notes, page))
}

/// A section whose lines stay as they are.
fn as_written(title: &str, text: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let mut section = Roff::new();
    section.control("SH", [title]).control("nf", []);
    for line in text.lines() {
        section.text([roman(line)]);
    }
    section.control("fi", []).to_writer(page)
}

fn write_all(directory: &Path, pages: &[(String, String)]) -> Result<(), Failure> {
    for (name, page) in pages {
        let path = directory.join(format!("{name}.1"));
        std::fs::write(&path, page).map_err(|error| {
            Failure::unavailable(format!("cannot write {}: {error}", path.display()))
                .remedy("create the directory first")
        })?;
    }
    Ok(())
}
