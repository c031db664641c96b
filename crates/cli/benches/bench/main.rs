//! Benchmarks of the `bellwether` binary, beside the programs it is compared with, in one run.
//!
//! `cargo bench -p bellwether --bench bench` runs all of them; `-- once crowd` behind it, those with one of these words
//! in their names; `-- --list` tells the names. The exit status is 1 when a requirement is missed. It needs root, for
//! networks of its own, and what `tests/setup.sh` installs.
//!
//! - [`clustercron`]: one decision of our drop-in and of clustercron 1.0.1. [`rounds`]: how often each of them waits
//!   for an answer.
//! - [`once`]: what the wrapper adds to a command. [`crowd`]: a hundred wrappers at once.
//! - [`claims`]: what a claim costs on every store, beside `flock` and `etcdctl lock`. [`throughput`]: how many jobs a
//!   second. [`trips`]: how often a wrapper waits for its store, or the disk. [`stores`]: the stores for these.
//! - [`balancers`]: many load balancers listed, and one with many instances shown, beside boto3, the `aws` command line
//!   and elbadmin 0.2, which [`elbadmin`] makes fit for Python 3.
//! - [`watch`]: what watching takes and what it is good for, beside CloneSquad's cs-instance-watcher.
//! - [`fleet`]: how soon agents have answered, beside ClusterShell and Ansible, and what they take meanwhile.
//! - [`measure`], [`rest`], [`report`], [`machine`]: runs side by side, programs at rest, tables and requirements, and
//!   where it all took place.

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

mod balancers;
mod claims;
mod clustercron;
mod crowd;
#[path = "../../tests/runner/elbadmin/converted.rs"]
mod elbadmin;
mod fleet;
mod machine;
mod measure;
mod once;
mod report;
mod rest;
mod rounds;
mod stores;
mod throughput;
mod trips;
mod watch;

use std::path::Path;
use std::process::{Command, ExitCode};

use report::Requirements;

/// A name, and what measures it.
type Scenario = (&'static str, fn(&mut Requirements));

const SCENARIOS: [Scenario; 14] = [
    ("clustercron", clustercron::run),
    ("rounds", rounds::run),
    ("once", once::run),
    ("crowd", crowd::run),
    ("claims", claims::run),
    ("throughput", throughput::run),
    ("trips", trips::run),
    ("balancers", balancers::run),
    ("watch", watch::run),
    ("fleet-pings", fleet::pings),
    ("fleet-uptime", fleet::uptime),
    ("fleet-sqs", fleet::sqs),
    ("fleet-rest", fleet::rest),
    ("fleet-output", fleet::output),
];

/// What the benchmark's own binary does, called with this argument and a name: that scenario alone.
const ALONE: &str = "--alone";

/// The binary that is measured.
fn bellwether() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bellwether"))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    if has(claims::TELL_TIME) {
        claims::tell_time();
        return ExitCode::SUCCESS;
    }
    if let [flag, arguments @ ..] = &arguments[..]
        && flag == fleet::PLAY_AGENTS
    {
        fleet::simulate(arguments);
        return ExitCode::SUCCESS;
    }
    if let [ALONE, name] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return run_alone(name);
    }
    if has("--list") {
        SCENARIOS.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    }
    // Cargo adds `--bench`; words are what is left.
    let words: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    run(&words)
}

/// Runs the scenarios whose names contain one of the words; all when there are none.
fn run(words: &[&String]) -> ExitCode {
    if let Some(unknown) = words.iter().find(|word| SCENARIOS.iter().all(|(name, _)| !name.contains(word.as_str()))) {
        let names: Vec<_> = SCENARIOS.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no benchmark '{unknown}'; there are: {}", names.join(", "));
        return ExitCode::FAILURE;
    }
    println!("{}", machine::description());
    let is_wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let wanted = SCENARIOS.iter().filter(|(name, _)| is_wanted(name));
    let missed: Vec<&str> = wanted.map(|(name, _)| *name).filter(|name| !is_met_alone(name)).collect();
    if missed.is_empty() {
        println!("\nall requirements are met");
        return ExitCode::SUCCESS;
    }
    println!("\nnot all requirements are met: {}", missed.join(", "));
    ExitCode::FAILURE
}

/// Whether a scenario meets its requirements, in a process of its own: a program's peak of memory is never below that of
/// the process which has started it (execve keeps it, `getrusage(2)`), and scenarios take memory.
fn is_met_alone(name: &str) -> bool {
    let this = std::env::current_exe().expect("the path of this program");
    let status = Command::new(this).args([ALONE, name]).status().expect("this program starts");
    status.success()
}

fn run_alone(name: &str) -> ExitCode {
    let (_, run) = SCENARIOS.iter().find(|(known, _)| *known == name).expect("a scenario");
    let mut requirements = Requirements::default();
    run(&mut requirements);
    requirements.conclude()
}
