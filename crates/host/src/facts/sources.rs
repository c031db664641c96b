//! Where facts come from.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// How long a program may take where nothing else is said: facter can be slow on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where facts come from, in the order in which they are asked: a later one wins.
#[derive(Debug, Clone)]
pub struct FactSources {
    /// Whether to tell what the system says by itself: `hostname`, `os.name`, `os.family`, `os.version`, `kernel` (its
    /// release), `architecture`, `cpus` (those online) and `memory` (in MiB).
    pub builtin: bool,
    /// Puppet's facter, or what is used in its place.
    pub facter: Option<FacterCommand>,
    /// A directory of programs, run in the order of their names. One that is not there has no programs.
    ///
    /// A program, and every directory on the way to it, must belong to root or to us, and nobody else may write to it.
    pub directory: Option<PathBuf>,
    /// Files: YAML or JSON with a mapping, or plain text of which each word is a fact.
    pub files: Vec<PathBuf>,
    /// How long each program may take before it is ended with its group.
    pub timeout: Duration,
    /// Whether a source that fails counts with what it told when it was last read well. One that is gone on purpose, as a
    /// program that was taken out of the directory, does not count in any case.
    pub keeps_last_word: bool,
}

/// How facter is run. It must print a mapping in YAML or JSON, or lines `NAME=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FacterCommand {
    /// A program and its arguments, without a shell.
    Program {
        /// A path, or a name to look for on `PATH`.
        program: OsString,
        /// Its arguments, verbatim.
        args: Vec<OsString>,
    },
    /// A command line for /bin/sh: only for the old agent's `facter_cmd`, which is defined as one.
    Shell(String),
}

impl Default for FactSources {
    /// What the system tells by itself, and nothing else.
    fn default() -> Self {
        Self {
            builtin: true,
            facter: None,
            directory: None,
            files: Vec::new(),
            timeout: PATIENCE,
            keeps_last_word: false,
        }
    }
}
