//! Benchmarks of the `bellwether` binary, beside the programs it is compared with, in one run.
//!
//! `cargo bench -p bellwether --bench bench` runs all of them; `-- once crowd` behind it, those two. The exit status
//! is 1 when a requirement is missed. It needs root, for networks of its own, and what `tests/setup.sh` installs.
//!
//! - [`clustercron`]: one decision of our drop-in and of clustercron 1.0.1. [`rounds`]: how often each of them waits
//!   for an answer.
//! - [`once`]: what the wrapper adds to a command. [`crowd`]: a hundred wrappers at once.
//! - [`measure`], [`report`], [`machine`]: runs side by side, tables and requirements, and where it all took place.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "benchmarks: a panic is a failure, and real time passes"
)]

mod clustercron;
mod crowd;
mod machine;
mod measure;
mod once;
mod report;
mod rounds;

use std::path::Path;
use std::process::ExitCode;

use report::Requirements;

/// A name, and what measures it.
type Scenario = (&'static str, fn(&mut Requirements));

const SCENARIOS: [Scenario; 4] =
    [("clustercron", clustercron::run), ("rounds", rounds::run), ("once", once::run), ("crowd", crowd::run)];

/// The binary that is measured.
fn bellwether() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bellwether"))
}

fn main() -> ExitCode {
    // Cargo adds `--bench`; names are what is left.
    let names: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let Some(unknown) = names.iter().find(|name| SCENARIOS.iter().all(|(known, _)| known != name)) {
        let known: Vec<_> = SCENARIOS.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no benchmark '{unknown}'; there are: {}", known.join(", "));
        return ExitCode::FAILURE;
    }
    println!("{}", machine::description());
    let mut requirements = Requirements::default();
    for (name, run) in SCENARIOS {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            run(&mut requirements);
        }
    }
    requirements.conclude()
}
