//! What this machine knows of itself, read from files and programs.
//!
//! - `reader`: all sources together, and what has changed. [`sources`]: which there are.
//! - `builtin`: what the system tells by itself. `program`, `directory`: what programs print. `file`: what files say.
//! - `document`: what a text is: YAML, JSON, lines or words. `yaml`: YAML within bounds.

mod builtin;
mod directory;
mod document;
mod file;
mod found;
mod program;
mod reader;
pub mod sources;
mod yaml;

pub use reader::{FactReader, Reading};
pub use sources::{FactSources, FacterCommand};

/// The largest file, and the most output of a program, that is read: in bytes.
const LARGEST: usize = 512 * 1_024;
