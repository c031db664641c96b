//! What this machine knows of itself, read from files and programs.
//!
//! - `reader`: reads them all, or the files alone. [`sources`]: which there are.
//! - `told`: all sources together, and what has changed. `source`: one, and its last word. `found`: what it tells now.
//! - `builtin`: what the system tells by itself. `program`, `directory`: what programs print. `file`, `files`: what files
//!   say. `stamp`: whether a file has changed.
//! - `document`: what a text is: YAML, JSON, lines or words. `yaml`: YAML within bounds.

mod builtin;
mod directory;
mod document;
mod file;
mod files;
mod found;
mod program;
mod reader;
mod source;
pub mod sources;
mod stamp;
mod told;
mod yaml;

pub use reader::FactReader;
pub use sources::{FactSources, FacterCommand};
pub use told::Reading;

/// The largest file, and the most output of a program, that is read: in bytes.
const LARGEST: usize = 512 * 1_024;
