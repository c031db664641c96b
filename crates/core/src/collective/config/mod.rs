//! The old programs' configuration files, in JSON, in every form they had.
//!
//! - [`MasterConfig`]: `ec2-cmaster.json`. [`AgentConfig`]: `ec2-cagent.json`.
//! - `keys`: reading keys one by one, so that everything that is wrong is told at once. `values`: what can stand there.

mod agent;
mod keys;
mod master;
mod values;

pub use agent::{AgentConfig, AgentFacts};
pub use keys::ConfigError;
pub use master::{MasterConfig, MasterQueues};
pub use values::LogLevel;

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
