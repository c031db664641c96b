//! The drop-in `cs-instance-watcher`, as its users call it, in networks of their own with a firewall of their own,
//! against a CloneSquad that checks signatures.

mod command_line;
mod configuration;
mod differences;
mod discovery;
mod exclusion;
mod firewall;
mod logs;
mod restarts;
mod scripts;
mod service;
mod states;
mod support;
mod unit;
mod visitors;
